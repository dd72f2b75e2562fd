// The limit of receiving: reads a data port to its end, with one buffer, and looks at nothing.
const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
await conn.write(new TextEncoder().encode("XML FRAMED SCALED\n"));
const buffer = new Uint8Array(Number(Deno.args[1] ?? 262144));
let bytes = 0;
const began = performance.now();
for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) bytes += n;
console.log(JSON.stringify({ rate: 1000 * bytes / (performance.now() - began), bytes }));
