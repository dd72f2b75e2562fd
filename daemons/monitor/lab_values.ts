/** The values of the whole lab as one device has them: what MONITOR's own subscribers are sent. @module */
import type { Channel } from "../../lib/device/channel.ts";
import type { Description } from "../../lib/device/description.ts";
import { History } from "../../lib/device/history.ts";
import type { FlagParam, Param } from "../../lib/device/model.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import { formatValue } from "../../lib/device/text.ts";
import type { Value } from "../../lib/device/types.ts";
import type { ValueSource } from "../../lib/line/mod.ts";
import type { Timer } from "../../lib/time/mod.ts";
import type { LabEvent } from "./lab.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";

/** How much of the past a subscriber that was away can be told. */
const KEPT = { time: 10 * 60_000, readings: 200_000 };

/** How long nobody is told again that the lab is described anew: at the start every client comes with its description. */
const QUIET = "500 ms";

/** What a client's own name stands for. */
const CONNECTED: FlagParam = { type: "flag", description: "Whether it is connected", alarm: false };

/**
 * The lab as one device: channel `temperature` of client `cryocon` is `cryocon.temperature`, and `cryocon` itself says
 * whether it is connected.
 */
export class LabValues implements ValueSource, Disposable {
  readonly #lab: LiveLab;
  /** Kept for those who were here and may come back; while there is nobody of the kind nothing is kept. */
  #history: History | undefined;
  #leftAt = -Infinity;
  readonly #listeners = new Set<(update: Update) => void>();
  readonly #describedListeners = new Set<() => void>();
  readonly #params = new Map<string, Param>();
  /** Names of channels in the lab, by client and key: made once, not with every value. */
  readonly #names = new Map<string, ReadonlyMap<string, string>>();
  readonly #watching: Disposable;
  readonly #runs: number;
  #seq: number;
  #revision = 1;
  #description: Description | undefined;
  #quiet: Timer | undefined;
  #hasNews = false;

  /** Follows a lab. */
  constructor(lab: LiveLab) {
    this.#lab = lab;
    // From the clock, so that a number from before a restart is never taken for one of this run.
    this.#runs = this.#seq = Math.floor(lab.clock.time() * 1000);
    for (const client of lab.clients.values()) this.#learn(client);
    this.#watching = lab.watch((event) => this.#take(event));
  }

  get seq(): number {
    return this.#seq;
  }

