/** Opens `node:net` sockets, to connect and to listen. @module */
import { connect, createServer, type Socket } from "node:net";
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
  const { signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const socket = connect({ ...address, allowHalfOpen: true, noDelay: true });
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
  socket.once("connect", () => {
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
export function listenSocket(address: Address, accept: (connection: Connection) => void): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<Listener>();
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
  const failed = (error: Error) => reject(listenFailure(address, error));
  server.once("error", failed);
  server.listen({ ...address, backlog: 1024 }, () => {
    server.off("error", failed);
    const bound = server.address();
    if (typeof bound === "object" && bound !== null) {
      resolve(new SocketListener(server, formatAddress(bound.address, bound.port), bound.port, connections));
    } else {
      resolve(new SocketListener(server, `unix:${bound}`, 0, connections));
    }
  });
  return promise;
}

function isLocalSocket(socket: Socket): boolean {
  return socket.remoteAddress === undefined || isLoopback(socket.remoteAddress);
}
