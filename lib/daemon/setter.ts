/** How one value gets into the hardware, and what proves that it is there. @module */
import { isBad } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import { agrees } from "./agrees.ts";
import { type Device, EXCHANGE_TIMEOUT } from "./device.ts";
import type { AnySetter } from "./erased.ts";
import { flatten, type Found } from "./patch.ts";
import type { Settable } from "./settable.ts";

/**
 * Sends a value, checks the reply and reads it back, within a job of the queue.
 *
 * @param device The device.
 * @param settable What is set; it has a setter.
 * @param value The value.
 * @returns What was read back, by channel key, with the value among it.
 * @throws {CommandError} `device` if the hardware refuses it or reads back something else, `timeout`, `unknown_outcome`.
 */
export async function put(device: Device, settable: Settable, value: Value): Promise<Found> {
  const { channel } = settable;
  const asked = `${channel.settable}=${device.state.format(channel.key, value)}`;
  const index = channel.index ?? 0;
  const setter = settable.setter!;
  const reply = await asDevice(asked, () => send(device, setter, index, value, asked));
  if (reply !== undefined) await asDevice(asked, () => setter.check?.(reply));
  const found = await asDevice(asked, () => readBack(device, setter, index));
  if (!found) return { [channel.key]: value };
  const got = found[channel.key];
  if (got !== undefined && !isBad(got) && agrees(channel.param, value, got)) return found;
  const read = got === undefined || isBad(got) ? "nothing of it" : device.state.format(channel.key, got);
  throw new CommandError("device", `${asked} was sent, but the hardware reads back ${read}`);
}

/**
 * Asks the binding whether a value may be set now, within a job of the queue.
 *
 * @param device The device.
 * @param settable What is to be set.
 * @param value The value.
 * @throws {CommandError} If it may not.
 */
export async function admit(device: Device, { channel, setter }: Settable, value: Value): Promise<void> {
  if (setter?.admit === undefined) return;
  const asked = `${channel.settable}=${device.state.format(channel.key, value)}`;
  const { timeout = EXCHANGE_TIMEOUT } = setter;
  await asDevice(
    asked,
    () =>
      device.session.exchange({ what: `leave for ${asked}`, timeout }, async (signal) => {
        await setter.admit!(value, device.context({ index: channel.index ?? 0, signal }));
      }),
  );
}

/**
 * Where the setpoint of a drivable is now: read back where that can be, else as last read.
 *
 * @param device The device.
 * @param settable The drivable.
 * @returns The setpoint, or undefined where it is not known.
 */
export async function setpointOf(device: Device, settable: Settable): Promise<number | undefined> {
  const { key, index = 0 } = settable.channel;
  const found = await asDevice(key, () => readBack(device, settable.setter!, index));
  const now = found ? found[key] : device.finalTargets.has(key) ? undefined : device.state.get(key)?.value;
  return typeof now === "number" ? now : undefined;
}

function send(
  device: Device,
  setter: AnySetter,
  index: number,
  value: Value,
  asked: string,
): Promise<string | void> {
  const { timeout = EXCHANGE_TIMEOUT, answered = true } = setter;
  const { session } = device;
  return session.exchange({ what: `answer to ${asked}`, timeout }, async (signal) => {
    const sent = setter.send(value, device.context({ index, signal }));
    if (typeof sent !== "string") return await sent;
    if (answered) return await session.hardware!.ask(sent, { timeout, signal });
    await session.hardware!.tell(sent);
  });
}

async function readBack(device: Device, setter: AnySetter, index: number): Promise<Found | undefined> {
  const { readback, timeout = EXCHANGE_TIMEOUT } = setter;
  if (!readback) return undefined;
  const { session } = device;
  const question = readback.ask(device.context({ index }));
  const exchange = { what: `answer to ${JSON.stringify(question)}`, timeout };
  const reply = await session.exchange(
    exchange,
    (signal) => session.hardware!.ask(question, { timeout, signal }),
  );
  return flatten(device.model, readback.read(reply, device.context({ index })));
}

/** Whatever a binding throws is the device's answer. */
async function asDevice<T>(asked: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError("device", `The hardware refused ${asked}: ${message}`, { cause: error });
  }
}
