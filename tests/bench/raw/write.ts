// The limit of recording: writes so many megabytes to a file, one at a time, and removes it.
const [path, megabytes] = [Deno.args[0]!, Number(Deno.args[1])];
const block = new Uint8Array(1e6).fill(7);
const began = performance.now();
using file = Deno.openSync(path, { write: true, createNew: true });
for (let n = 0; n < megabytes; n++) {
  for (let sent = 0; sent < block.length;) sent += file.writeSync(block.subarray(sent));
}
console.log(JSON.stringify({ rate: 1e9 * megabytes / (performance.now() - began) }));
Deno.removeSync(path);
