/** Which readings say what came of a command: those that were read after it. @module */
import type { Reading } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import { milliseconds } from "../time/mod.ts";

/**
 * How long readings may still come that are older than a command, where nobody numbers them: an old MONITOR asks each
 * second, and is itself asked each second.
 */
const UNDER_WAY = milliseconds("2 s");

/** A reading and how it reached us. */
export interface Seen {
  /** The reading. */
  readonly reading: Reading;
  /** The number of the update that brought it; undefined when a complete update only repeated it. */
  readonly seq: number | undefined;
  /** When it was read, by our monotonic clock: its age is measured from here. */
  readonly since: number;
  /** The readings before it, newest first. */
  readonly before: readonly Reading[];
}

/** The last finished commands of one client to one device, and what was read after them. */
export class Barrier {
  readonly #held = new Map<string, { seq: number; value: Value }>();
  #seq: number | undefined;
  #since = -Infinity;

  /**
   * A command has finished.
   *
   * @param seq The number of its answer, if it has one.
   * @param now The present, monotonic milliseconds.
   */
  raise(seq: number | undefined, now: number): void {
    if (seq === undefined) this.#since = now + UNDER_WAY;
    else if (this.#seq === undefined || seq > this.#seq) this.#seq = seq;
  }

  /** A command has set a channel that is not read by itself: its value comes with an update after `seq`. */
  raiseHeld(name: string, value: Value, seq: number | undefined): void {
    if (seq !== undefined) this.#held.set(name, { seq, value });
  }

  /** The device's daemon was started anew and counts from `seq`: whatever it reads is read after our commands. */
  restart(seq: number): void {
    if (this.#seq === undefined || seq >= this.#seq) return;
    this.#seq = seq;
    this.#held.clear();
  }

  /** Whether a reading may be older than the last command. */
  isBefore({ seq, since }: Seen): boolean {
    if (since <= this.#since) return true;
    return this.#seq !== undefined && (seq === undefined || seq <= this.#seq);
  }

  /**
   * Whether the value of a held channel, by the name under which it is set, may be older than the last command that set
   * it. MONITOR may have numbered it before the answer; then it is the value that was set.
   */
  isHeldBefore(name: string, { seq, reading }: Seen): boolean {
    const set = this.#held.get(name);
    return set !== undefined && seq !== undefined && seq <= set.seq &&
      String(reading.value) !== String(set.value);
  }
}
