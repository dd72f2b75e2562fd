/** TLS over TCP. @module */
import { createServer as createTcpServer, isIP, type Socket } from "node:net";
import { connect, createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { ConfigError } from "../errors.ts";
import { type Clock, milliseconds } from "../time/mod.ts";
import { type Address, formatAddress, isLoopback, parseAddress } from "./address.ts";
import type { Certificate } from "./certificate.ts";
import type { Connection, ConnectOptions, Listener, Transport } from "./connection.ts";
import { Doorstep } from "./doorstep.ts";
import { reasonOf } from "./failure.ts";
import { listen, trySocket } from "./node_net.ts";
import { SocketConnection, SocketListener } from "./socket.ts";

/** Options of {@linkcode tls}. */
export interface TlsOptions {
  /** Certificates to believe, as PEM, instead of the authorities that this runtime knows: a lab's own. */
  ca?: string | undefined;
}

/** How long a handshake may take. */
const HANDSHAKE = "10 s";
/** What somebody is told who does not speak TLS, in words of the line protocol. */
const PLAIN = "error this port speaks TLS only: connect to it as tls://host:port\n";

/**
 * Connections through TLS, without delay; addresses are `"tls://host:port"`. The other end must show a certificate for
 * that host. It does not listen: {@linkcode listenTls} does.
 *
 * @param options Whom to believe.
 * @returns The transport.
 */
export function tls(options: TlsOptions = {}): Transport {
  return {
    connect: async (address, { signal } = {}) => await connectTls(address, { ...options, signal }),
    listen: (address) =>
      Promise.reject(new ConfigError(`Cannot listen at "${address}": that takes a certificate and its key`)),
  };
}

function connectTls(text: string, options: TlsOptions & ConnectOptions): Promise<Connection> {
  const { host, port } = tlsAddress(text);
  const { ca, signal } = options;
  const name = isIP(host) ? {} : { servername: host };
  return trySocket(
    () => connect({ host, port, ...name, ...ca === undefined ? {} : { ca } }),
    { name: text, ready: "secureConnect", signal },
  );
}

/** A listener whose certificate can be renewed while it listens. */
export interface TlsListener extends Listener {
  /** Shows another certificate to whoever connects from now on; what is connected stays so. */
  renew(certificate: Certificate): void;
}

/** Options of {@linkcode listenTls}. */
export interface ListenTlsOptions {
  /** What it shows. */
  readonly certificate: Certificate;
  /** What measures how long a peer says nothing. */
  readonly clock: Clock;
  /** Is told of what failed before there was a connection. */
  readonly report: (message: string) => void;
}

/**
 * Listens for TLS. Who speaks anything else is told so in a line, and let go.
 *
 * @param address `"host:port"`; port 0 takes any free one.
 * @param options Certificate, clock, whom to tell of failures.
 * @param accept Is given every connection.
 * @throws {ConnectionError} If it cannot.
 */
export async function listenTls(
  address: string,
  options: ListenTlsOptions,
  accept: (connection: Connection) => void,
): Promise<TlsListener> {
  const { certificate, clock, report } = options;
  const parsed = parseAddress(address);
  const connections = new Set<Connection>();
  const secure = secureServer(certificate, (socket) => {
    const peer = nameOf(socket);
    const connection = new SocketConnection(socket, peer, isLoopback(socket.remoteAddress ?? ""));
    connections.add(connection);
    connection.closed.then(() => connections.delete(connection));
    accept(connection);
  }, report);
  const doorstep = new Doorstep(clock, {
    tls: (socket) => secure.emit("connection", socket),
    plain: (socket) => {
      report(`${nameOf(socket)} does not speak TLS`);
      socket.end(PLAIN);
      socket.destroySoon();
    },
  });
  const server = createTcpServer({ noDelay: true }, (socket) => doorstep.arrived(socket));
  const { name, port } = await listen(server, parsed);
  const listener = new SocketListener(server, name, port, connections);
  const close = async () => {
    doorstep.close();
    await listener.close();
  };
  return {
    address: listener.address,
    port: listener.port,
    renew: (certificate) => secure.setSecureContext(certificate.pem),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * A TLS server that is handed its sockets.
 *
 * @param certificate What it shows.
 * @param accept Is given every connection whose handshake is done.
 * @param report Is told of handshakes that failed.
 */
export function secureServer(
  certificate: Certificate,
  accept: (socket: TLSSocket) => void,
  report: (message: string) => void,
): TlsServer {
  const server = createTlsServer({ ...certificate.pem, handshakeTimeout: milliseconds(HANDSHAKE) }, accept);
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    report(`A TLS handshake failed: ${reasonOf(error)}`); // whose it was is not known any more
    socket.destroy();
  });
  return server;
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return formatAddress(remoteAddress ?? "?", remotePort ?? 0);
}

function tlsAddress(text: string): Address & { kind: "tls" } {
  const address = parseAddress(text);
  if (address.kind === "tls") return address;
  throw new ConfigError(`Cannot use "${text}" for TLS: expected "tls://host:port"`);
}
