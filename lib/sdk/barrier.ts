/** Which readings say what came of a command: those that were read after it. @module */
import { milliseconds } from "../time/mod.ts";

/**
 * How long readings may still come that are older than a command, where nobody numbers them: an old MONITOR asks each
 * second, and is itself asked each second.
 */
const UNDER_WAY = milliseconds("2 s");

/** When a reading was taken. */
export interface Taken {
  /** The number of the update that brought it; undefined when a complete update only repeated it. */
  readonly seq: number | undefined;
  /** When it was read, by our monotonic clock. */
  readonly since: number;
}

/** The last finished commands of one client to one device, and what was read after them. */
export class Barrier {
  readonly #held = new Map<string, number>();
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

  /** A command has set a channel that is not read by itself: its next value comes with an update after `seq`. */
  raiseHeld(name: string, seq: number | undefined): void {
    if (seq !== undefined) this.#held.set(name, seq);
  }

  /** The device's daemon was started anew and counts from `seq`: whatever it reads is read after our commands. */
  restart(seq: number): void {
    if (this.#seq === undefined || seq >= this.#seq) return;
    this.#seq = seq;
    this.#held.clear();
  }

  /** Whether a reading may be older than the last command. */
  isBefore({ seq, since }: Taken): boolean {
    if (since <= this.#since) return true;
    return this.#seq !== undefined && (seq === undefined || seq <= this.#seq);
  }

  /** Whether the value of a held channel, by the name under which it is set, may be older than the last command that set it. */
  isHeldBefore(name: string, { seq }: Taken): boolean {
    const set = this.#held.get(name);
    return set !== undefined && seq !== undefined && seq <= set;
  }
}
