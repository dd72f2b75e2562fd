/** What a server sends to one client, and how much a client that does not read may cost. @module */
import type { Connection } from "../net/connection.ts";
import type { Clock, Duration, Timer } from "../time/mod.ts";
import type { Argument, MessageType } from "./message.ts";
import { MessageWriter } from "./writer.ts";

/** Replies may queue up to this many bytes; then no more requests are taken until the client has read. */
const WINDOW = 1024 * 1024;

/** Options of {@linkcode Outbox}. */
export interface OutboxOptions {
  /** What is sent unasked may queue up to this many bytes. */
  readonly backlog: number;
  /** How long a client may leave a full queue unread. */
  readonly patience: Duration;
  /** Clock. */
  readonly clock: Clock;
  /** Is told why the client cannot be kept. */
  giveUp(why: string): void;
}

/** Sends what answers one chunk of requests in one write, in order with everything else. */
export class Outbox {
  readonly #connection: Connection;
  readonly #options: OutboxOptions;
  readonly #writer = new MessageWriter();
  #isCollecting = false;
  #stalled: Timer | undefined;

  /** Makes the one of a connection. */
  constructor(connection: Connection, options: OutboxOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Whether the client has to read before it is answered more. */
  get isFull(): boolean {
    return this.#stalled !== undefined || this.#writer.length + this.#connection.pending >= WINDOW;
  }

  /** Sends a message. */
  write(type: MessageType, name: string, mid: number | undefined, args: readonly Argument[]): void {
    this.#writer.write(type, name, mid, args);
    if (!this.#isCollecting) this.flush();
  }

  /** Sends whole lines, which may go to others as well: they must not be changed. */
  send(lines: Uint8Array): void {
    if (this.#isCollecting) this.#writer.append(lines);
    else this.#push(lines);
  }

  /** Collects what is sent from now on. */
  collect(): void {
    this.#isCollecting = true;
  }

  /** Sends what was collected. */
  flush(): void {
    this.#isCollecting = false;
    if (this.#writer.length > 0) this.#push(this.#writer.take());
  }

  /** The client has read what was queued. */
  drained(): void {
    this.#stalled?.stop();
    this.#stalled = undefined;
  }

  #push(bytes: Uint8Array): void {
    if (this.#connection.write(bytes) || this.#connection.pending === 0) return;
    const { clock, patience, backlog, giveUp } = this.#options;
    this.#stalled ??= clock.after(patience, () => giveUp("it does not read what it is sent"));
    if (this.#connection.pending > backlog) giveUp("it is sent more than it reads");
  }
}
