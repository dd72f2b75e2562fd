/** What a device is remembered to be: restored where only the daemon knew it, compared where the hardware knows better. @module */
import { checkValue } from "../device/check.ts";
import type { Channel } from "../device/channel.ts";
import type { Update } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import { agrees } from "./agrees.ts";
import type { Device } from "./device.ts";
import type { Found } from "./patch.ts";
import { heldKeys, settablesOf } from "./settable.ts";
import type { StateFile } from "./state_file.ts";

/** Ties a device to its state file. */
export class Memory {
  readonly #device: Device;
  readonly #file: StateFile;
  readonly #channels: ReadonlyMap<string, Channel>;
  /** What the hardware has yet to be compared with. */
  readonly #unconfirmed = new Map<string, Value>();
  readonly #watching: Disposable;

  /** Restores what the daemon holds, and keeps the file up to date from now on. Nothing is sent to the hardware. */
  constructor(device: Device, file: StateFile) {
    this.#device = device;
    this.#file = file;
    const { model, binding, state } = device;
    const held = new Set(heldKeys(model, binding));
    const set = [...settablesOf(model, binding).values()].map(({ channel }) => channel.key);
    const keys = new Set([...held, ...set]);
    this.#channels = new Map(state.channels().filter(({ key }) => keys.has(key)).map((at) => [at.key, at]));
    const restored: Found = {};
    for (const [key, value] of file.values) {
      if (!this.#isUsable(key, value)) continue;
      if (held.has(key)) restored[key] = value;
      else this.#unconfirmed.set(key, value);
    }
    if (Object.keys(restored).length > 0) device.apply(restored);
    this.#watching = state.watch((update) => this.#notice(update));
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#watching[Symbol.dispose]();
    await this.#file.close();
  }

  /** A model or an instance may have changed since: what does not fit any more is not restored. */
  #isUsable(key: string, value: Value): boolean {
    const channel = this.#channels.get(key);
    try {
      if (!channel) throw new Error("there is no such value any more");
      checkValue(key, channel.param, value);
      return true;
    } catch (error) {
      const message = `Remembered ${key}=${value} is not used: ${(error as Error).message}`;
      this.#device.log.write("warning", message);
      return false;
    }
  }

  #notice({ readings }: Update): void {
    for (const [key, { value, quality }] of readings) {
      const channel = this.#channels.get(key);
      if (!channel || quality !== "good") continue;
      if (this.#unconfirmed.size > 0) this.#compare(channel, value!);
      this.#file.remember(key, value!);
    }
  }

  #compare({ key, param }: Channel, value: Value): void {
    const before = this.#unconfirmed.get(key);
    if (before === undefined) return;
    this.#unconfirmed.delete(key);
    if (agrees(param, before, value)) return;
    const message = `${key} is ${value} in the hardware, was ${before} when last seen; it is left as it is`;
    this.#device.log.write("warning", message);
  }
}
