/** What one peer has sent and a line server has not handled yet. @module */
import type { Connection } from "../net/mod.ts";
import { LineCodec, type LineEvent } from "./codec.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionContext } from "./session_context.ts";

/** Longest line, bytes, where nobody says otherwise. */
const LIMIT = 1024 * 1024;
/** Longest line of peers that may only look, bytes. */
const STRANGERS = 64 * 1024;

/**
 * Hands on requests as fast as their replies can be queued. When the peer does not take these, it stops in the middle of a
 * chunk and reads no more, so that neither requests nor replies pile up.
 */
export class Intake {
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #context: SessionContext;
  readonly #codec: LineCodec;
  readonly #handle: (event: LineEvent) => boolean;
  readonly #chunks: Uint8Array[] = [];
  #isBusy = false;

  /** Makes the one of a connection. */
  constructor(
    connection: Connection,
    outbox: Outbox,
    context: SessionContext,
    handle: (event: LineEvent) => void,
  ) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#context = context;
    this.#codec = new LineCodec();
    this.#handle = (event) => {
      handle(event);
      return outbox.hasRoom;
    };
  }

  /** Believes the peer, or does not: so many may connect of whom nothing is known that their lines must be short. */
  set isTrusted(isTrusted: boolean) {
    const limit = this.#context.lineLimit ?? LIMIT;
    this.#codec.limit = isTrusted ? limit : Math.min(limit, STRANGERS);
  }

  /** Whether a chunk is being handled: its replies are sent when that is done. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether everything has been handled. */
  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Takes what the peer sent. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#work();
  }

  /** The peer has taken its replies: goes on. */
  resume(): void {
    this.#connection.resume();
    this.#work();
  }

  #work(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#chunks.length > 0 && !this.#outbox.isHeld) {
      this.#outbox.begin();
      const chunk = this.#chunks[0]!;
      let taken = 0;
      this.#context.gate.whileClosed(() => taken = this.#codec.feed(chunk, this.#handle));
      if (taken < chunk.length) this.#chunks[0] = chunk.subarray(taken);
      else this.#chunks.shift();
      this.#outbox.flush();
    }
    this.#isBusy = false;
    if (this.#outbox.isHeld) this.#connection.pause();
  }
}
