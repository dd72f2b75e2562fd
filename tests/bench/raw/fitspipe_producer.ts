// A producer of frames of 2k x 2k: sends one after the other as fast as they are taken, or so many a second.
const [port, frames, perSecond] = Deno.args.map(Number) as [number, number, number];
const conn = await Deno.connect({ hostname: "127.0.0.1", port });
const [width, height] = [2048, 2048];
const card = (keyword: string, value: string) => `${keyword.padEnd(8)}= ${value.padStart(20)}`.padEnd(80);
const header = [card("SIMPLE", "T"), card("BITPIX", "16"), card("NAXIS", "2"), card("NAXIS1", String(width))];
const text = [...header, card("NAXIS2", String(height)), "END"].map((line) => line.padEnd(80)).join("");
const size = 2880 + Math.ceil(2 * width * height / 2880) * 2880;
const file = new Uint8Array(size).fill(7);
file.set(new TextEncoder().encode(text.padEnd(2880)));
const answer = new Uint8Array(1000);

await conn.write(new TextEncoder().encode("put feed=camera\n"));
const began = performance.now();
for (let frame = 1; frame <= frames; frame++) {
  const due = perSecond > 0 ? began + 1000 * (frame - 1) / perSecond : 0;
  const early = due - performance.now();
  if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  file[2880] = (frame + 1) & 0xff; // the first was there before
  for (let sent = 0; sent < size;) sent += await conn.write(file.subarray(sent));
  for (let said = ""; !said.endsWith(". OK\n");) {
    const n = await conn.read(answer);
    if (n === null) throw new Error("the server hung up");
    said += new TextDecoder().decode(answer.subarray(0, n));
  }
}
console.log(JSON.stringify({ rate: 1000 * frames / (performance.now() - began) }));
