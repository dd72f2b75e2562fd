/** Making a device of an open link. @module */
import {
  type Channel,
  checkSetting,
  checkValue,
  type Command,
  type Model,
  type Params,
  type Reading,
  type SettingsOf,
  type StateOf,
  stateView,
  suggestion,
  type Value,
} from "../device/mod.ts";
import { CommandError, ConfigError } from "../errors.ts";
import type { CommandOptions, Link, LinkState, LogLine } from "../link/link.ts";
import type { Clock, Duration } from "../time/mod.ts";
import { type Claim, claim, type ClaimOptions } from "./claim.ts";
import { describe } from "./describe.ts";
import type { Device, DeviceCore, DrivableOf, Part, PartList } from "./device.ts";
import { settle, type SettleOptions } from "./settle.ts";
import { describeReading } from "./tell.ts";
import { type Condition, waitFor, type WaitOptions } from "./wait_for.ts";
import { Watch } from "./watch.ts";

/** How long `get` waits for the first values. */
const FIRST_VALUES = "10 s";

/**
 * Makes a device of an open link.
 *
 * @param model What it should be.
 * @param link The link; it belongs to the device from here on.
 * @param clock The clock.
 * @param options Timeout and signal of the first description.
 * @returns The device.
 * @throws {ConfigError} If another kind of device answers.
 */
export async function deviceOn<M extends Model>(
  model: M,
  link: Link,
  clock: Clock,
  options: { timeout?: Duration; signal?: AbortSignal } = {},
): Promise<Device<M>> {
  try {
    const description = await describe(link, clock, options);
    if (!description.inferred && description.model.model !== model.model) {
      const found = `${description.name} at ${link.address} is a ${description.model.model}`;
      throw new ConfigError(`Cannot connect to a ${model.model}: ${found}`);
    }
    const core = new Core(model, new Watch(link, description, clock));
    for (const [name, group] of Object.entries(model.groups ?? {})) {
      if ("count" in group) {
        Object.defineProperty(core, name, { value: core.parts(name, group.count), enumerable: true });
      }
    }
    return core as unknown as Device<M>;
  } catch (error) {
    await link.close();
    throw error;
  }
}

class Core<M extends Model> implements DeviceCore<M> {
  readonly model: M;
  readonly commands: DeviceCore<M>["commands"];
  readonly #watch: Watch;
  readonly #claims = new AsyncDisposableStack();

  constructor(model: M, watch: Watch) {
    this.model = model;
    this.#watch = watch;
    const calls = Object.entries(model.commands ?? {}).map((
      [name, command],
    ) => [name, this.#caller(name, command)]);
    this.commands = Object.fromEntries(calls);
  }

  get name(): string {
    return this.#watch.description.name;
  }

  get link(): Link {
    return this.#watch.link;
  }

  get linkState(): LinkState {
    return this.#watch.link.state;
  }

  get readings(): ReadonlyMap<string, Reading> {
    return new Map([...this.#watch.latest].map(([key, { reading }]) => [key, reading]));
  }

  get(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<StateOf<M>> {
    const condition = { look: () => {}, holds: () => true, result: () => this.#snapshot() };
    return waitFor(this.#watch, condition, {
      timeout: FIRST_VALUES,
      what: "send its first values",
      ...options,
    });
  }

  set(values: SettingsOf<M>, options?: CommandOptions): Promise<void> {
    return this.#set(values as Record<string, Value>, "", options);
  }

  waitFor(predicate: (state: StateOf<M>) => boolean, options: WaitOptions = {}): Promise<StateOf<M>> {
    const condition: Condition<StateOf<M>, StateOf<M>> = {
      look: (onRead) => stateView(this.model, this.#watch.readings, onRead),
      holds: predicate,
      result: () => this.#snapshot(),
    };
    return waitFor(this.#watch, condition, { what: String(predicate), ...options });
  }

  settle(name: DrivableOf<M["params"]>, options?: SettleOptions): Promise<void> {
    return settle(this.#watch, name, options);
  }

  async claim(options?: ClaimOptions): Promise<Claim> {
    const held = await claim(this.link, this.#watch.clock, options);
    this.#claims.use(held);
    return held;
  }

  async *log(options: { signal?: AbortSignal } = {}): AsyncIterable<LogLine> {
    if (this.link.log) yield* this.link.log(options);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<StateOf<M>> {
    let wake = () => {};
    let news = this.#watch.isCurrent();
    using _listening = this.#watch.listen(() => {
      news = this.#watch.isCurrent();
      wake();
    });
    while (this.linkState.status !== "closed") {
      if (news) {
        news = false;
        yield this.#snapshot();
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    }
  }

  parts(group: string, count: number): PartList<Params> {
    const at = (index: number): Part<Params> => {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new RangeError(
          `${this.name} has ${count} of ${group}, numbered from 0: there is none at ${index}`,
        );
      }
      const prefix = `${group}${index + 1}.`;
      return {
        set: (values, options) => this.#set(values as Record<string, Value>, prefix, options),
        settle: (name, options) => settle(this.#watch, prefix + name, options),
      };
    };
    return { count, at };
  }

  async close(): Promise<void> {
    try {
      await this.#claims.disposeAsync();
    } finally {
      await this.#watch.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #set(values: Record<string, Value>, prefix: string, options?: CommandOptions): Promise<void> {
    const checked: Record<string, Value> = {};
    try {
      for (const name in values) {
        checked[prefix + name] = checkSetting(this.#channel(prefix + name), values[name]);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.link.command({ kind: "set", values: checked }, options).then((answer) =>
      this.#watch.commanded(answer, checked)
    );
  }

  #channel(key: string): Channel {
    const { channels } = this.#watch;
    const channel = channels.get(key);
    if (channel) return channel;
    throw new CommandError(
      "invalid",
      `${this.name} has no parameter ${key}${suggestion(key, channels.keys())}`,
    );
  }

  #caller(name: string, command: Command) {
    return async (...given: unknown[]): Promise<Value | undefined> => {
      const [args, options] = command.args ? given : [{}, ...given];
      const named = args as Record<string, Value>;
      for (const [arg, param] of Object.entries(command.args ?? {})) checkValue(arg, param, named[arg]);
      const answer = await this.link.command({ kind: "call", name, args: named }, options as CommandOptions);
      this.#watch.commanded(answer);
      return answer.result;
    };
  }

  /** A state that does not change any more, and lets nothing be read that is not good. */
  #snapshot(): StateOf<M> {
    const readings = this.readings;
    const doubts = new Map([...readings.keys()].map((key) => [key, this.#watch.validity(key)]));
    return stateView(this.model, readings, (key) => {
      const reading = readings.get(key);
      const doubt = reading ? doubts.get(key) : "it was never read";
      if (doubt === undefined) return;
      const last = reading?.value !== undefined ? ` (${describeReading(this.#watch, key, reading)})` : "";
      throw new CommandError("device", `${key} of ${this.name}${last} may not be believed: ${doubt}`);
    });
  }
}
