/** Somebody who is sent the log over a WebSocket. @module */
import type { LogLine } from "../../../lib/link/link.ts";
import type { WebSocketPeer } from "./ws.ts";

/** Bytes that may wait for a reader; what comes then is dropped, and counted. */
const MOST_WAITING = 256 * 1024;
/** Close code for whoever may not read here (RFC 6455, 7.4.1). */
const POLICY_VIOLATION = 1008;

/** How a message is wrapped: as it is, or in the frames of SockJS. */
export interface Framing {
  /** What is sent at the begin. */
  readonly opening: string | undefined;
  /** A sign of life; without one the protocol's own ping is sent. */
  readonly heartbeat: string | undefined;
  /** A message. */
  wrap(message: string): string;
}

/** One JSON text for each line. */
export const PLAIN: Framing = { opening: undefined, heartbeat: undefined, wrap: (message) => message };
/** The frames of SockJS 0.3.3, which the original's page speaks. */
export const SOCKJS: Framing = {
  opening: "o",
  heartbeat: "h",
  wrap: (message) => `a${JSON.stringify([message])}`,
};

/** A log line as the original sent it: one JSON text, its time in UTC. */
export function messageOf({ message, time, source, type }: LogLine): string {
  return JSON.stringify({ msg: message, time: stampOf(time), source, type });
}

/** A reader of the log, who may be slow. */
export class LogReader {
  readonly #peer: WebSocketPeer;
  readonly #framing: Framing;
  #dropped = 0;
  #isAlive = true;

  /** Begins to send. */
  constructor(peer: WebSocketPeer, framing: Framing) {
    this.#peer = peer;
    this.#framing = framing;
    if (framing.opening !== undefined) peer.send(framing.opening);
    peer.on("pong", () => {
      this.#isAlive = true;
    });
  }

  /** Sends a line, or drops it where the reader is too slow; a later one is told how many were. */
  tell(line: LogLine, text: string): void {
    const { bufferedAmount } = this.#peer;
    if (bufferedAmount > MOST_WAITING) return void this.#dropped++;
    if (this.#dropped > 0) {
      const message = `${this.#dropped} messages were dropped: they came faster than they were read`;
      this.#dropped = 0;
      this.#peer.send(
        this.#framing.wrap(messageOf({ ...line, source: "monitor", type: "warning", message })),
      );
    }
    this.#peer.send(this.#framing.wrap(text));
  }

  /** Asks whether the reader is there; who did not answer the last time is let go. */
  ask(): void {
    if (!this.#isAlive) return this.end();
    this.#isAlive = false;
    this.#peer.ping();
    if (this.#framing.heartbeat !== undefined) this.#peer.send(this.#framing.heartbeat);
  }

  /** Tells why it is over, with a last line, and ends it in order. */
  dismiss(time: number, message: string): void {
    this.#peer.send(this.#framing.wrap(messageOf({ time, source: "monitor", type: "warning", message })));
    this.#peer.close(POLICY_VIOLATION, message);
  }

  /** Ends it. */
  end(): void {
    this.#peer.terminate();
  }
}

/** `2026-11-27 18:00:00.000000`. */
function stampOf(time: number): string {
  const micros = Math.round(time * 1e6);
  const date = new Date(Math.floor(micros / 1e6) * 1000).toISOString();
  return `${date.slice(0, 19).replace("T", " ")}.${
    String(micros - Math.floor(micros / 1e6) * 1e6).padStart(6, "0")
  }`;
}
