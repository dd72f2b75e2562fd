/** What a client knows of a device: the latest readings, when they came, and whether they may be believed. @module */
import { maxAgeOf } from "../device/age.ts";
import type { Channel } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Reading, Update } from "../device/reading.ts";
import type { ReadingSource } from "../device/state_view.ts";
import type { Answer, Link } from "../link/link.ts";
import { type Clock, formatDuration } from "../time/mod.ts";

/** How many readings of a channel are remembered for the message of a wait that failed. */
const RECENT = 6;

/** A reading and how it reached us. */
export interface Seen {
  /** The reading. */
  readonly reading: Reading;
  /** When it was read, by our monotonic clock: its age is measured from here. */
  readonly since: number;
  /** Which connection brought it: since when that stood, unix seconds. */
  readonly epoch: number;
  /** Its place among updates and commands; -1 when it came in a complete update and may be older than that. */
  readonly order: number;
  /** The readings before it, newest first. */
  readonly before: readonly Reading[];
}

/** What a reading must come after to count: the last command this client finished. */
interface Barrier {
  readonly epoch: number;
  readonly order: number;
}

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
  #held: ReadonlySet<string>;
  #barrier: Barrier | undefined;
  #polled = 0;
  #complete = false;
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

  /** Whether a complete update has come. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Calls `listener` after every change until disposed. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Notes that a command of this client has finished: only what is read later counts for its waits. */
  commanded(answer: Answer): void {
    // A peer that numbers nothing has one status under way, which may be older than the command.
    this.#barrier = { epoch: this.link.state.since, order: answer.seq ?? this.#polled + 1 };
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
    if (invalid !== undefined || this.#held.has(key) || !this.#barrier) return invalid;
    return isAfter(this.latest.get(key)!, this.#barrier)
      ? undefined
      : "it was not read again since the last command";
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
    if (this.#held.has(key)) return undefined;
    const age = this.clock.now() - seen.since;
    const channel = this.channels.get(key);
    const maxAge = channel ? maxAgeOf(channel.param) : Infinity;
    if (age > maxAge) return `it was read ${formatDuration(age)} ago, longer than ${formatDuration(maxAge)}`;
    return undefined;
  }

  /** Until when a channel is known to be as it was last read, by our monotonic clock. */
  knownUntil(key: string): number {
    return this.#held.has(key) ? this.clock.now() : this.latest.get(key)?.since ?? -Infinity;
  }

  /** Ends it and the link. */
  async close(): Promise<void> {
    this.#end.abort();
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
    this.#polled += 1;
    if (update.complete) this.#complete = true;
    const now = this.clock.now();
    const epoch = this.link.state.since;
    const numbered = update.seq !== undefined;
    const order = !numbered ? this.#polled : update.complete ? -1 : update.seq!;
    for (const [key, reading] of update.readings) {
      const last = this.latest.get(key);
      const before = last ? [last.reading, ...last.before.slice(0, RECENT - 1)] : [];
      const since = now - Math.max(0, update.time - reading.time) * 1000;
      this.latest.set(key, { reading, since, epoch, order, before });
    }
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

/** A number in an update counts within one connection; after another one anything read in passing is later. */
function isAfter(seen: Seen, barrier: Barrier): boolean {
  return seen.epoch === barrier.epoch
    ? seen.order > barrier.order
    : seen.epoch > barrier.epoch && seen.order >= 0;
}
