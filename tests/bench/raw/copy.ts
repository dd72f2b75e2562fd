// The limit of decoding: a plain copy of so many megabytes, 64 KB at a time.
const size = Number(Deno.args[0]) * 1e6;
const CHUNK = 65536;
const bytes = new Uint8Array(size).fill(7);
const into = new Uint8Array(CHUNK);
let best = Infinity;
for (let round = 0; round < 7; round++) {
  const began = performance.now();
  for (let at = 0; at < size; at += CHUNK) into.set(bytes.subarray(at, Math.min(size, at + CHUNK)));
  best = Math.min(best, performance.now() - began);
}
console.log(JSON.stringify({ rate: 1000 * size / best }));
