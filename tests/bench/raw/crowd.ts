// The limit: asks many daemons for their values and tells one HTTP client of all of them, every 50 ms: crowd.ts PORT,PORT,...
const ports = Deno.args[0]!.split(",").map(Number);
const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
const clients = new Set<ReadableStreamDefaultController<Uint8Array>>();
let told = new Map<number, string>();

async function follow(port: number, name: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  await connection.write(encoder.encode("id name=raw type= proto=dewar/1\nsubscribe\n"));
  const buffer = new Uint8Array(65536);
  for (let rest = "";;) {
    const n = await connection.read(buffer);
    if (n === null) return;
    const lines = (rest + decoder.decode(buffer.subarray(0, n))).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === "@ping") await connection.write(encoder.encode("@pong\n"));
      const at = line.indexOf("@time=");
      const value = line.lastIndexOf(" count=");
      if (value < 0) continue;
      const [time, count] = [line.slice(at + 6, line.indexOf(" ", at)), line.slice(value + 7)];
      told.set(name, `"daemon${name}":[["count","${count}","","ok",0,${count},${time}]]`);
    }
  }
}

const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
  let own: ReadableStreamDefaultController<Uint8Array>;
  const start = (controller: typeof own) => void clients.add(own = controller);
  return new Response(new ReadableStream({ start, cancel: () => void clients.delete(own) }));
});
setInterval(() => {
  const text = encoder.encode(`data:{"values":{${[...told.values()].join()}}}\n\n`);
  told = new Map();
  for (const client of clients) client.enqueue(text);
}, 50);
for (const [name, port] of ports.entries()) void follow(port, name);
console.log(`listening on 127.0.0.1:${server.addr.port}`);
