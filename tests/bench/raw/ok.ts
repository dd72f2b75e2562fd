// The limit: a server that answers each line with OK and does nothing else.
const BATCH = 1024;
const replies = new TextEncoder().encode("OK\n".repeat(BATCH));
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(`listening on 127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
for await (const conn of listener) serve(conn).catch(() => conn.close());

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(65536);
  let isGreeted = false;
  for (;;) {
    const n = await conn.read(buffer);
    if (n === null) return conn.close();
    const chunk = buffer.subarray(0, n);
    if (!isGreeted && chunk[0] === 42) { // *IDN?
      isGreeted = true;
      await conn.write(new TextEncoder().encode("OK =PandA SW: 4.1 FPGA: 4.1 rootfs: none\n"));
      continue;
    }
    let lines = 0;
    for (let i = chunk.indexOf(10); i >= 0; i = chunk.indexOf(10, i + 1)) lines += 1;
    for (; lines > 0; lines -= BATCH) {
      const bytes = replies.subarray(0, 3 * Math.min(lines, BATCH));
      for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
    }
  }
}
