/** `set`: checked whole, then sent, read back, and only then done. @module */
import { parseSetting } from "../device/check.ts";
import { suggestion } from "../device/nearest.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import type { Outcome } from "../line/service.ts";
import type { Device } from "./device.ts";
import type { Found } from "./patch.ts";
import type { Ramps } from "./ramps.ts";
import { type Settable, settablesOf } from "./settable.ts";
import { admit, put, setpointOf } from "./setter.ts";

/** Says why something may not be set or run now; undefined where nothing forbids it. */
export type Interlock = (name: string, value?: Value) => string | undefined;

interface Setting {
  readonly settable: Settable;
  readonly value: Value;
}

const AT = "@".charCodeAt(0);

/** Sets the parameters of one device. */
export class Settings {
  readonly #device: Device;
  readonly #ramps: Ramps;
  readonly #interlock: Interlock | undefined;
  readonly #settables: ReadonlyMap<string, Settable>;

  /** Makes the settings of a device. */
  constructor(device: Device, ramps: Ramps, interlock?: Interlock) {
    this.#device = device;
    this.#ramps = ramps;
    this.#interlock = interlock;
    this.#settables = settablesOf(device.model, device.binding);
  }

  /**
   * Carries out one `set` line. Where the daemon itself holds all the values it is done at once, without a promise.
   *
   * @param words What to set: names as typed, values in the words of the wire. Names that begin with `@` are passed over.
   * @returns The values as read back, by channel key.
   * @throws {CommandError} `invalid`, `limit` or `interlock` before anything is sent; `device` if the hardware refuses
   * or reads back something else; `timeout`, `unknown_outcome`.
   */
  set(words: Readonly<Record<string, string>>): Outcome | Promise<Outcome> {
    const settings: Setting[] = [];
    let isHeld = true;
    for (const name in words) {
      if (name.charCodeAt(0) === AT) continue;
      const setting = this.#check(name, words[name]!);
      if (setting.settable.setter) isHeld = false;
      settings.push(setting);
    }
    if (settings.length === 0) throw new CommandError("invalid", "set needs at least one name=value");
    return isHeld ? this.#hold(settings) : this.#send(settings);
  }

  #check(name: string, word: string): Setting {
    const settable = this.#settables.get(name);
    if (!settable) throw this.#unknown(name);
    const value = parseSetting(settable.channel, word);
    const reason = this.#interlock?.(settable.channel.settable!, value);
    if (reason === undefined) return { settable, value };
    throw new CommandError("interlock", `${settable.channel.settable}=${word} is forbidden now: ${reason}`);
  }

  #unknown(name: string): CommandError {
    const { state, name: device } = this.#device;
    const isReadOnly = state.channels().some(({ key, wire }) => key === name || wire === name);
    if (isReadOnly) return new CommandError("invalid", `${name} of ${device} is read-only`);
    const near = suggestion(name, this.#settables.keys());
    return new CommandError("invalid", `${device} has no parameter "${name}" that may be set${near}`);
  }

  #hold(settings: readonly Setting[]): Outcome {
    const found: Found = {};
    for (const setting of settings) this.#holdOne(setting, found);
    return this.#done(settings, found);
  }

  #holdOne({ settable, value }: Setting, found: Found): void {
    const { channel, holds, pace } = settable;
    const from = pace === undefined ? undefined : this.#device.state.get(channel.settable!)?.value as number;
    if (pace === undefined || from === undefined) {
      for (const key of holds) found[key] = value;
      return;
    }
    found[channel.key] = value;
    const step = (setpoint: number) => Promise.resolve(this.#device.apply({ [channel.settable!]: setpoint }));
    this.#ramps.start({ key: channel.key, from, to: value as number, pace, step });
  }

  /** One job for the whole line: nothing comes between a setting and its reading back. */
  async #send(settings: readonly Setting[]): Promise<Outcome> {
    const found: Found = {};
    const work = async () => {
      for (const setting of settings) {
        if (setting.settable.setter) Object.assign(found, await this.#sendOne(setting));
        else this.#holdOne(setting, found);
      }
    };
    try {
      await this.#device.session.run("user", work);
    } catch (error) {
      const taken = settings.filter(({ settable }) => settable.channel.key in found);
      if (taken.length === 0) throw error;
      const { values } = this.#done(taken, found);
      const done = Object.entries(values!).map((pair) => pair.join("=")).join(" ");
      const { code, message } = error as CommandError;
      throw new CommandError(code, `${message}; done before it: ${done}`, { cause: error });
    }
    return this.#done(settings, found);
  }

  async #sendOne({ settable, value }: Setting): Promise<Found> {
    const { channel, pace } = settable;
    await admit(this.#device, settable, value);
    if (pace === undefined) return await put(this.#device, settable, value);
    const from = await setpointOf(this.#device, settable) ?? this.#ramps.setpointOf(channel.key);
    if (from === undefined) {
      throw new CommandError(
        "device",
        `The present setpoint of ${channel.settable} is not known: no ramp can start`,
      );
    }
    this.#ramps.end(channel.key);
    const found = await put(this.#device, settable, from);
    const step = async (setpoint: number, signal: AbortSignal) =>
      this.#device.apply(
        await this.#device.session.run("user", () => put(this.#device, settable, setpoint), signal),
      );
    this.#ramps.start({ key: channel.key, from, to: value as number, pace, step });
    return { ...found, [channel.key]: value };
  }

  /** The number is taken before the values are told: they were read after the command. */
  #done(settings: readonly Setting[], found: Found): Outcome {
    const { state } = this.#device;
    const values: Record<string, string> = {};
    for (const { settable: { channel } } of settings) {
      values[channel.key] = state.format(channel.key, found[channel.key] as Value);
    }
    const seq = state.finish();
    this.#device.apply(found);
    return { seq, values };
  }
}
