/** HTTP for people who mean well and for those who do not: deadlines, limits, TLS. @module */
import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Doorstep } from "../../../lib/net/doorstep.ts";
import { type Certificate, Gate } from "../../../lib/net/mod.ts";
import { listen } from "../../../lib/net/node_net.ts";
import { secureServer } from "../../../lib/net/tls.ts";
import { type Clock, type Duration, milliseconds } from "../../../lib/time/mod.ts";
import { Stalled } from "./stalled.ts";

/** What may be asked of a server. */
export interface HttpLimits {
  /** How long the headers of a request may take. */
  readonly headers: Duration;
  /** How long a whole request may take, its body included. */
  readonly request: Duration;
  /** How long a connection may be kept without a request. */
  readonly idle: Duration;
  /** How many may be connected. */
  readonly connections: number;
  /** How many may be connected from one address of another machine. */
  readonly perAddress: number;
}

/** Limits that nobody meets who means well. */
export const HTTP_LIMITS: HttpLimits = {
  headers: "10 s",
  request: "30 s",
  idle: "10 s",
  connections: 2000,
  perAddress: 400,
};

/** Longest headers, bytes. */
const LONGEST_HEADERS = 16 * 1024;
/** Most headers. */
const MOST_HEADERS = 200;
/** How long who is refused, or busy when the server ends, has to take what was said. */
const FAREWELL = "1 s";

/** What is said where a request cannot be read, by the code of what went wrong. */
const REFUSALS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** Options of {@linkcode serveHttp}. */
export interface HttpOptions {
  /** Host to listen on. */
  readonly host: string;
  /** Port; 0 for any free one. */
  readonly port: number;
  /** What it shows: HTTPS alone is spoken then. */
  readonly certificate?: Certificate | undefined;
  /** Limits. */
  readonly limits?: HttpLimits;
  /** What measures the time of those who do not read. */
  readonly clock: Clock;
  /** Is told of those who had to go. */
  readonly report: (message: string) => void;
  /** Takes those who want to speak another protocol from now on; without it they are refused. */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Uint8Array) => void) | undefined;
}

/** A server that listens. */
export interface HttpServer {
  /** Its port. */
  readonly port: number;
  /** Shows another certificate to whoever connects from now on. */
  renew(certificate: Certificate): void;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves HTTP, or HTTPS. Deadlines are kept by the runtime's own HTTP server, which `Deno.serve` has none of.
 *
 * @param fetch What answers requests.
 * @param options Where, and with what limits.
 * @throws {ConnectionError} If it cannot listen there.
 */
export async function serveHttp(
  fetch: (request: Request, parts: object) => Response | Promise<Response>,
  options: HttpOptions,
): Promise<HttpServer> {
  const { host, port, certificate, clock, report, limits = HTTP_LIMITS, upgrade } = options;
  const { connections: total, perAddress } = limits;
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  const gate = new Gate<Socket>({ total, perAddress, clock, report });
  const server = createServer(nodeLimits(limits), (request, response) => {
    gate.proved(request.socket);
    if (request.rawHeaders.length > 2 * MOST_HEADERS) {
      return refuse(request.socket, "HPE_HEADER_OVERFLOW", clock);
    }
    if (certificate && !isSecure(request.socket)) return sendToHttps(request, response);
    void answer(request, response);
  });
  server.on("connection", (socket: Socket) => {
    gate.enter(socket, socket.remoteAddress ?? "?")?.destroy();
    socket.once("close", () => gate.left(socket));
  });
  server.on(
    "clientError",
    (error: Error & { code?: string }, socket: Socket) => refuse(socket, error.code, clock),
  );
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Uint8Array) => {
    gate.proved(socket);
    if (!upgrade || (certificate && !isSecure(socket))) return refuse(socket, undefined, clock);
    upgrade(request, socket, head);
  });
  const { door, renew, leave } = certificate ? secured(server, certificate, options) : open(server);
  const bound = await listen(door, { kind: "tcp", host, port }).catch((error) => {
    leave();
    throw error;
  });
  const stalled = new Stalled(clock, () => gate.inside);
  return {
    port: bound.port,
    renew,
    async close() {
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      stalled[Symbol.dispose]();
      leave();
      door.close(() => resolve());
      server.closeIdleConnections();
      const enough = clock.after(FAREWELL, () => [...gate.inside].forEach((socket) => socket.destroy()));
      await closed;
      enough.stop();
    },
  };
}

interface Door {
  /** What listens. */
  readonly door: TcpServer;
  renew(certificate: Certificate): void;
  /** Lets those go who have not said anything yet. */
  leave(): void;
}

function open(server: Server): Door {
  return { door: server, renew() {}, leave() {} };
}

/** Hands a server what is told apart at the door: those who speak TLS decrypted, the others as they are. */
function secured(server: Server, certificate: Certificate, { clock, report }: HttpOptions): Door {
  const secure = secureServer(certificate, (socket) => server.emit("connection", socket), report);
  const doorstep = new Doorstep(clock, {
    tls: (socket) => secure.emit("connection", socket),
    plain: (socket) => server.emit("connection", socket),
  });
  server.emit("listening"); // it never listens itself, but from here on it looks at its deadlines
  return {
    door: createTcpServer({ noDelay: true }, (socket) => doorstep.arrived(socket)),
    renew: (certificate) => secure.setSecureContext(certificate.pem),
    leave: () => {
      doorstep.close();
      server.close();
    },
  };
}

function nodeLimits({ headers, request, idle }: HttpLimits) {
  return {
    headersTimeout: milliseconds(headers),
    requestTimeout: milliseconds(request),
    keepAliveTimeout: milliseconds(idle),
    connectionsCheckingInterval: Math.min(1000, milliseconds(headers) / 4),
    maxHeaderSize: LONGEST_HEADERS,
    noDelay: true,
  };
}

const isSecure = (socket: Socket): boolean => "encrypted" in socket && socket.encrypted === true;

/** Says what is wrong and closes: what comes behind it cannot be told apart any more. */
function refuse(socket: Socket, code: string | undefined, clock: Clock): void {
  if (!socket.writable) return void socket.destroy();
  const status = REFUSALS[code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const enough = clock.after(FAREWELL, () => socket.destroy());
  socket.once("close", () => enough.stop());
}

/** Who asks in plain text is sent to where it is not; whoever posts has said it in the open already, and is told so. */
function sendToHttps({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
  const target = URL.parse(url ?? "/", `https://${headers.host}`);
  const isReading = method === "GET" || method === "HEAD";
  if (isReading && target?.protocol === "https:") {
    response.writeHead(308, { location: target.href, connection: "close" }).end();
  } else {
    response.writeHead(400, { "content-type": "text/plain", connection: "close" });
    response.end("This port speaks HTTPS only; what was sent here in plain text could be read on its way\n");
  }
}
