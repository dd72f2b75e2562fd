/** What MONITOR knows of one device: its latest values, how old they are, and how its link stands. @module */
import { maxAgeOf } from "../../lib/device/age.ts";
import type { Channel } from "../../lib/device/channel.ts";
import { channelsOfDescription, type Description } from "../../lib/device/description.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import type { LinkState } from "../../lib/link/link.ts";
import { formatDuration } from "../../lib/time/mod.ts";
import type { ClientConfig } from "./config/mod.ts";
import type { Feed } from "./feed.ts";
import type { Client, Plot, Received } from "./lab.ts";

/** A client as the lab keeps it. The lab alone changes it, and tells its watchers. */
export class LiveClient implements Client {
  readonly name: string;
  readonly address: string;
  readonly enabled: boolean;
  title: string;
  template: string;
  plots: readonly Plot[];
  readonly latest: Map<string, Received> = new Map();
  /** Ways to it, best first: its link, then peers that called under its name. */
  readonly feeds: Feed[] = [];
  state: LinkState;
  turned: number;
  description: Description | undefined;
  channels: ReadonlyMap<string, Channel> = new Map();
  /** Number of the last update taken, where its daemon numbers them. */
  seq: number | undefined;
  readonly #waiting: LinkState;
  #held: ReadonlySet<string> = new Set();
  /** No good value goes over age before this moment, monotonic milliseconds. */
  #soundUntil = Infinity;

  /** Begins without any way to it, at `time` (unix seconds), which is `now` in monotonic milliseconds. */
  constructor(config: ClientConfig, time: number, now: number) {
    this.turned = now;
    this.name = config.name;
    this.address = config.address ?? "";
    this.title = config.title;
    this.enabled = config.enabled;
    this.template = config.template;
    this.plots = config.plots;
    this.#waiting = !config.enabled
      ? { status: "closed", since: time, why: "it is disabled in the configuration" }
      : { status: "connecting", since: time, ...this.address === "" ? { why: "it has not called yet" } : {} };
    this.state = this.#waiting;
  }

  /** Whether a configuration means this client, where it is now. */
  isAt(config: ClientConfig): boolean {
    return config.name === this.name && (config.address ?? "") === this.address &&
      config.enabled === this.enabled;
  }

  /** Takes over how it is shown; whether that differs. */
  dress({ title, template, plots }: ClientConfig): boolean {
    const differs =
      JSON.stringify([title, template, plots]) !== JSON.stringify([this.title, this.template, this.plots]);
    Object.assign(this, { title, template, plots });
    return differs;
  }

  /** Whether its values are coming. */
  get connected(): boolean {
    return this.state.status === "connected";
  }

  /** The way that is used now: the first that is connected. */
  get feed(): Feed | undefined {
    return this.feeds.find(({ state }) => state.status === "connected");
  }

  /** How it stands, by its ways. */
  get present(): LinkState {
    return (this.feed ?? this.feeds[0])?.state ?? this.#waiting;
  }

  /** Takes a description; values of channels that are gone are forgotten. */
  describe(description: Description): void {
    this.description = description;
    this.channels = new Map(channelsOfDescription(description).map((channel) => [channel.key, channel]));
    this.#held = new Set(description.held);
    for (const key of this.latest.keys()) if (!this.channels.has(key)) this.latest.delete(key);
  }

  /**
   * Takes values.
   *
   * @param update What was read.
   * @param now The moment of receipt, monotonic milliseconds.
   * @returns The keys of what came.
   */
  take(update: Update, now: number): string[] {
    if (update.complete) {
      for (const key of this.latest.keys()) if (!update.readings.has(key)) this.latest.delete(key);
    }
    this.seq = update.seq;
    for (const [key, reading] of update.readings) {
      // A complete update repeats what was read before it: such a value is as much older as its own time says.
      const received = now - Math.max(0, update.time - reading.time) * 1000;
      this.latest.set(key, { reading, received });
      this.#soundUntil = Math.min(this.#soundUntil, received + this.#maxAge(key));
    }
    return [...update.readings.keys()];
  }

  /** Marks every good value as stale because no more will come. Returns their keys. */
  lose(reason: string): string[] {
    return this.#spoil(() => reason);
  }

  /** Marks values over age as stale. Returns their keys. */
  expire(now: number): string[] {
    if (now <= this.#soundUntil) return [];
    const keys = this.#spoil((key, received) => {
      const maxAge = this.#maxAge(key);
      return now > received + maxAge ? `not read for ${formatDuration(maxAge)}` : undefined;
    });
    this.#soundUntil = Infinity;
    for (const [key, { reading, received }] of this.latest) {
      if (reading.quality !== "good") continue;
      this.#soundUntil = Math.min(this.#soundUntil, received + this.#maxAge(key));
    }
    return keys;
  }

  #spoil(reasonFor: (key: string, received: number) => string | undefined): string[] {
    const keys: string[] = [];
    for (const [key, { reading, received }] of this.latest) {
      if (reading.quality !== "good") continue;
      const reason = reasonFor(key, received);
      if (reason === undefined) continue;
      const stale: Reading = { ...reading, quality: "stale", reason };
      this.latest.set(key, { reading: stale, received });
      keys.push(key);
    }
    return keys;
  }

  #maxAge(key: string): number {
    const channel = this.channels.get(key);
    return channel === undefined || this.#held.has(key) ? Infinity : maxAgeOf(channel.param);
  }
}
