/** A connection that goes through memory. @module */
import { ConnectionError } from "../errors.ts";
import type { Connection, Receiver } from "../net/connection.ts";
import type { MemoryPipe } from "./memory_pipe.ts";

const encoder = new TextEncoder();

/** One end of a connection through memory. */
export class MemoryConnection implements Connection {
  readonly peer: string;
  readonly isLocal = true;
  readonly closed: Promise<void>;
  readonly #out: MemoryPipe;
  readonly #in: MemoryPipe;
  readonly #told: () => void;
  #other!: MemoryConnection;
  #receiver: Receiver | undefined;
  #paused = false;
  #ending = false;
  #sent = false;
  #received = false;
  #over = false;
  #gone = false;
  #error: Error | undefined;

  /** Makes the end that writes to `outgoing` and reads from `incoming`. */
  constructor(peer: string, outgoing: MemoryPipe, incoming: MemoryPipe) {
    this.peer = peer;
    this.#out = outgoing;
    this.#in = incoming;
    ({ promise: this.closed, resolve: this.#told } = Promise.withResolvers<void>());
    outgoing.writer = {
      drained: () => {
        if (!this.#over) this.#receiver?.drained?.();
      },
      sent: () => {
        this.#sent = true;
        this.#finishWhenBothEnded();
      },
    };
    incoming.reader = {
      ready: () => this.#over || (this.#receiver !== undefined && !this.#paused),
      data: (chunk) => {
        if (this.#over) this.#other.lose("reset by the peer"); // as a system does for bytes nobody will read
        else this.#deliver(chunk);
      },
      end: () => this.#ended(),
    };
  }

  get pending(): number {
    return this.#out.waiting;
  }

  /** Names the two ends to each other. */
  static pair(a: MemoryConnection, b: MemoryConnection): void {
    a.#other = b;
    b.#other = a;
  }

  receive(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (first && this.#gone) queueMicrotask(() => this.#receiver!.closed?.(this.#error));
    else this.#in.wake();
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#over || this.#ending) return false;
    if (bytes.length === 0) return true;
    return this.#out.write(typeof bytes === "string" ? encoder.encode(bytes) : bytes.slice());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#in.wake();
  }

  end(): void {
    if (this.#over || this.#ending) return;
    this.#ending = true;
    this.#out.end();
  }

  destroy(reason?: Error): void {
    if (this.#over) return;
    this.#finish(reason);
    if (reason) this.#other.lose("reset by the peer");
    else this.#out.end();
  }

  /** Ends this end as if the network had done it. */
  lose(why: string): void {
    if (!this.#over) this.#finish(new ConnectionError(`Connection with ${this.peer} lost: ${why}`));
  }

  /** Memory that was only borrowed is spoilt, so that who keeps it is found out. */
  #deliver(chunk: Uint8Array): void {
    const { borrows } = this.#receiver!;
    this.#receiver!.data(chunk);
    if (borrows) chunk.fill(0xdd);
  }

  #ended(): void {
    if (this.#over) return;
    this.#received = true;
    if (this.#receiver!.end) this.#receiver!.end();
    else this.end();
    this.#finishWhenBothEnded();
  }

  #finishWhenBothEnded(): void {
    if (this.#sent && this.#received && !this.#over) this.#finish();
  }

  #finish(error?: Error): void {
    this.#over = true;
    this.#error = error;
    this.#out.dropWaiting();
    this.#in.wake();
    queueMicrotask(() => {
      this.#gone = true;
      this.#receiver?.closed?.(error);
      this.#told();
    });
  }
}