  snapshot(): Update {
    const readings = new Map<string, Reading>();
    for (const client of this.#lab.clients.values()) {
      readings.set(client.name, connection(client));
      for (const [key, { reading }] of client.latest) readings.set(`${client.name}.${key}`, reading);
    }
    return { time: this.#lab.clock.time(), seq: this.#seq, complete: true, readings };
  }

  since(seq: number): readonly Update[] | undefined {
    return seq > this.#seq ? undefined : this.#history?.since(seq);
  }

  watch(listener: (update: Update) => void): Disposable {
    this.#history ??= new History(KEPT, this.#seq);
    this.#listeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        this.#leftAt = this.#lab.clock.now();
      },
    };
  }

  format(key: string, value: Value): string {
    const param = this.#params.get(key);
    return param ? formatValue(param, value) : String(value);
  }

  /** The lab as one device, whose channels are those of all clients. */
  describe(): Description {
    return this.#description ??= describeLab(this.#lab, `${this.#runs}.${this.#revision}`);
  }

  /** Calls `listener` when a client was described anew. */
  onDescribed(listener: () => void): Disposable {
    this.#describedListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#describedListeners.delete(listener) };
  }

  /** A number for a command that has finished: updates numbered above were read after it. */
  finish(): number {
    return ++this.#seq;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
    this.#quiet?.stop();
  }

  #take(event: LabEvent): void {
    if (event.kind === "values") {
      const { client, keys, time } = event;
      if (!this.#isHeard) return void this.#seq++;
      const readings = new Map<string, Reading>();
      const names = this.#names.get(client.name)!;
      for (const key of keys) {
        readings.set(names.get(key) ?? `${client.name}.${key}`, client.latest.get(key)!.reading);
      }
      this.#publish(readings, time);
    } else if (event.kind === "state") {
      const client = this.#lab.clients.get(event.client.name)!;
      this.#publish(new Map([[client.name, connection(client)]]), this.#lab.clock.time());
    } else if (event.kind === "described") {
      this.#learn(this.#lab.clients.get(event.client.name)!);
      this.#redescribe();
    } else if (event.kind === "clients") {
      this.#params.clear();
      this.#names.clear();
      for (const client of this.#lab.clients.values()) this.#learn(client);
      this.#redescribe();
    }
  }

  #redescribe(): void {
    this.#revision += 1;
    this.#description = undefined;
    this.#hasNews = true;
    if (!this.#quiet) this.#tellDescribed();
  }

  #tellDescribed(): void {
    this.#quiet = undefined;
    if (!this.#hasNews) return;
    this.#hasNews = false;
    this.#quiet = this.#lab.clock.after(QUIET, () => this.#tellDescribed());
    for (const listener of this.#describedListeners) listener();
  }

  /** Whether somebody is told, or may come back and ask what they have missed. */
  get #isHeard(): boolean {
    if (!this.#history) return false;
    if (this.#listeners.size === 0 && this.#lab.clock.now() - this.#leftAt > KEPT.time) {
      this.#history = undefined;
    }
    return this.#history !== undefined;
  }

  #publish(readings: ReadonlyMap<string, Reading>, time: number): void {
    const update: Update = { time, seq: ++this.#seq, complete: false, readings };
    if (!this.#isHeard) return;
    this.#history!.push(update, this.#seq, this.#lab.clock.now());
    for (const listener of this.#listeners) listener(update);
  }

  #learn(client: LiveClient): void {
    this.#params.set(client.name, CONNECTED);
    const names = new Map<string, string>();
    for (const { key, param } of client.channels.values()) {
      const name = `${client.name}.${key}`;
      names.set(key, name);
      this.#params.set(name, param);
    }
    this.#names.set(client.name, names);
  }
}

function connection(client: LiveClient): Reading {
  const { since } = client.state;
  const severity = client.connected || !client.enabled ? "ok" : "alarm";
  return { value: client.connected, time: since, quality: "good", severity };
}

/** All clients' channels as members of one dynamic group, under their own names with the client's in front. */
function describeLab(lab: LiveLab, revision: string): Description {
  const members: Record<string, Param> = {};
  const labels: Record<string, string> = {};
  const held: string[] = [];
  for (const { name, channels, description } of lab.clients.values()) {
    members[name] = CONNECTED;
    held.push(name, ...(description?.held ?? []).map((key) => `${name}.${key}`));
    for (const [key, label] of Object.entries(description?.labels ?? {})) labels[`${name}.${key}`] = label;
    for (const channel of channels.values()) {
      if (channel.half === "value") members[`${name}.${channel.key}`] = prefixed(name, channel, channels);
    }
  }
  return {
    model: {
      model: "monitor",
      description: "A lab as its MONITOR sees it",
      params: {},
      groups: { clients: { dynamic: ".+", param: { type: "text" } } },
      safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
    },
    revision,
    name: lab.name,
    dynamic: { clients: members },
    labels,
    held,
  };
}

/** A channel's parameter with its names in a status line as MONITOR's has them. */
function prefixed(client: string, channel: Channel, channels: ReadonlyMap<string, Channel>): Param {
  const { param, wire, key } = channel;
  if (param.type !== "drivable") return { ...param, alias: `${client}.${wire}` };
  const target = channels.get(`${key}.target`)?.wire ?? `${key}.target`;
  return { ...param, alias: { value: `${client}.${wire}`, target: `${client}.${target}` } };
}
