/** HTTP as nobody speaks it who means well: bytes over a socket, and what comes back. */
import { tcp } from "../../lib/net/mod.ts";

/** One connection. */
export interface RawHttp {
  /** What has come so far. */
  readonly text: string;
  /** Resolves with all that came when the server has closed it. */
  readonly closed: Promise<string>;
  /** Sends something. */
  send(bytes: string | Uint8Array): void;
  /** Ends it. */
  destroy(): void;
}

/** Connects to a page's port and sends something. */
export async function rawHttp(port: number, first: string | Uint8Array = ""): Promise<RawHttp> {
  const connection = await tcp.connect(`127.0.0.1:${port}`);
  let text = "";
  connection.receive({ data: (chunk) => void (text += new TextDecoder("latin1").decode(chunk)) });
  if (first.length > 0) connection.write(first);
  return {
    get text() {
      return text;
    },
    closed: connection.closed.then(() => text),
    send: (bytes) => void connection.write(bytes),
    destroy: () => connection.destroy(),
  };
}
