/** The log over WebSocket, as the original's page takes it: at `/ws`, and below it in the frames of SockJS. @module */
import type { Context, Hono } from "hono";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { Lab } from "../lab.ts";
import { isOwnOrigin } from "./guard.ts";
import { type Framing, LogReader, messageOf, PLAIN, SOCKJS } from "./log_reader.ts";
import { OUT, visitorOf } from "./visitor.ts";
import { WebSocketServer } from "./ws.ts";

/** How often readers are asked whether they are there. */
const HEARTBEAT = "25 s";
/** Nobody has to say anything here: longer messages end the connection, bytes. */
const LONGEST = 1024;
/** A path of SockJS: `/ws/SERVER/SESSION/websocket`. */
const SESSION = /^\/ws\/[^/.]+\/[^/.]+\/websocket$/;

/**
 * Adds the addresses. That one may connect is decided here, as for every other address; the rest is {@linkcode LogSockets}.
 *
 * @param app The application.
 */
export function serveLogSocket(app: Hono): void {
  const decide = (c: Context) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      return c.text("Here the log is sent over WebSocket\n", 426, { upgrade: "websocket" });
    }
    if (!isOwnOrigin(c)) return c.text("Pages of other sites may not read the log\n", 403);
    (c.env as Admission | undefined)?.admit?.(visitorOf(c).isIn);
    return c.body(null, 204);
  };
  for (const path of ["/ws", "/ws/websocket", "/ws/:server/:session/websocket"]) app.get(path, decide);
  app.get("/ws/info", (c) => {
    const entropy = crypto.getRandomValues(new Uint32Array(1))[0];
    const info = { websocket: true, cookie_needed: false, origins: ["*:*"], entropy };
    return c.json(info, 200, { "cache-control": "no-store" });
  });
}

/** What is told to whoever wants to connect for somebody who may. */
interface Admission {
  /** Gets what tells whether they still may. */
  readonly admit?: (isIn: () => boolean) => void;
}

/** Sends the log to everybody who has connected. */
export class LogSockets implements Disposable {
  readonly #clock: Clock;
  readonly #fetch: (request: Request, parts: object) => Response | Promise<Response>;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: LONGEST,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #readers = new Map<LogReader, () => boolean>();
  readonly #watching: Disposable;
  readonly #heartbeat: Timer;

  /** Begins with nobody; `fetch` decides who may connect: it answers 204. */
  constructor(
    lab: Lab,
    clock: Clock,
    fetch: (request: Request, parts: object) => Response | Promise<Response>,
  ) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#watching = lab.watch((event) => {
      if (event.kind !== "log" || this.#readers.size === 0) return;
      const text = messageOf(event.line);
      for (const reader of this.#present()) reader.tell(event.line, text);
    });
    this.#heartbeat = clock.every(HEARTBEAT, () => {
      for (const reader of this.#present()) reader.ask();
    });
  }

  /** Somebody wants to speak WebSocket. */
  async upgrade(incoming: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    socket.on("error", () => socket.destroy());
    const url = URL.parse(incoming.url ?? "", `http://${incoming.headers.host}`);
    if (!url) return refuse(socket, 400);
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headersDistinct)) {
      headers.set(name, value!.join(", "));
    }
    let isIn = () => true;
    const parts = { incoming, admit: (told: () => boolean) => void (isIn = told) };
    const { status } = await this.#fetch(new Request(url, { headers }), parts);
    if (status !== 204) return refuse(socket, status);
    this.#server.handleUpgrade(incoming, socket, head, (peer) => {
      const framing: Framing = SESSION.test(url.pathname) ? SOCKJS : PLAIN;
      const reader = new LogReader(peer, framing);
      this.#readers.set(reader, isIn);
      peer.on("close", () => void this.#readers.delete(reader));
      peer.on("error", () => reader.end()); // too long, or no WebSocket any more
    });
  }

  /** Those who may still read; the others are told so and let go. */
  #present(): LogReader[] {
    return [...this.#readers].flatMap(([reader, isIn]) => {
      if (isIn()) return [reader];
      this.#readers.delete(reader);
      reader.dismiss(this.#clock.time(), OUT);
      return [];
    });
  }

  /** Somebody may have been let out: lets those go who may read no more. */
  review(): void {
    this.#present();
  }

  /** Lets everybody go. */
  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#heartbeat.stop();
    for (const reader of this.#readers.keys()) reader.end();
  }
}

function refuse(socket: Duplex, status: number): void {
  const challenge = status === 401 ? "WWW-Authenticate: Basic\r\n" : "";
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}
