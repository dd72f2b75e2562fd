/** What a client has sent and the server has not handled yet. @module */
import type { Connection } from "../net/connection.ts";
import { type BadLine, MessageParser } from "./codec.ts";
import type { Message } from "./message.ts";
import type { Outbox } from "./outbox.ts";

/** Hands on messages as fast as they are worked on; then it reads no more, so that neither they nor their replies pile up. */
export class Intake {
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #parser: MessageParser;
  readonly #mayGoOn: () => boolean;
  readonly #handle: (found: Message | BadLine) => boolean;
  readonly #chunks: Uint8Array[] = [];
  #isBusy = false;
  #isPaused = false;

  /**
   * Makes the one of a connection.
   *
   * @param mayGoOn Whether another message may be handled now.
   * @param handle Is given every message.
   */
  constructor(
    connection: Connection,
    outbox: Outbox,
    limit: number | undefined,
    mayGoOn: () => boolean,
    handle: (found: Message | BadLine) => void,
  ) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#parser = new MessageParser({ limit });
    this.#mayGoOn = mayGoOn;
    this.#handle = (found) => {
      handle(found);
      return mayGoOn();
    };
  }

  /** Whether everything has been handled. */
  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Takes what the client sent. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.resume();
  }

  /** Goes on, if it may. */
  resume(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#chunks.length > 0 && this.#mayGoOn()) {
      this.#outbox.collect();
      const chunk = this.#chunks[0]!;
      const taken = this.#parser.feed(chunk, this.#handle);
      if (taken < chunk.length) this.#chunks[0] = chunk.subarray(taken);
      else this.#chunks.shift();
      this.#outbox.flush();
    }
    this.#isBusy = false;
    this.#pause(this.#chunks.length > 0);
  }

  #pause(pause: boolean): void {
    if (pause === this.#isPaused) return;
    this.#isPaused = pause;
    if (pause) this.#connection.pause();
    else this.#connection.resume();
  }
}
