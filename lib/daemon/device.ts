/** What the parts of a daemon share: the model with its state, the way to the hardware, the log. @module */
import { descriptionOf, withMembers } from "../device/description.ts";
import type { Description } from "../device/description.ts";
import type { Model, Param } from "../device/model.ts";
import { DeviceState } from "../device/state.ts";
import { stateView } from "../device/state_view.ts";
import type { StateOf } from "../device/types.ts";
import type { ImageNotice } from "../link/link.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { Hardware, Patch } from "./binding.ts";
import type { AnyBinding, AnyContext } from "./erased.ts";
import type { Log } from "./log.ts";
import { flatten, type Found } from "./patch.ts";
import type { Priority } from "./queue.ts";
import type { Session } from "./session.ts";
import { heldKeys } from "./settable.ts";

/** Deadline of an exchange that names none. */
export const EXCHANGE_TIMEOUT: Duration = "3 s";

/** Options of an instance. */
export type InstanceOptions = Readonly<Record<string, string | number | boolean>>;

/** What a {@linkcode Device} is made of. */
export interface DeviceParts {
  /** Its model, with the limits of the instance. */
  readonly model: Model;
  /** How it is tied to the hardware. */
  readonly binding: AnyBinding;
  /** The name of the instance. */
  readonly name: string;
  /** How people call its channels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Options of the instance. */
  readonly options: InstanceOptions;
  /** The clock. */
  readonly clock: Clock;
  /** The log. */
  readonly log: Log;
  /** Aborted when the daemon ends. */
  readonly ended: AbortSignal;
}

/** For whom a binding's function runs. */
export interface Purpose {
  /** Place in the group. */
  readonly index?: number;
  /** Aborted when it is over. */
  readonly signal?: AbortSignal;
  /** Who asked, by name. */
  readonly caller?: string;
  /** The hardware it gets (default: the open one). */
  readonly hardware?: Hardware;
  /** Told how far it has come. */
  progress?(fraction: number, note?: string): void;
}

/** A device in its daemon. */
export class Device {
  readonly model: Model;
  readonly binding: AnyBinding;
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: DeviceState;
  readonly session: Session;
  /** Targets by channel key that the hardware has yet to be led to: shown in place of the setpoint on its way. */
  readonly finalTargets = new Map<string, number>();
  readonly #options: InstanceOptions;
  readonly #ended: AbortSignal;
  readonly #view: StateOf<Model>;
  readonly #described = new Set<() => void>();
  readonly #imageListeners = new Set<(image: ImageNotice) => void>();

  /** Makes one of which nothing is known yet. */
  constructor(parts: DeviceParts, session: Session) {
    const { model, binding, name, labels, clock } = parts;
    this.model = model;
    this.binding = binding;
    this.name = name;
    this.clock = clock;
    this.log = parts.log;
    this.session = session;
    this.#options = parts.options;
    this.#ended = parts.ended;
    const facts = { name, held: heldKeys(model, binding), ...labels ? { labels } : {} };
    this.state = new DeviceState(descriptionOf(model, facts), { clock });
    this.#view = stateView(model, this.state);
  }

  /** Takes what was read, in the model's shape. */
  publish(patch: Patch<Model>): void {
    this.#meet(patch);
    this.apply(flatten(this.model, patch));
  }

  /** The hardware has just answered: what the daemon knows of it by itself still holds. */
  confirm(): void {
    const { knows } = this.binding;
    if (!knows) return;
    const found: Found = {};
    for (const { key, name, group, half, param } of this.state.channels()) {
      const isKnown = knows.includes(group === undefined ? name : group) ||
        knows.includes(`${group}.${name}`);
      const reading = this.state.get(key)!;
      // The value of a drivable is what a poll reads; only its target can be known.
      if (!isKnown || reading.quality !== "good" || (param.type === "drivable" && half === "value")) continue;
      found[key] = reading.value!;
    }
    this.state.apply(found);
  }

  /** Takes what was read, by channel key. */
  apply(found: Found): void {
    for (const [key, target] of this.finalTargets) {
      if (typeof found[key] === "number") found[key] = target;
    }
    this.state.apply(found);
  }

  /** What a binding's function is given. */
  context(purpose: Purpose = {}): AnyContext {
    const { index = 0, signal = this.#ended, caller = "", hardware, progress = () => {} } = purpose;
    return {
      caller,
      hardware: hardware ?? this.session.hardware!,
      state: this.#view,
      options: this.#options,
      index,
      clock: this.clock,
      signal,
      update: (patch) => this.publish(patch),
      progress,
      log: (type, message) => this.log.write(type, message),
      image: (image) => {
        for (const listener of this.#imageListeners) listener(image);
      },
    };
  }

  /** The hardware whose every `ask` and `tell` waits for its turn in the queue: for work that has no turn of its own. */
  queued(priority: Priority): Hardware {
    const { session } = this;
    const ask: Hardware["ask"] = (line, options = {}) => {
      const { timeout = EXCHANGE_TIMEOUT, signal } = options;
      const exchange = { what: `answer to ${JSON.stringify(line)}`, timeout };
      const send = (ended: AbortSignal) => session.hardware!.ask(line, { timeout, signal: ended });
      return session.run(priority, () => session.exchange(exchange, send), signal);
    };
    const tell: Hardware["tell"] = (line) => {
      const exchange = { what: `sending of ${JSON.stringify(line)}`, timeout: EXCHANGE_TIMEOUT };
      return session.run(priority, () => session.exchange(exchange, () => session.hardware!.tell(line)));
    };
    // What has begun on one connection does not go on by itself on the next.
    const hardware = session.hardware as unknown as Record<string | symbol, unknown> | undefined;
    return new Proxy({} as Hardware, {
      get(_, name) {
        if (name === "ask") return ask;
        if (name === "tell") return tell;
        if (hardware === undefined && typeof name === "string" && name !== "then") {
          throw session.notConnected();
        }
        const member = hardware?.[name];
        return typeof member === "function" ? member.bind(hardware) : member;
      },
    });
  }

  /** Calls `listener` when the description has changed. */
  onDescribed(listener: () => void): Disposable {
    this.#described.add(listener);
    return { [Symbol.dispose]: () => void this.#described.delete(listener) };
  }

  /** Calls `listener` when a picture was written to a file. */
  onImage(listener: (image: ImageNotice) => void): Disposable {
    this.#imageListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#imageListeners.delete(listener) };
  }

  /** Describes the device anew when a patch has members of a dynamic group that were never seen. */
  #meet(patch: Patch<Model>): void {
    for (const [name, group] of Object.entries(this.model.groups ?? {})) {
      if (!("dynamic" in group)) continue;
      const found = Object.keys((patch as Readonly<Record<string, unknown>>)[name] ?? {});
      if (found.every((key) => this.state.get(key) !== undefined)) continue;
      const description: Description = this.state.description;
      const added = Object.fromEntries(found.map((key): [string, Param] => [key, group.param]));
      this.state.describe(withMembers(description, name, { ...description.dynamic?.[name], ...added }));
      for (const listener of this.#described) listener();
    }
  }
}
