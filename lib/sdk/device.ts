/** A connected device, typed by its model. @module */
import type {
  ArgsOf,
  CommandName,
  CommandOf,
  FixedGroupsOf,
  Model,
  Params,
  Reading,
  ResultOf,
  SettableOf,
  SettingsOf,
  StateOf,
} from "../device/mod.ts";
import type { CommandOptions, Link, LinkState, LogLine } from "../link/link.ts";
import type { Duration } from "../time/mod.ts";
import type { Claim, ClaimOptions } from "./claim.ts";
import type { SettleOptions } from "./settle.ts";
import type { WaitOptions } from "./wait_for.ts";

/** One part of a group of equal parts: `cryocon.loop.at(0)`. */
export interface Part<P extends Params> {
  /** Sets parameters of this part; as {@linkcode DeviceCore.set}. */
  set(values: SettableOf<P>, options?: CommandOptions): Promise<void>;
  /** Waits until one of its drivables has settled; as {@linkcode DeviceCore.settle}. */
  settle(name: DrivableOf<P>, options?: SettleOptions): Promise<void>;
}

/** A group of equal parts. */
export interface PartList<P extends Params> {
  /** How many there are. */
  readonly count: number;
  /** The part at `index`, from 0. Throws a `RangeError` when there is none. */
  at(index: number): Part<P>;
}

/** Names of the drivables among some parameters. */
export type DrivableOf<P extends Params> =
  & { [K in keyof P]: P[K] extends { type: "drivable" } ? K : never }[keyof P]
  & string;

/** What every connected device can do. */
export interface DeviceCore<M extends Model> extends AsyncDisposable, AsyncIterable<StateOf<M>> {
  /** Its name. */
  readonly name: string;
  /** Its model. */
  readonly model: M;
  /** The link to it, for what is not here. */
  readonly link: Link;
  /** How the link stands. */
  readonly linkState: LinkState;
  /** Latest readings by channel key, with time, quality and severity. */
  readonly readings: ReadonlyMap<string, Reading>;
  /**
   * The state as it is now.
   *
   * @returns The state; reading a value from it that is stale, bad or was never read throws a `CommandError`
   * (`device`), so that a wrong value is never taken for a right one. {@linkcode readings} has them all.
   */
  get(options?: { timeout?: Duration; signal?: AbortSignal }): Promise<StateOf<M>>;
  /**
   * Sets parameters, all or none of them checked before any is sent, and waits until the device has taken them.
   *
   * @throws {CommandError} `invalid`, `limit`, `held`, `device`, …; `unknown_outcome` when the link broke meanwhile.
   */
  set(values: SettingsOf<M>, options?: CommandOptions): Promise<void>;
  /**
   * Waits until `predicate` holds on values that are good, not too old, and read after this client's last command.
   *
   * @returns The state in which it held.
   * @throws {TimeoutError} What was awaited, the last values, their age, the link, the recent history.
   *
   * @example Usage
   * ```ts
   * import { connect } from "@dewar/sdk";
   * import { serve } from "@dewar/sdk/daemon";
   * import type { Model } from "@dewar/sdk/device";
   * import { MemoryTransport } from "@dewar/sdk/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const Oven = {
   *   model: "oven",
   *   description: "An oven that exists only in its daemon",
   *   params: { temperature: { type: "drivable", unit: "degC", settle: { tolerance: 0.1, time: "20 ms" } } },
   *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
   * } as const satisfies Model;
   *
   * const transport = new MemoryTransport();
   * await using daemon = await serve(Oven, { port: 7000, initial: { temperature: 20 } }, { transport });
   * await using oven = await connect(Oven, daemon.address, { transport });
   *
   * await oven.set({ temperature: 180 });
   * const { temperature } = await oven.waitFor((s) => s.temperature > 150, { timeout: "1 s" });
   * assertEquals(temperature, 180);
   * ```
   */
  waitFor(predicate: (state: StateOf<M>) => boolean, options?: WaitOptions): Promise<StateOf<M>>;
  /**
   * Waits until a drivable is within tolerance of its target, from either side, for the model's settle time.
   *
   * @throws {TimeoutError} As {@linkcode DeviceCore.waitFor}.
   *
   * @example Usage
   * ```ts
   * import { connect } from "@dewar/sdk";
   * import { serve } from "@dewar/sdk/daemon";
   * import type { Model } from "@dewar/sdk/device";
   * import { MemoryTransport } from "@dewar/sdk/testing";
   * import { assert } from "@std/assert";
   *
   * const Oven = {
   *   model: "oven",
   *   description: "An oven that exists only in its daemon",
   *   params: { temperature: { type: "drivable", unit: "degC", settle: { tolerance: 0.1, time: "20 ms" } } },
   *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
   * } as const satisfies Model;
   *
   * const transport = new MemoryTransport();
   * await using daemon = await serve(Oven, { port: 7000, initial: { temperature: 20 } }, { transport });
   * await using oven = await connect(Oven, daemon.address, { transport });
   *
   * await oven.set({ temperature: 180 });
   * let last = 0;
   * await oven.settle("temperature", { onProgress: ({ held }) => last = held });
   * assert(last >= 20);
   * ```
   */
  settle(name: DrivableOf<M["params"]>, options?: SettleOptions): Promise<void>;
  /** Its commands: `await cryocon.commands.stop()`. */
  readonly commands: {
    readonly [N in CommandName<M>]: (
      ...args: [...ArgsOf<CommandOf<M, N>>, options?: CommandOptions]
    ) => Promise<
      ResultOf<CommandOf<M, N>>
    >;
  };
  /**
   * Claims it: others may look, not command. Closing the device gives it back as well.
   *
   * @throws {CommandError} `held` if another has it; `invalid` if the daemon is too old for claims, `denied` through MONITOR.
   *
   * @example Usage
   * ```ts
   * import { connect } from "@dewar/sdk";
   * import { serve } from "@dewar/sdk/daemon";
   * import type { Model } from "@dewar/sdk/device";
   * import { MemoryTransport } from "@dewar/sdk/testing";
   * import { assertRejects } from "@std/assert";
   *
   * const Oven = {
   *   model: "oven",
   *   description: "An oven that exists only in its daemon",
   *   params: { temperature: { type: "drivable", unit: "degC", settle: { tolerance: 0.1, time: "20 ms" } } },
   *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
   * } as const satisfies Model;
   *
   * const transport = new MemoryTransport();
   * await using daemon = await serve(Oven, { port: 7000, initial: { temperature: 20 } }, { transport });
   * await using oven = await connect(Oven, daemon.address, { transport });
   *
   * await using other = await connect(Oven, daemon.address, { transport, name: "other" });
   * {
   *   await using _claim = await oven.claim({ note: "a long run" });
   *   await assertRejects(() => other.set({ temperature: 0 }), Error, "has claimed it (a long run)");
   * }
   * await other.set({ temperature: 0 });
   * ```
   */
  claim(options?: ClaimOptions): Promise<Claim>;
  /** Its log lines as they come. */
  log(options?: { signal?: AbortSignal }): AsyncIterable<LogLine>;
  /** The state after every update; a slow loop sees the newest one. */
  [Symbol.asyncIterator](): AsyncIterator<StateOf<M>>;
  /** Gives claims back and ends the connection. The device stays as it is. */
  close(): Promise<void>;
}

/** A connected device: what every one can do, and its groups under their names. */
export type Device<M extends Model> =
  & DeviceCore<M>
  & {
    readonly [G in keyof FixedGroupsOf<M>]: FixedGroupsOf<M>[G] extends Params ? PartList<FixedGroupsOf<M>[G]>
      : never;
  };
