/** All rules at work: looked at whenever a value they depend on changes, and each second. @module */
import type { Channels, Condition, Scene, Verdict } from "../../../lib/condition/mod.ts";
import type { Reading } from "../../../lib/device/reading.ts";
import { nearest } from "../../../lib/device/nearest.ts";
import { CommandError } from "../../../lib/errors.ts";
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import { Alarm, type Happening, type SavedAlarm } from "./alarm.ts";
import type { Action, Rule } from "./rule.ts";

/** What the rules look at. */
export interface AlarmScene {
  /** What each channel is, under its name in the lab: `cryocon.temperature`; and each client: `cryocon`. */
  readonly channels: Channels;
  /** The latest reading of a channel. */
  reading(channel: string): Reading | undefined;
  /** How old it is, seconds. */
  age(channel: string): number;
  /** A value for people, with its unit. */
  show(channel: string): string;
}

/** Something that has happened to a rule. */
export interface AlarmEvent {
  /** What. */
  readonly what: Happening;
  /** The rule. */
  readonly rule: Rule;
  /** When, unix seconds. */
  readonly time: number;
  /** For people. */
  readonly message: string;
  /** Who did it, where somebody did. */
  readonly by?: string;
  /** What they said. */
  readonly note?: string;
}

/** Options of {@linkcode Alarms}. */
export interface AlarmsOptions {
  /** The rules. */
  readonly rules: readonly Rule[];
  /** How they stood when MONITOR ended, by name. */
  readonly saved?: Readonly<Record<string, SavedAlarm>>;
  /** What they look at. */
  readonly scene: AlarmScene;
  /** The clock. */
  readonly clock: Clock;
  /** Told of everything that happens. */
  readonly onEvent: (event: AlarmEvent) => void;
  /** Does what a rule wants done. */
  readonly act: (action: Action, event: AlarmEvent) => void;
  /** Told of rules that cannot be looked at: their channels are not what they say. */
  readonly onBroken?: (rule: Rule, problem: string) => void;
}

/** How often rules are looked at even if nothing changes: for ages, grace times, and what has stopped coming. */
const PERIOD = "1 s";

/** At the start nothing is known of any device: for this long that is no news, seconds. */
const FIRST_VALUES = 15;

/** The rules of a lab. */
export class Alarms implements Disposable {
  readonly #options: AlarmsOptions;
  readonly #alarms: ReadonlyMap<string, Alarm>;
  readonly #byChannel: ReadonlyMap<string, readonly Alarm[]>;
  readonly #clients: ReadonlySet<string>;
  readonly #broken = new Map<string, string>();
  readonly #repeats = new Map<Alarm, number>();
  readonly #timer: Timer;
  readonly #began: number;
  readonly #offset: number;

  /** Begins to look. */
  constructor(options: AlarmsOptions) {
    const { rules, saved = {}, clock } = options;
    this.#options = options;
    const now = this.#began = clock.time();
    this.#offset = now - clock.now() / 1000;
    this.#alarms = new Map(rules.map((rule) => [rule.name, new Alarm(rule, saved[rule.name], now)]));
    const byChannel = new Map<string, Alarm[]>();
    for (const alarm of this.#alarms.values()) {
      for (const name of new Set(conditionsOf(alarm.rule).flatMap(({ names }) => [...names]))) {
        byChannel.set(name, [...byChannel.get(name) ?? [], alarm]);
      }
    }
    this.#byChannel = byChannel;
    this.#clients = new Set([...byChannel.keys()].map((name) => name.split(".")[0]!));
    this.described();
    this.#timer = clock.every(PERIOD, () => this.#lookAt(this.#alarms.values()));
  }

