/** What a link knows of a device over KATCP: its channels, by the sensors they are read from. @module */
import { type Channel, channelsByName } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Model, Param } from "../device/model.ts";
import { paramOf } from "./sensor_channel.ts";
import type { Sensor } from "./sensor.ts";

/** A device of which no more is known than that it speaks KATCP: the model of {@linkcode AnyKatcpDevice}. */
export interface AnyKatcpDeviceModel extends Model {
  /** Its sensors, by their names at the device. */
  readonly groups: { readonly sensor: { readonly dynamic: string; readonly param: Param } };
}

/**
 * The model of any KATCP device: its sensors are in the dynamic group `sensor`, `s.sensor["rf.gain"]`.
 *
 * @example Usage
 * ```ts ignore
 * await using receiver = await connect(AnyKatcpDevice, "katcp://receiver:7147");
 * await receiver.waitFor((s) => Number(s.sensor["rf.gain"]) > 3);
 * ```
 */
export const AnyKatcpDevice: AnyKatcpDeviceModel = {
  model: "katcp",
  description: "A device that speaks KATCP",
  params: {},
  groups: { sensor: { dynamic: "[A-Za-z0-9._-]+", param: { type: "text" } } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

/** A description, and which channel each sensor is. */
export interface LinkChannels {
  /** The device. */
  readonly description: Description;
  /** The channel a sensor is the value of, by its name at the device. */
  readonly bySensor: ReadonlyMap<string, Channel>;
}

/**
 * Describes a device by its model: each channel is the sensor that has its alias, else its key, for a name. All are held:
 * what a sensor was last told to be, it is.
 *
 * @param model The model.
 * @param name What the device calls itself.
 */
export function modelledChannels(model: Model, name: string): LinkChannels {
  return channelsOf({ model, name, revision: `${model.version ?? 1}.1` });
}

/**
 * Describes a device that has no model: every sensor is a member of one dynamic group.
 *
 * @param sensors The sensors.
 * @param name What the device calls itself.
 */
export function foundChannels(sensors: Iterable<Sensor>, name: string): LinkChannels {
  const members: Record<string, Param> = {};
  for (const sensor of sensors) members[sensor.name] = paramOf(sensor);
  return channelsOf({
    model: {
      ...AnyKatcpDevice,
      model: name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || AnyKatcpDevice.model,
      description: `A device that speaks KATCP: ${name}`,
    },
    name,
    revision: "1.1",
    dynamic: { sensor: members },
    inferred: true,
  });
}

function channelsOf(description: Description): LinkChannels {
  const channels = channelsOfDescription(description);
  const held = channels.map(({ key }) => key);
  return { description: { ...description, held }, bySensor: channelsByName(channels) };
}
