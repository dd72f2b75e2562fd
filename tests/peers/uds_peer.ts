/**
 * A peer for the script channel, written from the facts about the Python original and importing nothing of ours: it
 * reads 256 bytes at a time, blocks, knows no timeout, and understands what the original understands.
 *
 *   uds_peer.ts client PATH           answers each message with itself in angle brackets, until QUIT
 *   uds_peer.ts server PATH TEXT...   asks each text, prints each answer as JSON, says QUIT
 */

/** A blocking end of a channel. */
export class UdsPeer implements Disposable {
  readonly #conn: Deno.UnixConn;
  readonly #listener: Deno.UnixListener | undefined;
  #buffer = "";

  constructor(conn: Deno.UnixConn, listener?: Deno.UnixListener) {
    this.#conn = conn;
    this.#listener = listener;
  }

  /** The script's end: says READY and wants OK. */
  static async connect(path: string): Promise<UdsPeer> {
    const peer = new UdsPeer(await Deno.connect({ transport: "unix", path }));
    await peer.send("READY");
    const answer = await peer.receive();
    if (answer === "OK") return peer;
    peer.close();
    throw new Error(`Handshake failed: ${answer}`);
  }

  /** The starter's end: what it returns first is listening already, what that resolves to has shaken hands. */
  static serve(path: string): Promise<UdsPeer> {
    const listener = Deno.listen({ transport: "unix", path });
    return (async () => {
      const peer = new UdsPeer(await listener.accept(), listener);
      while (await peer.receive() !== "READY");
      await peer.send("OK");
      return peer;
    })();
  }

  async send(text: string): Promise<void> {
    await this.raw(`%${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}$`);
  }

  /** Sends bytes as they are. */
  async raw(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** The next message, or undefined at the end. The original looks for `$` from the second byte after `%` on. */
  async receive(): Promise<string | undefined> {
    const chunk = new Uint8Array(256);
    for (;;) {
      const start = this.#buffer.indexOf("%");
      const end = start < 0 ? -1 : this.#buffer.indexOf("$", start + 2);
      if (end >= 0) {
        const body = this.#buffer.slice(start + 1, end).replace(/[^A-Za-z0-9+/=]/g, "");
        this.#buffer = this.#buffer.slice(end + 1);
        const bytes = Uint8Array.from(atob(body), (c) => c.charCodeAt(0));
        return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      }
      const count = await this.#conn.read(chunk);
      if (count === null) return undefined;
      this.#buffer += String.fromCharCode(...chunk.subarray(0, count));
    }
  }

  close(): void {
    this.#conn.close();
    this.#listener?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

if (import.meta.main) {
  const [role, path, ...texts] = Deno.args;
  if (role === "client") {
    using peer = await UdsPeer.connect(path!);
    for (
      let text = await peer.receive();
      text !== undefined && text !== "QUIT";
      text = await peer.receive()
    ) {
      await peer.send(`<${text}>`);
    }
  } else {
    const accepting = UdsPeer.serve(path!);
    console.log(`listening on unix:${path}`);
    using peer = await accepting;
    for (const text of texts) {
      await peer.send(text);
      console.log(JSON.stringify(await peer.receive()));
    }
    await peer.send("QUIT");
    await peer.receive();
  }
}
