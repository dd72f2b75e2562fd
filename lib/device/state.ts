/** The live state of a device in its daemon: what was read last, what changed, what a client has missed. @module */
import { formatOption, toAscii } from "../line/quote.ts";
import { type Clock, type Duration, milliseconds, systemClock } from "../time/mod.ts";
import { maxAgeOf } from "./age.ts";
import type { Channel } from "./channel.ts";
import { channelsOfDescription, type Description, HW_CONNECTED } from "./description.ts";
import { readingOf } from "./grade.ts";
import { History } from "./history.ts";
import { type Bad, bad, type Reading, type Update } from "./reading.ts";
import type { ReadingSource } from "./state_view.ts";
import { textOf, type ValueText } from "./text.ts";
import type { Value } from "./types.ts";

/** Options of {@linkcode DeviceState}. */
export interface DeviceStateOptions {
  /** Clock (default: the system's). */
  clock?: Clock;
  /** How long updates are kept for {@linkcode DeviceState.since} (default `"10 min"`). */
  keep?: Duration;
  /** How many readings are kept at most; each update counts for two more (default 50 000, some 7 MB). */
  keepReadings?: number;
}

/** A channel with what is known of it. */
interface Slot {
  readonly channel: Channel;
  readonly text: ValueText;
  readonly maxAge: number;
  reading: Reading;
  /** When it was read, monotonic milliseconds. */
  readAt: number;
  /** Its part of the status line; undefined after a change. */
  fragment: string | undefined;
}

/**
 * The live state of a device. Everything read is an update with the next number, whether it changed or not.
 *
 * @example Usage
 * ```ts
 * import { descriptionOf, DeviceState } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const state = new DeviceState(descriptionOf({
 *   model: "gauge",
 *   description: "A pressure gauge",
 *   params: { pressure: { type: "number", unit: "mbar", warn: [0, 1e-4] } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * }, { name: "gauge" }));
 * state.connected();
 * state.apply({ pressure: 0.001 });
 * assertEquals(state.get("pressure")?.severity, "warn");
 * assertEquals(state.statusText(), "hw_connected=1 pressure=0.001");
 * ```
 */
export class DeviceState implements ReadingSource {
  readonly #clock: Clock;
  readonly #listeners = new Set<(update: Update) => void>();
  readonly #limits: { time: number; readings: number };
  #description: Description;
  #held: ReadonlySet<string>;
  #slots: Map<string, Slot>;
  #history: History;
  #status: string | undefined;
  #seq: number;

  /** The state of a device of which nothing was read yet. */
  constructor(description: Description, options: DeviceStateOptions = {}) {
    const { clock = systemClock, keep = "10 min", keepReadings = 50_000 } = options;
    this.#clock = clock;
    this.#limits = { time: milliseconds(keep), readings: keepReadings };
    // From the clock, so that a number from before a restart is never taken for one of this run.
    this.#seq = Math.floor(clock.time() * 1000);
    this.#history = new History(this.#limits, this.#seq);
    this.#description = description;
    this.#held = new Set(description.held);
    this.#slots = this.#slotsOf(description);
  }

  /** What the device is; see {@linkcode DeviceState.describe}. */
  get description(): Description {
    return this.#description;
  }

  /** Number of the last update or finished command. Counts up. */
  get seq(): number {
    return this.#seq;
  }

