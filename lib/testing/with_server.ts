/** A server for the length of a test. @module */
import type { Connection, Listener, Transport } from "../net/connection.ts";
import { tcp } from "../net/tcp.ts";

/** Options of {@linkcode withServer}. */
export interface WithServerOptions {
  /** Transport (default: TCP). */
  transport?: Transport;
  /** Where to listen (default `"127.0.0.1:0"`). */
  address?: string;
}

/**
 * Listens while `test` runs.
 *
 * @param accept Is given every connection, as by {@linkcode Transport.listen}.
 * @param test Is given a function that connects to the server, and the listener.
 * @param options Transport and address.
 * @returns What the test returned.
 *
 * @example Usage
 * ```ts
 * import { lineClient, MemoryTransport, withServer } from "@dewar/sdk/testing";
 *
 * await withServer(
 *   (connection) => connection.write("status temperature=-99.9\n"),
 *   async (connect) => {
 *     const client = lineClient(await connect());
 *     await client.expect(/^status /);
 *   },
 *   { transport: new MemoryTransport() },
 * );
 * ```
 */
export async function withServer<T>(
  accept: (connection: Connection) => void,
  test: (connect: () => Promise<Connection>, listener: Listener) => Promise<T>,
  options: WithServerOptions = {},
): Promise<T> {
  const { transport = tcp, address = "127.0.0.1:0" } = options;
  const opened: Connection[] = [];
  await using listener = await transport.listen(address, accept);
  const connect = async () => {
    const connection = await transport.connect(listener.address);
    opened.push(connection);
    return connection;
  };
  try {
    return await test(connect, listener);
  } finally {
    for (const connection of opened) connection.destroy();
    await Promise.all(opened.map((connection) => connection.closed));
  }
}
