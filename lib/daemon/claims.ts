/** Who may command: one client at a time, for as long as it renews its claim. @module */
import { CommandError } from "../errors.ts";
import type { Peer } from "../line/service.ts";
import { type Clock, formatDuration, type Timer } from "../time/mod.ts";

/** A claim that is held. */
export interface Held {
  /** The holder's name. */
  readonly holder: string;
  /** Why it was claimed, for the others. */
  readonly note?: string;
  /** When it lapses, unix seconds. */
  readonly until: number;
}

const DEFAULT_SECONDS = 30;
const LONGEST_SECONDS = 86_400;

/** The claim on one device. It lapses by time alone: a holder that is gone may come back, under its name, and renew. */
export class Claims {
  readonly #clock: Clock;
  readonly #onLapse: (held: Held) => void;
  #peer: Peer | undefined;
  #held: Held | undefined;
  #lapse: Timer | undefined;
  readonly #watchers = new Set<() => void>();

  /** Makes one; `onLapse` is told of a claim that nobody renewed or released. */
  constructor(clock: Clock, onLapse: (held: Held) => void) {
    this.#clock = clock;
    this.#onLapse = onLapse;
  }

  /** The claim, if there is one. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** Calls `watcher` when another holds the claim than before, or for another reason, or nobody any more. */
  watch(watcher: () => void): void {
    this.#watchers.add(watcher);
  }

  /**
   * Refuses whoever is not the holder.
   *
   * @param peer Who wants to command.
   * @throws {CommandError} `held`, with the holder's name.
   */
  check(peer: Peer): void {
    const held = this.#held;
    if (held === undefined || this.#isHolder(peer)) return;
    const left = formatDuration(Math.max(0, held.until - this.#clock.time()) * 1000);
    const note = held.note ? ` (${held.note})` : "";
    throw new CommandError("held", `${held.holder} has claimed it${note} for another ${left}`);
  }

  /**
   * Claims or renews.
   *
   * @param peer Who.
   * @param seconds How long without renewal, as written; more than 0, at most a day (default 30).
   * @param note Why.
   * @returns The claim.
   * @throws {CommandError} `held` if another has it, `invalid` if the time makes no sense.
   */
  claim(peer: Peer, seconds: string = String(DEFAULT_SECONDS), note?: string): Held {
    const span = Number(seconds);
    if (!(span > 0 && span <= LONGEST_SECONDS)) {
      throw new CommandError(
        "invalid",
        `@for=${seconds} is not a time in seconds, more than 0 and at most ${LONGEST_SECONDS}`,
      );
    }
    this.check(peer);
    this.#lapse?.stop();
    this.#peer = peer;
    const until = this.#clock.time() + span;
    const before = this.#held;
    this.#held = note === undefined ? { holder: peer.name, until } : { holder: peer.name, until, note };
    this.#lapse = this.#clock.after(span * 1000, () => this.#onLapse(this.#drop()!));
    if (before?.holder !== peer.name || before.note !== note) this.#tell();
    return this.#held;
  }

  /**
   * Gives the claim back; without a claim it does nothing.
   *
   * @param peer Who.
   * @throws {CommandError} `held` if another has it.
   */
  release(peer: Peer): void {
    this.check(peer);
    this.#drop();
  }

  /** Forgets the claim without a word, when the daemon ends. */
  close(): void {
    this.#drop();
  }

  /** The connection that claimed, or once that is gone one of the same name: a client that reconnected. */
  #isHolder(peer: Peer): boolean {
    const holder = this.#peer;
    return peer === holder || (holder?.gone.aborted === true && peer.name === this.#held?.holder);
  }

  #drop(): Held | undefined {
    const held = this.#held;
    this.#lapse?.stop();
    this.#peer = this.#held = this.#lapse = undefined;
    if (held) this.#tell();
    return held;
  }

  #tell(): void {
    this.#watchers.forEach((watcher) => watcher());
  }
}
