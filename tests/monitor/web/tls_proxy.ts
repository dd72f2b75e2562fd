/** A reverse proxy with TLS for tests, as nginx is where nobody has told it more than `proxy_pass` and addresses. */
import { request } from "node:http";
import { createServer } from "node:https";
import { connect, type Socket } from "node:net";
import { makeCertificate } from "../../certificates.ts";

/** A proxy that listens. */
export interface TlsProxy extends AsyncDisposable {
  /** Its address: `https://localhost:1234`. */
  readonly origin: string;
}

/** Headers as the proxy sends them on: MONITOR is asked as `127.0.0.1`, whatever the proxy was asked as. */
function sentOn(headers: NodeJS.Dict<string | string[]>, port: number, from: string | undefined) {
  const before = headers["x-forwarded-for"];
  return {
    ...headers,
    "host": `127.0.0.1:${port}`,
    "x-forwarded-for": [...before === undefined ? [] : [before].flat(), from].join(", "),
    "x-forwarded-proto": "https",
  };
}

/** Stands before a page at a port of this machine; `from` is the address that it says requests are from. */
export async function tlsProxy(portOf: () => number, from = "10.9.8.7"): Promise<TlsProxy> {
  const { cert, key } = makeCertificate();
  const sockets = new Set<Socket>();
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const port = portOf();
    const asked = request(
      { host: "127.0.0.1", port, method, path, headers: sentOn(headers, port, from) },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    asked.on("error", () => outgoing.destroy());
    outgoing.on("close", () => asked.destroy());
    incoming.pipe(asked);
  });
  server.on("upgrade", ({ url, headers }, socket: Socket, head: Uint8Array) => {
    const port = portOf();
    const behind = connect(port, "127.0.0.1");
    const lines = Object.entries(sentOn(headers, port, from)).map(([name, value]) => `${name}: ${value}\r\n`);
    behind.write(`GET ${url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    behind.write(head);
    behind.pipe(socket).pipe(behind);
    for (const one of [behind, socket]) {
      one.on("error", () => [behind, socket].forEach((end) => end.destroy()));
    }
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const own = (server.address() as { port: number }).port;
  return {
    origin: `https://localhost:${own}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
