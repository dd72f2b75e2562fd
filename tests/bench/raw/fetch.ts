// The limit of fetching: asks a controller for so many blocks and reads them with one buffer, looking at nothing.
const [port, address, blocks, rounds] = Deno.args as [string, string, string, string];
const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
const ask = new TextEncoder().encode(
  `>01FETCH${address}${Number(blocks).toString(16).toUpperCase().padStart(8, "0")}\n`,
);
const buffer = new Uint8Array(262144);
const rates: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const began = performance.now();
  await conn.write(ask);
  for (let left = 1028 * Number(blocks); left > 0;) left -= (await conn.read(buffer))!;
  rates.push(1000 * 1024 * Number(blocks) / (performance.now() - began));
}
console.log(JSON.stringify({ rate: rates.sort((a, b) => a - b)[rates.length >> 1] }));