  /** The channels, in order. */
  channels(): Channel[] {
    return [...this.#slots.values()].map(({ channel }) => channel);
  }

  /** The latest reading of a channel; undefined where there is no such channel. */
  get(key: string): Reading | undefined {
    return this.#slots.get(key)?.reading;
  }

  /** The keys of all channels. */
  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  /** Whether the daemon itself holds a channel: its last reading is its present value. */
  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  /** A value in the words of the wire, unquoted. */
  format(key: string, value: Value): string {
    return this.#slot(key).text.format(value);
  }

  /**
   * Takes what was read.
   *
   * @param found Values by channel key, or why there is none; undefined ones were not read.
   * @param time When it was read, unix seconds (default: now).
   * @returns The update, as the listeners were told.
   * @throws {RangeError} If there is no such channel: a mistake in the driver.
   */
  apply(found: Readonly<Record<string, Value | Bad | undefined>>, time: number = this.#clock.time()): Update {
    const readings = new Map<string, Reading>();
    const now = this.#clock.now();
    for (const key in found) {
      const value = found[key];
      if (value === undefined) continue;
      const slot = this.#slot(key);
      slot.readAt = now;
      readings.set(key, this.#put(slot, readingOf(slot.channel, value, time)));
    }
    return this.#publish(readings, time, now);
  }

  /** The hardware is there. Its values stay as they are until they are read. */
  connected(): void {
    if (this.#slots.has(HW_CONNECTED)) this.apply({ [HW_CONNECTED]: true });
  }

  /** The hardware is lost: every value that is read from it is bad from now on. */
  disconnected(reason = "not connected"): void {
    const lost: Record<string, Value | Bad> = {};
    if (this.#slots.has(HW_CONNECTED)) lost[HW_CONNECTED] = false;
    for (const key of this.#slots.keys()) if (!this.#held.has(key)) lost[key] = bad(reason);
    this.apply(lost);
  }

  /** Marks values that were not read for longer than they may be old as stale; to be called now and then. */
  expire(): void {
    const now = this.#clock.now();
    const readings = new Map<string, Reading>();
    for (const [key, slot] of this.#slots) {
      const { reading } = slot;
      if (reading.quality !== "good" || now - slot.readAt <= slot.maxAge || this.#held.has(key)) continue;
      readings.set(key, this.#put(slot, { ...reading, quality: "stale", reason: "not read any more" }));
    }
    this.#publish(readings, this.#clock.time(), now);
  }

  /**
   * A command was finished.
   *
   * @returns Its number: updates numbered above were read after it.
   */
  finish(): number {
    return ++this.#seq;
  }

  /** All values as they are now, as one complete update. */
  snapshot(): Update {
    const readings = new Map<string, Reading>();
    for (const [key, { reading }] of this.#slots) readings.set(key, reading);
    return { time: this.#clock.time(), seq: this.#seq, complete: true, readings };
  }

  /** The updates after `seq`, or undefined if they are no longer kept, or the number is none of this run's. */
  since(seq: number): readonly Update[] | undefined {
    return seq > this.#seq ? undefined : this.#history.since(seq);
  }

  /** Calls `listener` with every update until disposed. */
  watch(listener: (update: Update) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Takes a new description, such as one with members of dynamic groups. Values of channels that stay are kept;
   * the past before is not told any more.
   */
  describe(description: Description): void {
    const before = this.#slots;
    this.#description = description;
    this.#held = new Set(description.held);
    this.#slots = this.#slotsOf(description);
    for (const [key, slot] of this.#slots) {
      const old = before.get(key);
      if (old) Object.assign(slot, { reading: old.reading, readAt: old.readAt });
    }
    this.#status = undefined;
    this.#history = new History(this.#limits, ++this.#seq);
  }

  /**
   * The body of an old-style status line: `hw_connected=1 temperatureA=20.8 …`. Numbers that are not good are `nan`,
   * other values `-`; ASCII only. The same string as long as nothing changed.
   */
  statusText(): string {
    if (this.#status !== undefined) return this.#status;
    const fragments: string[] = [];
    for (const slot of this.#slots.values()) fragments.push(slot.fragment ??= fragmentOf(slot));
    return this.#status = fragments.join(" ");
  }

  #slot(key: string): Slot {
    const slot = this.#slots.get(key);
    if (slot) return slot;
    throw new RangeError(`${this.#description.name} has no channel "${key}"`);
  }

  #slotsOf(description: Description): Map<string, Slot> {
    const time = this.#clock.time();
    const now = this.#clock.now();
    return new Map(
      channelsOfDescription(description).map((channel) => [channel.key, {
        channel,
        text: textOf(channel.param),
        maxAge: maxAgeOf(channel.param),
        reading: readingOf(channel, bad("not read yet"), time),
        readAt: now,
        fragment: undefined,
      }]),
    );
  }

  #put(slot: Slot, reading: Reading): Reading {
    if (!looksSame(slot.reading, reading)) this.#status = slot.fragment = undefined;
    return slot.reading = reading;
  }

  #publish(readings: ReadonlyMap<string, Reading>, time: number, now: number): Update {
    if (readings.size === 0) return { time, seq: this.#seq, complete: false, readings };
    const update: Update = { time, seq: ++this.#seq, complete: false, readings };
    this.#history.push(update, this.#seq, now);
    for (const listener of this.#listeners) listener(update);
    return update;
  }
}

/** Whether two readings are the same in a status line. Arrays are taken for different: comparing costs as much. */
function looksSame(a: Reading, b: Reading): boolean {
  return a.value === b.value && a.quality === b.quality;
}

const NUMERIC: ReadonlySet<string> = new Set(["number", "integer", "time", "drivable"]);

function fragmentOf({ channel, text, reading }: Slot): string {
  const { value, quality } = reading;
  const words = value !== undefined && quality === "good"
    ? text.format(value)
    : NUMERIC.has(channel.param.type)
    ? "nan"
    : "-";
  return toAscii(formatOption(channel.wire, words));
}
