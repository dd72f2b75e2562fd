/** Opens `node:net` sockets, to connect and to listen. @module */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Connection, ConnectOptions, Listener } from "./connection.ts";
import { type Address, formatAddress, isLoopback } from "./address.ts";
import { connectFailure, listenFailure } from "./failure.ts";
import { SocketConnection, SocketListener } from "./socket.ts";

/**
 * Connects a socket.
 *
 * @param address Where to.
 * @param name The address as it was given, for messages.
 * @param options Signal.
 * @throws {ConnectionError} If it cannot.
 */
export function connectSocket(address: Address, name: string, options: ConnectOptions): Promise<Connection> {
  const open = () => connect({ ...address, allowHalfOpen: true, noDelay: true });
  return trySocket(open, { ...options, name, ready: "connect" });
}

/** Options of {@linkcode trySocket}. */
export interface TryOptions extends ConnectOptions {
  /** The address as it was given, for messages. */
  name: string;
  /** The event that says that it can be used. */
  ready: "connect" | "secureConnect";
}

/**
 * Waits for a socket to be connected.
 *
 * @param open Begins to connect it.
 * @param options Name, event, signal.
 * @throws {ConnectionError} If it cannot.
 */
export function trySocket(open: () => Socket, { name, ready, signal }: TryOptions): Promise<Connection> {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  let socket: Socket;
  try {
    socket = open();
  } catch (error) { // permission for a path is refused at once
    reject(connectFailure(name, error));
    return promise;
  }
  const done = () => {
    signal?.removeEventListener("abort", abort);
    socket.off("error", failed);
  };
  const abort = () => {
    done();
    socket.on("error", () => {}); // of the attempt that nobody waits for any more
    socket.destroy();
    reject(signal!.reason);
  };
  const failed = (error: Error) => {
    done();
    reject(connectFailure(name, error));
  };
  signal?.addEventListener("abort", abort, { once: true });
  socket.on("error", failed);
  socket.once(ready, () => {
    done();
    resolve(new SocketConnection(socket, name, isLocalSocket(socket)));
  });
  return promise;
}

/**
 * Listens.
 *
 * @param address Where.
 * @param accept Is given every connection.
 * @throws {ConnectionError} If it cannot.
 */
export async function listenSocket(
  address: Address,
  accept: (connection: Connection) => void,
): Promise<Listener> {
  const connections = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const peer = address.kind === "unix"
      ? `unix:${address.path}`
      : formatAddress(socket.remoteAddress ?? "?", socket.remotePort ?? 0);
    const connection = new SocketConnection(socket, peer, isLocalSocket(socket));
    connections.add(connection);
    connection.closed.then(() => connections.delete(connection));
    accept(connection);
  });
  const { name, port } = await listen(server, address);
  return new SocketListener(server, name, port, connections);
}

/**
 * Lets a `node:net` server listen.
 *
 * @param server The server.
 * @param address Where.
 * @returns Where it listens, with the true port.
 * @throws {ConnectionError} If it cannot.
 */
export function listen(server: Server, address: Address): Promise<{ name: string; port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ name: string; port: number }>();
  const failed = (error: Error) => reject(listenFailure(address, error));
  if (!mayListen(address)) {
    failed(new Error("this process may not (it needs --allow-net of the address)"));
    return promise;
  }
  server.once("error", failed);
  const listening = () => {
    server.off("error", failed);
    const bound = server.address();
    const isTcp = typeof bound === "object" && bound !== null;
    resolve(
      isTcp
        ? { name: formatAddress(bound.address, bound.port), port: bound.port }
        : { name: `unix:${bound}`, port: 0 },
    );
  };
  try {
    server.listen({ ...address, backlog: 1024 }, listening);
  } catch (error) { // permission for a path is refused at once
    failed(error as Error);
  }
  return promise;
}

/** Asks Deno beforehand: its refusal is thrown where nobody can catch it. */
function mayListen(address: Address): boolean {
  if (address.kind === "unix" || typeof Deno === "undefined") return true;
  const host = formatAddress(address.host, address.port);
  return Deno.permissions.requestSync({ name: "net", host }).state === "granted";
}

function isLocalSocket(socket: Socket): boolean {
  return socket.remoteAddress === undefined || isLoopback(socket.remoteAddress);
}
