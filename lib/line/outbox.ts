/** What a server still owes one peer, and how much a peer that does not read may cost. @module */
import type { Connection } from "../net/connection.ts";
import type { Clock, Duration, Timer } from "../time/mod.ts";
import type { StatusReply } from "./status_reply.ts";

/** Replies to what has been read may queue up to this many bytes; then reading waits for the peer. */
const WINDOW = 1024 * 1024;
/** What is sent unasked may add up to this many bytes; a peer that lets it is dropped. */
const LIMIT = 16 * WINDOW;

/** Options of {@linkcode Outbox}. */
export interface OutboxOptions {
  /** The answer to `get_status`, as this peer understands it. */
  reply(): StatusReply;
  /** How long a peer may leave a full queue unread. */
  patience: Duration;
  /** The clock. */
  clock: Clock;
  /** Told when the peer has used it up, with the reason. */
  giveUp(why: string): void;
}

/**
 * Collects the replies to one chunk of requests, in order, and sends them in as few writes as it can: consecutive
 * statuses are one view of bytes made before.
 */
export class Outbox {
  readonly #connection: Connection;
  readonly #options: OutboxOptions;
  #text = "";
  #statuses = 0;
  #room = 0;
  #stalled: Timer | undefined;

  /** Makes the one of a connection. */
  constructor(connection: Connection, options: OutboxOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Whether the peer reads so slowly that what was queued last has to wait. */
  get isHeld(): boolean {
    return this.#stalled !== undefined;
  }

  /** Whether another reply may be made before the peer has read some. */
  get hasRoom(): boolean {
    return this.#room > 0;
  }

  /** Measures the room anew, before a chunk of requests. */
  begin(): void {
    this.#room = WINDOW - this.#connection.pending;
  }

  /** Adds whole lines with their terminators. */
  write(text: string): void {
    this.sendStatuses();
    this.#text += text;
    this.#room -= text.length;
  }

  /** Adds raw bytes. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.#room -= bytes.length;
    this.#send(bytes);
  }

  /** Adds one status reply. */
  writeStatus(): void {
    if (this.#text !== "") this.#sendText();
    this.#statuses++;
    this.#room -= this.#options.reply().size;
  }

  /** Hands everything to the connection. */
  flush(): void {
    this.sendStatuses();
    if (this.#text !== "") this.#sendText();
  }

  /** Hands the status replies to the connection, with the status as it is now. */
  sendStatuses(): void {
    const count = this.#statuses;
    if (count === 0) return;
    this.#statuses = 0;
    this.#send(this.#options.reply().copies(count));
  }

  /** The peer has read what was queued. */
  drained(): void {
    this.#stalled?.stop();
    this.#stalled = undefined;
  }

  #sendText(): void {
    const text = this.#text;
    this.#text = "";
    this.#send(text);
  }

  #send(bytes: Uint8Array | string): void {
    if (this.#connection.write(bytes) || this.#connection.pending === 0) return;
    const { clock, patience, giveUp } = this.#options;
    this.#stalled ??= clock.after(patience, () => giveUp("it does not read what it is sent"));
    if (this.#connection.pending > LIMIT) giveUp("it is sent more than it reads");
  }
}
