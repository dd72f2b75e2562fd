/**
 * A device's parameters as the flat list that the wire, the archive and the page work with.
 *
 * `temperature` (drivable) gives the channels `temperature` and `temperature.target`; a parameter of a fixed group
 * `loop1.power`, `loop2.power`, …; one of a dynamic group its own name.
 * @module
 */
import type { DynamicGroup, FixedGroup, Model, Param } from "./model.ts";

/** What a line can carry as the name of a value. */
export const WIRE_NAME: RegExp = /^(?!@)[^\s'"\\=]+$/;

/** One value of a device. */
export interface Channel {
  /** Its key on the wire and in the archive: `temperature`, `temperature.target`, `loop1.power`. */
  readonly key: string;
  /** Its name in a status line: the alias, or the key where it has none. */
  readonly wire: string;
  /** What kind of value it is. For both halves of a drivable this is the drivable itself. */
  readonly param: Param;
  /** Which half of a drivable it is; `"value"` for everything else. */
  readonly half: "value" | "target";
  /** The parameter's name within the model or its group. */
  readonly name: string;
  /** The group it is in. */
  readonly group?: string;
  /** Its place in the group, from 0. */
  readonly index?: number;
  /** The key under which `set` takes it, if it may be set: for the target of a drivable the drivable's own key. */
  readonly settable?: string;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

function fill(alias: string, index: number): string {
  const letter = LETTERS[index % 26]!;
  return alias.replaceAll("{n}", String(index + 1)).replaceAll("{a}", letter).replaceAll(
    "{A}",
    letter.toUpperCase(),
  );
}

/**
 * The channels of one parameter.
 *
 * @param name Its name.
 * @param param What it is.
 * @param group Its group and place, if it is in one.
 * @returns One channel, or two for a drivable.
 */
export function channelsOfParam(
  name: string,
  param: Param,
  group?: { name: string; index: number },
): Channel[] {
  const key = group ? `${group.name}${group.index + 1}.${name}` : name;
  const place = group ? { group: group.name, index: group.index } : {};
  const wire = (alias: string | undefined, plain: string) =>
    alias === undefined ? plain : fill(alias, group?.index ?? 0);
  if (param.type !== "drivable") {
    const settable = param.set ? { settable: key } : {};
    return [{ key, wire: wire(param.alias, key), param, half: "value", name, ...place, ...settable }];
  }
  const target = `${key}.target`;
  return [
    { key, wire: wire(param.alias?.value, key), param, half: "value", name, ...place },
    {
      key: target,
      wire: wire(param.alias?.target, target),
      param,
      half: "target",
      name,
      ...place,
      settable: key,
    },
  ];
}

/**
 * The channels of a model, in its order; dynamic groups give none, they are known only after connecting.
 *
 * @param model The model.
 * @returns The channels.
 *
 * @example Usage
 * ```ts
 * import { channelsOf } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const channels = channelsOf({
 *   model: "supply",
 *   description: "A power supply",
 *   params: { voltage: { type: "drivable", unit: "V", min: 0, max: 30 } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * });
 * assertEquals(channels.map((c) => c.key), ["voltage", "voltage.target"]);
 * ```
 */
export function channelsOf(model: Model): Channel[] {
  const channels = Object.entries(model.params).flatMap(([name, param]) => channelsOfParam(name, param));
  for (const [group, spec] of Object.entries(model.groups ?? {})) {
    if ("dynamic" in spec) continue;
    channels.push(...channelsOfGroup(group, spec));
  }
  return channels;
}

function channelsOfGroup(group: string, spec: FixedGroup): Channel[] {
  return Array.from(
    { length: spec.count },
    (_, index) =>
      Object.entries(spec.params).flatMap(([name, param]) =>
        channelsOfParam(name, param, { name: group, index })
      ),
  ).flat();
}

/**
 * The names a dynamic group takes.
 *
 * @param group The group.
 * @returns Its pattern, anchored.
 */
export function dynamicNames(group: DynamicGroup): RegExp {
  return new RegExp(`^(?:${group.dynamic})$`);
}

/**
 * Channels by every name they answer to: key, status-line name, and for the target of a drivable the drivable's own.
 *
 * @param channels The channels of a device.
 * @returns The channels whose value a name in a status line or an update stands for. Use {@linkcode settablesByName}
 * for the names that `set` takes.
 */
export function channelsByName(channels: Iterable<Channel>): ReadonlyMap<string, Channel> {
  const all = [...channels];
  return new Map([
    ...all.map((channel) => [channel.wire, channel] as const),
    ...all.map((channel) => [channel.key, channel] as const),
  ]);
}

/**
 * What `set` takes, by every name it answers to. A drivable is set by its own name, its target's, or either alias.
 *
 * @param channels The channels of a device.
 * @returns The channel that is set; for a drivable its target.
 */
export function settablesByName(channels: Iterable<Channel>): ReadonlyMap<string, Channel> {
  const all = [...channels];
  const targets = new Map(all.map((channel) => [channel.settable, channel]));
  const names = (pick: (channel: Channel) => string) =>
    all.flatMap((channel) => {
      const target = targets.get(channel.settable ?? channel.key);
      return target ? [[pick(channel), target] as const] : [];
    });
  return new Map([...names((channel) => channel.wire), ...names((channel) => channel.key)]);
}
