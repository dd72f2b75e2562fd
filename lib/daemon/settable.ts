/** What may be set on a device, and by whom each value is held: by the hardware or by the daemon itself. @module */
import { type Channel, channelsOf, settablesByName } from "../device/channel.ts";
import type { Model } from "../device/model.ts";
import { milliseconds } from "../time/mod.ts";
import type { AnyBinding, AnySetter, Setters } from "./erased.ts";

/** Something that may be set. */
export interface Settable {
  /** What is set: the parameter, or the target of a drivable. */
  readonly channel: Channel;
  /** How the hardware is told; without it the daemon holds the value. */
  readonly setter: AnySetter | undefined;
  /** Channels that take the value at once, because nothing else reads them. */
  readonly holds: readonly string[];
  /** The fastest the daemon may step the target, units per millisecond; undefined where it does not step it. */
  readonly pace: number | undefined;
}

/**
 * Everything that may be set.
 *
 * @param model The device.
 * @param binding How it is tied to the hardware.
 * @returns What is set, by every name that `set` takes.
 */
export function settablesOf(model: Model, binding: AnyBinding): ReadonlyMap<string, Settable> {
  const made = new Map<Channel, Settable>();
  return new Map(
    [...settablesByName(channelsOf(model))].map(([name, channel]) => {
      if (!made.has(channel)) made.set(channel, settableOf(channel, binding));
      return [name, made.get(channel)!];
    }),
  );
}

/**
 * Keys of the channels that the daemon itself holds: parameters without a setter, and what the binding remembers.
 *
 * @param model The device.
 * @param binding How it is tied to the hardware.
 * @returns Their keys.
 */
export function heldKeys(model: Model, binding: AnyBinding): string[] {
  const settables = [...settablesOf(model, binding).values()];
  return [...new Set([...settables.flatMap(({ holds }) => holds), ...binding.remember ?? []])];
}

function settableOf(channel: Channel, binding: AnyBinding): Settable {
  const setter = setterOf(channel, binding);
  const holds = setter ? [] : holdsOf(channel, binding);
  const isStepped = setter ? setter.ramps !== true : holds.length > 1;
  return { channel, setter, holds, pace: isStepped ? paceOf(channel) : undefined };
}

function setterOf({ group, name }: Channel, { set = {} }: AnyBinding): AnySetter | undefined {
  return group === undefined
    ? set[name] as AnySetter | undefined
    : (set[group] as Setters | undefined)?.[name];
}

/** The value of a drivable follows its target where there is no hardware to read it from. */
function holdsOf({ key, half, settable }: Channel, binding: AnyBinding): string[] {
  return half === "target" && !binding.open && !binding.poll ? [key, settable!] : [key];
}

/** Units per millisecond. */
function paceOf({ param }: Channel): number | undefined {
  if (param.type !== "drivable" || !param.ramp) return undefined;
  return param.ramp.max / milliseconds(`1 ${param.ramp.per}`);
}
