/** What a device says of itself on the wire: its model with what this instance adds. @module */
import { type Channel, channelsOf, channelsOfParam } from "./channel.ts";
import type { FlagParam, Model, Param } from "./model.ts";

/** A model as one device on the network has it. It travels as JSON. */
export interface Description {
  /** The model; limits are those of this instance (never wider than the model's). */
  readonly model: Model;
  /** Changes whenever the description does: `"<version>.<n>"`. */
  readonly revision: string;
  /** The name of the instance. */
  readonly name: string;
  /** Members of dynamic groups found after connecting, by group and name. */
  readonly dynamic?: { readonly [group: string]: { readonly [name: string]: Param } };
  /** How people call channels of this instance, by key: `{ "sensor1.temperature": "CCD" }`. */
  readonly labels?: { readonly [key: string]: string };
  /**
   * Keys of channels that the daemon itself holds (parameters without hardware): their last update is their present
   * value, they are not read again and do not age.
   */
  readonly held?: readonly string[];
  /** True when nobody described it: made up from a status line of an old daemon. */
  readonly inferred?: boolean;
}

/** Key of the channel that every daemon has: whether its hardware is there. It comes first in every status line. */
export const HW_CONNECTED = "hw_connected";

const HW_CONNECTED_PARAM: FlagParam = {
  type: "flag",
  description: "Whether the hardware is connected",
  alarm: false,
};

/** What an instance adds to its model. */
export interface InstanceFacts {
  /** Its name. */
  readonly name: string;
  /** See {@linkcode Description.labels}. */
  readonly labels?: { readonly [key: string]: string };
  /** See {@linkcode Description.held}. */
  readonly held?: readonly string[];
}

/**
 * Describes a device of a model, as its daemon does: with the channel `hw_connected`, and the first revision.
 *
 * @param model The model.
 * @param facts What the instance adds.
 * @returns The description.
 */
export function descriptionOf(model: Model, facts: InstanceFacts): Description {
  const params = { [HW_CONNECTED]: HW_CONNECTED_PARAM, ...model.params };
  return {
    ...facts,
    model: { ...model, params },
    revision: `${model.version ?? 1}.1`,
    held: [HW_CONNECTED, ...facts.held ?? []],
  };
}

/**
 * Adds members of a dynamic group, found after connecting, in place of those known before.
 *
 * @param description What was known.
 * @param group The group.
 * @param members Its members by name.
 * @returns The description of the next revision.
 */
export function withMembers(
  description: Description,
  group: string,
  members: Readonly<Record<string, Param>>,
): Description {
  const [version, count] = description.revision.split(".");
  return {
    ...description,
    revision: `${version}.${Number(count) + 1}`,
    dynamic: { ...description.dynamic, [group]: members },
  };
}

/**
 * All channels of a device: those of its model, then the members of its dynamic groups.
 *
 * @param description The device.
 * @returns The channels, in order.
 */
export function channelsOfDescription(description: Description): Channel[] {
  const dynamic = Object.entries(description.dynamic ?? {}).flatMap(([group, members]) =>
    Object.entries(members).flatMap(([name, param]) =>
      channelsOfParam(name, param).map((channel) => ({ ...channel, group }))
    )
  );
  return [...channelsOf(description.model), ...dynamic];
}