  /** The rules and how they stand, in their order. */
  get all(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** Those that want somebody. */
  get open(): readonly Alarm[] {
    return this.all.filter(({ isOpen }) => isOpen);
  }

  /** How they stand, to be kept. */
  get saved(): Record<string, SavedAlarm> {
    return Object.fromEntries([...this.#alarms].map(([name, { saved }]) => [name, saved]));
  }

  /** Why a rule cannot be looked at; undefined if it can. */
  problemOf(name: string): string | undefined {
    return this.#broken.get(name);
  }

  /** The channels have changed: every condition is checked against them. */
  described(): void {
    const { scene: { channels }, onBroken } = this.#options;
    for (const { rule } of this.#alarms.values()) {
      try {
        for (const condition of conditionsOf(rule)) condition.check(channels);
        this.#broken.delete(rule.name);
      } catch (error) {
        const problem = (error as Error).message;
        if (this.#broken.get(rule.name) !== problem) onBroken?.(rule, problem);
        this.#broken.set(rule.name, problem);
      }
    }
  }

  /** Whether any rule looks at a client. */
  concern(client: string): boolean {
    return this.#clients.has(client);
  }

  /** Channels were read, or have gone stale. */
  changed(channels: Iterable<string>): void {
    const concerned = new Set<Alarm>();
    for (const name of channels) {
      const alarms = this.#byChannel.get(name);
      if (!alarms) continue;
      const reading = this.#options.scene.reading(name);
      for (const alarm of alarms) {
        if (reading) { for (const condition of conditionsOf(alarm.rule)) condition.observe(name, reading); }
        concerned.add(alarm);
      }
    }
    if (concerned.size > 0) this.#lookAt(concerned);
  }

  /**
   * Somebody knows of an alarm.
   *
   * @throws {CommandError} If there is no such rule, or it has not tripped.
   */
  acknowledge(name: string, by: string, note = ""): void {
    const alarm = this.#named(name);
    const happened = alarm.acknowledge({ by, note, time: this.#time });
    if (happened.length === 0) throw new CommandError("invalid", `${name} has nothing to acknowledge`);
    this.#tell(alarm, happened, { by, note });
  }

  /**
   * An alarm is not to bother anybody for a while.
   *
   * @param seconds How long.
   * @throws {CommandError} If there is no such rule, or the time makes no sense.
   */
  shelve(name: string, seconds: number, by: string, note = ""): void {
    if (!(seconds > 0 && seconds <= 366 * 86_400)) {
      throw new CommandError("limit", `${name} can be shelved for up to a year, not for ${seconds} s`);
    }
    const alarm = this.#named(name);
    const time = this.#time;
    this.#tell(alarm, alarm.shelve({ by, note, time }, time + seconds), { by, note });
  }

  /**
   * A shelved alarm may bother again.
   *
   * @throws {CommandError} If there is no such rule, or it is not shelved.
   */
  unshelve(name: string, by: string): void {
    const alarm = this.#named(name);
    const happened = alarm.unshelve();
    if (happened.length === 0) throw new CommandError("invalid", `${name} is not shelved`);
    this.#tell(alarm, happened, { by });
  }

  /** Looks no more. */
  [Symbol.dispose](): void {
    this.#timer.stop();
  }

  /** The time as it would be had nobody set the clock since the begin: what lasts is measured by it. */
  get #time(): number {
    return this.#offset + this.#options.clock.now() / 1000;
  }

  #named(name: string): Alarm {
    const alarm = this.#alarms.get(name);
    if (alarm) return alarm;
    const near = nearest(name, this.#alarms.keys());
    throw new CommandError(
      "invalid",
      `There is no alarm ${name}${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }

  #lookAt(alarms: Iterable<Alarm>): void {
    const now = this.#time;
    const scene: Scene = {
      now: this.#options.clock.time(),
      reading: (channel) => this.#options.scene.reading(channel),
      age: (channel) => this.#options.scene.age(channel),
      isActive: (rule) => {
        const alarm = this.#alarms.get(rule);
        return alarm && alarm.phase === "active";
      },
    };
    for (const alarm of alarms) {
      const { when, precondition, name } = alarm.rule;
      const problem = this.#broken.get(name);
      const verdict: Verdict = problem === undefined ? when.look(scene) : { unknown: problem };
      const allowed = precondition?.look(scene);
      const isUnknown = "unknown" in verdict || (allowed !== undefined && "unknown" in allowed);
      if (isUnknown && now < this.#began + FIRST_VALUES) continue;
      const happened = alarm.look(verdict, allowed, now);
      if (happened.length > 0) this.#tell(alarm, happened);
      else this.#repeat(alarm, now);
    }
  }

  #tell(alarm: Alarm, happened: readonly Happening[], who: { by?: string; note?: string } = {}): void {
    const { onEvent, act, clock } = this.#options;
    const { rule } = alarm;
    for (const what of happened) {
      if (what === "raised") alarm.told(this.#say(rule.message, alarm));
      const message = this.#messageOf(alarm, what);
      const event: AlarmEvent = { what, rule, time: clock.time(), message, ...who };
      onEvent(event);
      if (alarm.saved.shelved) continue;
      if (what === "raised") {
        this.#repeats.set(alarm, this.#time);
        for (const action of rule.actions) act(action, event);
      } else if (what === "cleared") {
        for (const action of rule.okActions) act(action, event);
      }
    }
  }

  /** People are told again until somebody has acknowledged it; nothing is commanded twice. */
  #repeat(alarm: Alarm, now: number): void {
    const { rule, saved } = alarm;
    const last = this.#repeats.get(alarm);
    const isDue = rule.repeat !== undefined && alarm.isOpen && !saved.acknowledged && last !== undefined &&
      1000 * (now - last) >= rule.repeat;
    if (!isDue) return;
    this.#repeats.set(alarm, now);
    const event: AlarmEvent = {
      what: "raised",
      rule,
      time: this.#options.clock.time(),
      message: this.#messageOf(alarm, "raised"),
    };
    for (const action of rule.actions) {
      if (action.kind === "mail" || action.kind === "webhook") this.#options.act(action, event);
    }
  }

  #messageOf(alarm: Alarm, what: Happening): string {
    const { rule, saved } = alarm;
    if (what === "cleared") {
      return rule.okMessage === undefined ? `${rule.name} is clear` : this.#say(rule.okMessage, alarm);
    }
    return saved.message ?? rule.message;
  }

  /** A message with the values it names, and why, where nobody knows. */
  #say(message: string, { unknown }: Alarm): string {
    const text = message.replaceAll(
      /\{([^{}]+)\}/g,
      (_, channel: string) => this.#options.scene.show(channel.trim()),
    );
    return unknown === undefined ? text : `${text} (${unknown})`;
  }
}

function conditionsOf({ when, precondition }: Rule): Condition[] {
  return precondition ? [when, precondition] : [when];
}
