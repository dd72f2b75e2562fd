/** What a device says of itself on the wire: its model with what this instance adds. @module */
import { type Channel, channelsOf, channelsOfParam } from "./channel.ts";
import type { Model, Param } from "./model.ts";

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
