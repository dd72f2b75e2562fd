// The limits of FITS in memory and from the disk: a plain copy of 32 MB, and a file read whole.
const [path] = Deno.args as [string];
const file = Deno.readFileSync(path);
const into = new Uint8Array(file.length);
let copy = Infinity, read = Infinity;
for (let round = 0; round < 25; round++) {
  file[round] = round;
  let began = performance.now();
  into.set(file);
  copy = Math.min(copy, performance.now() - began);
  if (into[round] !== round) throw new Error("it was not copied");
  began = performance.now();
  const { length } = await Deno.readFile(path);
  read = Math.min(read, performance.now() - began);
  if (length !== file.length) throw new Error("it was not read");
}
console.log(JSON.stringify({ copy: 1000 * file.length / copy, read: 1000 * file.length / read }));
