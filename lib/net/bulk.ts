/** TCP for streams that are large. @module */
import { systemClock } from "../time/mod.ts";
import { formatAddress, isLoopback } from "./address.ts";
import { BulkConnection } from "./bulk_connection.ts";
import type { Connection, ConnectOptions, Listener, Transport } from "./connection.ts";
import { connectFailure, listenFailure } from "./failure.ts";
import { countClosed, countOpened } from "./open_sockets.ts";
import { tcp, tcpAddress } from "./tcp.ts";

/**
 * TCP for megabytes a second: under Deno it reads up to four times as much at once as {@linkcode tcp}, into blocks of
 * 256 KiB, which what is received keeps alive. Elsewhere it is `tcp`.
 *
 * The peer of a connection destroyed with a reason may see an ordinary end, as Deno cannot reset one.
 */
export const bulk: Transport = typeof Deno === "undefined" ? tcp : {
  async connect(address, options = {}) {
    const { host, port } = tcpAddress(address);
    return await connect(host, port, address, options);
  },
  async listen(text, accept) {
    const address = tcpAddress(text);
    try {
      return await Promise.resolve(
        new BulkListener(Deno.listen({ hostname: address.host, port: address.port }), accept),
      );
    } catch (error) {
      throw listenFailure(address, error);
    }
  },
};

async function connect(
  hostname: string,
  port: number,
  name: string,
  { signal }: ConnectOptions,
): Promise<Connection> {
  signal?.throwIfAborted();
  try {
    return connectionOver(await Deno.connect({ hostname, port, ...(signal ? { signal } : {}) }), name);
  } catch (error) {
    throw signal?.aborted ? signal.reason : connectFailure(name, error);
  }
}

function connectionOver(conn: Deno.TcpConn, peer: string): Connection {
  conn.setNoDelay(true);
  return new BulkConnection(conn, peer, isLoopback(conn.remoteAddr.hostname));
}

class BulkListener implements Listener {
  readonly address: string;
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Connection>();
  readonly #accepting: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(listener: Deno.TcpListener, accept: (connection: Connection) => void) {
    const { hostname, port } = listener.addr;
    this.address = formatAddress(hostname, port);
    this.port = port;
    this.#listener = listener;
    countOpened();
    this.#accepting = this.#accept(accept);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(accept: (connection: Connection) => void): Promise<void> {
    for (let conn = await this.#next(); conn; conn = await this.#next()) {
      const { hostname, port } = conn.remoteAddr;
      const connection = connectionOver(conn, formatAddress(hostname, port));
      this.#connections.add(connection);
      connection.closed.then(() => this.#connections.delete(connection));
      accept(connection);
    }
  }

  /** The next connection; one that could not be taken is left to those who connect. */
  async #next(): Promise<Deno.TcpConn | undefined> {
    while (!this.#closing) {
      try {
        return await this.#listener.accept();
      } catch {
        if (!this.#closing) await systemClock.sleep("50 ms"); // too many open files, most likely
      }
    }
    return undefined;
  }

  async #close(): Promise<void> {
    this.#listener.close();
    const closing = [...this.#connections].map((connection) => {
      connection.destroy();
      return connection.closed;
    });
    await Promise.all(closing);
    await this.#accepting;
    countClosed();
  }
}
