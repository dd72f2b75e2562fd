// The limit of saving: writes so many bytes to a new file and waits until they are on the disk.
const [path, bytes, rounds] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2])];
const data = new Uint8Array(bytes).fill(7);
const rates: number[] = [];
for (let round = 0; round < rounds; round++) {
  const began = performance.now();
  using file = Deno.openSync(`${path}_${round}`, { write: true, createNew: true });
  for (let sent = 0; sent < bytes;) sent += file.writeSync(data.subarray(sent));
  file.syncSync();
  rates.push(1000 * bytes / (performance.now() - began));
  Deno.removeSync(`${path}_${round}`);
}
console.log(JSON.stringify({ rate: rates.sort((a, b) => a - b)[rounds >> 1] }));
