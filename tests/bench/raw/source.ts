// A data port that sends one acquisition to whoever asks, as fast as it can: source.ts ROW_BYTES FRAME_BYTES MEGABYTES.
const [rowBytes, frameBytes, megabytes] = Deno.args.map(Number) as [number, number, number];
const words = rowBytes / 4; // a double each, and bits where a word is left
const field = (n: number) =>
  `<field name="F${n}.OUT" type="double" capture="Value" scale="1" offset="0" units="" />\n`;
const head =
  `OK\n<header>\n<data missed="0" process="Scaled" format="Framed" sample_bytes="${rowBytes}" />\n<fields>\n` +
  (words % 2 ? '<field name="PCAP.BITS0" type="uint32" capture="Value" />\n' : "") +
  Array.from({ length: words >> 1 }, (_, n) => field(n)).join("") + "</fields>\n</header>\n\n";
const rows = Math.floor((frameBytes - 8) / rowBytes);
const length = 8 + rows * rowBytes;
const count = Math.ceil(8e6 / length);
const block = new DataView(new ArrayBuffer(count * length));
for (let at = 0; at < block.byteLength; at += 4) block.setUint32(at, (at * 2654435761) >>> 3, true);
for (let at = 0; at < block.byteLength; at += length) {
  block.setUint32(at, 0x204e4942, true); // "BIN "
  block.setUint32(at + 4, length, true);
}
const rounds = Math.ceil(megabytes * 1e6 / block.byteLength);
const end = `END ${rounds * count * rows} Ok\n`;
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
for await (const conn of listener) serve(conn).catch(() => conn.close());

async function serve(conn: Deno.TcpConn): Promise<void> {
  await conn.read(new Uint8Array(1024));
  await send(conn, new TextEncoder().encode(head));
  for (let round = 0; round < rounds; round++) await send(conn, new Uint8Array(block.buffer));
  await send(conn, new TextEncoder().encode(end));
  conn.close();
}

async function send(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
