/** What a client knows of a device: the latest readings, when they came, and whether they may be believed. @module */
import { maxAgeOf } from "../device/age.ts";
import type { Channel } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Update } from "../device/reading.ts";
import type { ReadingSource } from "../device/state_view.ts";
import type { Value } from "../device/types.ts";
import type { Answer, Link } from "../link/link.ts";
import { type Clock, formatDuration, type Timer } from "../time/mod.ts";
import { Barrier, type Seen } from "./barrier.ts";

/** How many readings of a channel are remembered for the message of a wait that failed. */
const RECENT = 6;

/** Follows one link and keeps the latest readings. */
export class Watch {
  /** The link. */
  readonly link: Link;
  /** The clock. */
  readonly clock: Clock;
  /** Latest readings by channel key. */
  readonly latest: Map<string, Seen> = new Map();
  /** What the device is, as last described. */
  description: Description;
  /** Its channels by key. */
  channels: ReadonlyMap<string, Channel>;
  readonly #barrier = new Barrier();
  #held: ReadonlySet<string>;
  #isComplete = false;
  #isAhead = false;
  #catchingUp: Timer | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  readonly #loops: Promise<void>[];

  /** Begins to follow; `description` is what the link described at first. */
  constructor(link: Link, description: Description, clock: Clock) {
    this.link = link;
    this.clock = clock;
    this.description = description;
    this.channels = channelsByKey(description);
    this.#held = new Set(description.held);
    this.#loops = [this.#followUpdates(), this.#followStates(), this.#followDescriptions()];
  }

  /**
   * Whether a complete update has come, and everything since then that came before the answer to the last command. Until
   * then listeners are told when it is worth asking again.
   */
  isCurrent(): boolean {
    // An answer may overtake the updates that came before it: they are taken before a timer fires.
    if (this.#isAhead) {
      this.#catchingUp ??= this.clock.after(0, () => {
        this.#catchingUp = undefined;
        this.#isAhead = false;
        this.#tell();
      });
    }
    return this.#isComplete && !this.#isAhead;
  }

  /** Calls `listener` after every change until disposed. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Notes that a command of this client has finished: only what is read later counts for its waits.
   *
   * @param answer What was answered.
   * @param set What it has set, by the names under which it is set.
   */
  commanded({ seq }: Answer, set: Readonly<Record<string, Value>> = {}): void {
    this.#barrier.raise(seq, this.clock.now());
    for (const name in set) if (this.#held.has(name)) this.#barrier.raiseHeld(name, set[name]!, seq);
    this.#isAhead = true;
  }

  /** The latest readings, for looking at. */
  readonly readings: ReadingSource = {
    get: (key) => this.latest.get(key)?.reading,
    keys: () => this.latest.keys(),
  };

  /**
   * Why the reading of a channel says nothing about what came of this client's last command, or may not be believed.
   *
   * @param key The channel.
   * @returns The reason for people, or undefined if there is none.
   */
  doubt(key: string): string | undefined {
    const invalid = this.validity(key);
    if (invalid !== undefined) return invalid;
    const seen = this.latest.get(key)!;
    const isBefore = this.#held.has(key)
      ? this.#barrier.isHeldBefore(this.channels.get(key)?.settable ?? key, seen)
      : this.#barrier.isBefore(seen);
    return isBefore ? "it was not read again since the last command" : undefined;
  }

  /**
   * Why the reading of a channel may not be believed now.
   *
   * @param key The channel.
   * @returns The reason for people, or undefined if it may.
   */
  validity(key: string): string | undefined {
    const { status, why } = this.link.state;
    if (status !== "connected") return `the link is ${status}${why ? ` (${why})` : ""}`;
    const seen = this.latest.get(key);
    if (!seen) return "it was never read";
    const { quality, reason, raw } = seen.reading;
    if (quality !== "good") return `it is ${quality}${reason ? ` (${reason}${raw ? `: ${raw}` : ""})` : ""}`;
    const age = this.clock.now() - seen.since;
    const maxAge = this.#maxAge(key);
    if (age > maxAge) return `it was read ${formatDuration(age)} ago, longer than ${formatDuration(maxAge)}`;
    return undefined;
  }

  /** Until when a channel is known to be as it was last read, by our monotonic clock; infinite for what is held. */
  knownUntil(key: string): number {
    return this.#held.has(key) ? Infinity : this.latest.get(key)?.since ?? -Infinity;
  }

  /** Until when a channel is not over age, if it is not read again, by our monotonic clock. */
  soundUntil(key: string): number {
    return (this.latest.get(key)?.since ?? -Infinity) + this.#maxAge(key);
  }

  /** Ends it and the link. */
  async close(): Promise<void> {
    this.#end.abort();
    this.#catchingUp?.stop();
    await this.link.close();
    await Promise.all(this.#loops);
    this.#tell();
  }

  async #followUpdates(): Promise<void> {
    for await (const update of this.link.updates({ signal: this.#end.signal })) {
      this.#take(update);
      this.#tell();
    }
  }

  #take(update: Update): void {
    const { complete, gap, seq, time, readings } = update;
    if (complete) {
      this.#isComplete = true;
      if (gap && seq !== undefined) this.#barrier.restart(seq);
      for (const key of this.latest.keys()) if (!readings.has(key)) this.latest.delete(key);
    }
    const now = this.clock.now();
    for (const [key, reading] of readings) {
      const last = this.latest.get(key);
      const before = last ? [last.reading, ...last.before.slice(0, RECENT - 1)] : [];
      const age = Math.max(0, time - reading.time) * 1000;
      const isRepeated = complete && age > 0 && !this.#held.has(key);
      this.latest.set(key, { reading, since: now - age, seq: isRepeated ? undefined : seq, before });
    }
  }

  #maxAge(key: string): number {
    const channel = this.channels.get(key);
    return channel === undefined || this.#held.has(key) ? Infinity : maxAgeOf(channel.param);
  }

  async #followStates(): Promise<void> {
    for await (const _ of this.link.states({ signal: this.#end.signal })) this.#tell();
  }

  async #followDescriptions(): Promise<void> {
    for await (const description of this.link.descriptions({ signal: this.#end.signal })) {
      this.description = description;
      this.channels = channelsByKey(description);
      this.#held = new Set(description.held);
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function channelsByKey(description: Description): ReadonlyMap<string, Channel> {
  return new Map(channelsOfDescription(description).map((channel) => [channel.key, channel]));
}
