/** A 487 and what the daemon knows of it beyond its own status. @module */
import type { Hardware, MultiplexedInstrument } from "../../lib/daemon/mod.ts";
import type { Duration } from "../../lib/time/mod.ts";

/** The instrument as hardware of the daemon. */
export class Meter implements Hardware {
  readonly lost: Promise<Error | undefined>;
  readonly #line: MultiplexedInstrument;
  #zeroCheck: "no" | "performing" | "done" = "no";

  /** Takes over the way to the instrument. */
  constructor(line: MultiplexedInstrument) {
    this.#line = line;
    this.lost = line.lost;
  }

  /** Whether its offsets were acquired; it may have been switched off while it was not there. */
  get zeroCheck(): "no" | "performing" | "done" {
    return this.#zeroCheck;
  }

  /** Notes how far that is. */
  note(zeroCheck: "no" | "performing" | "done"): void {
    this.#zeroCheck = zeroCheck;
  }

  ask(line: string, options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<string> {
    return this.#line.ask(line, options);
  }

  tell(line: string): Promise<void> {
    return this.#line.tell(line);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line[Symbol.asyncDispose]();
  }
}
