// The limit: asks with a window of requests outstanding and counts the answers, for some seconds.
const [port, window, seconds] = Deno.args.map(Number) as [number, number, number];
const conn = await Deno.connect({ hostname: "127.0.0.1", port });
conn.setNoDelay(true);
const encoder = new TextEncoder();
const buffer = new Uint8Array(65536);
let asked = 0, answered = 0;

async function ask(count: number): Promise<void> {
  let text = "";
  for (let n = 0; n < count; n++) text += `PULSE1.WIDTH=${++asked}\n`;
  const bytes = encoder.encode(text);
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

const began = performance.now();
await ask(window);
while (performance.now() - began < 1000 * seconds) {
  const n = await conn.read(buffer);
  if (n === null) throw new Error("the server hung up");
  const chunk = buffer.subarray(0, n);
  let count = 0;
  for (let i = chunk.indexOf(10); i >= 0; i = chunk.indexOf(10, i + 1)) count += 1;
  if (count > 0 && chunk[n - 1] !== 10) throw new Error("half an answer");
  answered += count;
  await ask(count);
}
console.log(JSON.stringify({ rate: 1000 * answered / (performance.now() - began) }));
Deno.exit();
