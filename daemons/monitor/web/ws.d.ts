/** What is used of ws, which has no types of its own. */
import type { Duplex } from "node:stream";
import type { IncomingMessage } from "node:http";

/** One connection. */
export interface WebSocketPeer {
  /** Bytes that wait to be taken. */
  readonly bufferedAmount: number;
  on(event: "close" | "pong", listener: () => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  send(text: string): void;
  ping(): void;
  /** Says that it is over, and why (at most 123 bytes). */
  close(code: number, why: string): void;
  terminate(): void;
}

/** Options of {@linkcode WebSocketServer}. */
export interface WebSocketServerOptions {
  noServer: true;
  /** Longest message, bytes. */
  maxPayload: number;
  perMessageDeflate: false;
  clientTracking: false;
}

/** Speaks WebSocket with those who ask for it. */
export class WebSocketServer {
  constructor(options: WebSocketServerOptions);
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
    ready: (peer: WebSocketPeer) => void,
  ): void;
}
