/** What one client may write to the log: as much as somebody could read, and how much it said beyond that. @module */
import type { LogLine } from "../../lib/link/link.ts";
import { Allowance, type Clock, formatDuration, milliseconds, type Timer } from "../../lib/time/mod.ts";

/** Lines in the long run, and at once. */
const LINES = { perSecond: 10, burst: 1000 };
/** How often it is said that lines were left out. */
const EVERY = "10 s";

/** Stands before the log for one client. */
export class LogGate implements Disposable {
  readonly #clock: Clock;
  readonly #pass: (line: LogLine) => void;
  readonly #allowance: Allowance;
  #leftOut = 0;
  #summing: Timer | undefined;

  /** Makes one; `pass` takes what gets through. */
  constructor(clock: Clock, pass: (line: LogLine) => void) {
    this.#clock = clock;
    this.#pass = pass;
    this.#allowance = new Allowance({ ...LINES, clock });
  }

  /** Takes a line of the client. */
  take(line: LogLine): void {
    if (this.#allowance.take()) return this.#pass(line);
    this.#leftOut++;
    this.#summing ??= this.#clock.after(EVERY, () => this.#sumUp(line.source));
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#summing?.stop();
  }

  #sumUp(source: string): void {
    this.#summing = undefined;
    const span = formatDuration(milliseconds(EVERY));
    const message =
      `${this.#leftOut} lines of ${source} within ${span} were left out of the log: it says too much`;
    this.#leftOut = 0;
    this.#pass({ time: this.#clock.time(), source, type: "warning", message });
  }
}
