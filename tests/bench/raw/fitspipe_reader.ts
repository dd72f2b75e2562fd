// A reader of frames that does nothing with them: takes frame after frame up to the last, and says how many came and how fast.
const [port, last] = Deno.args.map(Number) as [number, number];
const conn = await Deno.connect({ hostname: "127.0.0.1", port });
const buffer = new Uint8Array(1 << 20);
const decoder = new TextDecoder();
let bytes = 0, began = 0, frames = 0, lost = 0;

/** Reads so many bytes; gives back what the first read brought of them. */
async function take(count: number): Promise<Uint8Array> {
  let first = new Uint8Array();
  for (let left = count; left > 0;) {
    const n = await conn.read(buffer.subarray(0, Math.min(left, buffer.length)));
    if (n === null) throw new Error("the server hung up");
    if (left === count) first = buffer.slice(0, n);
    began ||= performance.now();
    left -= n;
    bytes += n;
  }
  return first;
}

console.log("ready");
for (let next = 2; next <= last;) {
  await conn.write(new TextEncoder().encode(`get feed=camera frame=${next}\n`));
  const head = decoder.decode(await take(40));
  const [number, width, height] = [head.slice(2, 13), head.slice(13, 23), head.slice(26, 36)].map(Number);
  if (!(number! >= next)) throw new Error(`frame ${next} was asked for, came ${JSON.stringify(head)}`);
  const pixels = await take(2 * width! * height!);
  if (pixels[0] !== (number! & 0xff)) throw new Error(`frame ${number} has the pixels of ${pixels[0]}`);
  lost += number! - next;
  frames += 1;
  next = number! + 1;
}
console.log(JSON.stringify({ frames, lost, rate: 1000 * bytes / (performance.now() - began) }));
