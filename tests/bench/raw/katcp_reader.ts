// The limit: reads the #sensor-status of a burst over some connections, byte by byte, each in order, and says how long it took.
const [port, clients, last] = Deno.args.map(Number) as [number, number, number];
const buffer = () => new Uint8Array(1 << 16);
const connections = await Promise.all(
  Array.from({ length: clients }, async () => ({ conn: await Deno.connect({ port }), buffer: buffer() })),
);
type Reader = typeof connections[number];

/** Reads until a reply; the values of #sensor-status must count up from `from`. How many there were. */
async function read({ conn, buffer }: Reader, from: number, enough: number): Promise<number> {
  let count = 0, number = 0, kind = 0, at = 0;
  for (;;) {
    const length = await conn.read(buffer);
    if (length === null) throw new Error("the device ended the connection");
    for (let index = 0; index < length; index++, at++) {
      const byte = buffer[index]!;
      if (byte === 10) {
        if (kind === 0x73 && number !== from + count++) throw new Error(`${number} came as number ${count}`);
        if (kind === 0x72 && count >= enough) return count;
        at = -1;
      } else if (at === 0) kind = byte === 0x21 ? 0x72 : 0;
      else if (at === 1 && kind === 0) kind = byte;
      else number = byte === 32 ? 0 : number * 10 + byte - 48;
    }
    if (kind === 0x73 && count >= enough && enough > 1) return count;
  }
}

const send = (conn: Deno.Conn, line: string) => conn.write(new TextEncoder().encode(`${line}\n`));
await send(connections[0]!.conn, "?set-sensor conf.fast 0");
await read(connections[0]!, 0, 0);
for (const each of connections) {
  await send(each.conn, "?sensor-sampling conf.fast event");
  await read(each, 0, 1);
}
const began = performance.now();
await send(connections[0]!.conn, `?burst conf.fast ${last}`);
await Promise.all(connections.map((each) => read(each, 1, last)));
console.log((performance.now() - began) / 1000);
