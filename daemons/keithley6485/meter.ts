/** A 6485 that measures again and again. @module */
import type { Hardware, MultiplexedInstrument } from "../../lib/daemon/mod.ts";
import type { Clock, Duration } from "../../lib/time/mod.ts";

/** The slowest mains, Hz. */
const MAINS = 50;
/** Begins a measurement; that the instrument answers proves that it has taken it. */
const BEGIN = ":INIT;:SYST:ZCH?";
/** What a measurement takes beyond its integration, ms. */
const OVERHEAD = 50;
/** Nothing measures longer, ms. */
const LONGEST = 200_000;

/** How it measures, as far as is known. */
export interface Integration {
  /** Power line cycles. */
  readonly cycles: number;
  /** Readings that are averaged. */
  readonly count: number;
}

/**
 * The instrument as hardware of the daemon. A measurement may take seconds: it is begun, and fetched when it must be over,
 * so that neither the bus nor anybody's question waits for it.
 */
export class Meter implements Hardware {
  readonly lost: Promise<Error | undefined>;
  readonly #line: MultiplexedInstrument;
  readonly #clock: Clock;
  #due: number | undefined;

  /** Takes over the way to the instrument. */
  constructor(line: MultiplexedInstrument, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    this.lost = line.lost;
  }

  /**
   * Fetches the measurement that is over, and begins another one.
   *
   * @param integration How it measures.
   * @returns The reply to `:FETC?`; empty before the first one, undefined while one is under way.
   */
  async next(integration: Integration, signal: AbortSignal): Promise<string | undefined> {
    if (this.#due !== undefined && this.#clock.now() < this.#due) return undefined;
    const isOver = this.#due !== undefined;
    this.#due = undefined; // until another one is begun, whatever fails
    const reply = isOver ? await this.#line.ask(":FETC?", { signal }) : "";
    await this.#line.ask(BEGIN, { signal });
    const { cycles, count } = integration;
    const takes = Math.min(cycles / MAINS * 1000 * count + OVERHEAD, LONGEST);
    this.#due = this.#clock.now() + (Number.isFinite(takes) ? takes : OVERHEAD);
    return reply;
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
