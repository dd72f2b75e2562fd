// The limit: a server that answers each line with constant bytes of one length and does nothing else.
const length = Number(Deno.args[0] ?? 64);
const text = Deno.args[1] ?? "status ";
const BATCH = 1024;
const replies = new Uint8Array(length * BATCH).fill(0x78);
for (let end = length; end <= replies.length; end += length) {
  replies.set(new TextEncoder().encode(text), end - length);
  replies[end - 1] = 10;
}
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
for await (const conn of listener) serve(conn).catch(() => conn.close());

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(65536);
  for (;;) {
    const n = await conn.read(buffer);
    if (n === null) return conn.close();
    const chunk = buffer.subarray(0, n);
    let lines = 0;
    for (let i = chunk.indexOf(10); i >= 0; i = chunk.indexOf(10, i + 1)) lines += 1;
    while (lines > 0) {
      const batch = Math.min(lines, BATCH);
      const bytes = replies.subarray(0, batch * length);
      for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
      lines -= batch;
    }
  }
}
