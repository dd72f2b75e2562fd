/** Channels as sensors: what a KATCP client sees of a device of ours. @module */
import type { Channel } from "../device/channel.ts";
import type { Numeric } from "../device/model.ts";
import type { Reading as ChannelReading } from "../device/reading.ts";
import { choicesOf, formatValue } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { ConfigError } from "../errors.ts";
import type { Clock } from "../time/mod.ts";
import type { Status } from "./reading.ts";
import { type Range, Sensor } from "./sensor.ts";
import type { SensorSet } from "./sensor_set.ts";
import { boolean, discrete, float, integer, text, timestamp, type ValueType } from "./types.ts";

/** A good value by its severity. */
const GOOD = { ok: "nominal", warn: "warn", alarm: "error" } as const satisfies Record<string, Status>;

/**
 * What a channel is called as a sensor: its key, with `_` for what no name of a sensor can have.
 *
 * @param key The channel.
 */
export function sensorNameOf(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9._-]/g, "_");
}

/** The status of a reading: what is stale cannot be reached, what is bad has failed. */
export function statusOf({ quality, severity }: ChannelReading): Status {
  return quality === "good" ? GOOD[severity] : quality === "stale" ? "unreachable" : "failure";
}

/** Keeps the sensors of a set as the channels of a device are. */
export class ChannelSensors {
  readonly #sensors: SensorSet;
  readonly #clock: Clock;
  #served: ReadonlyMap<string, { readonly channel: Channel; readonly sensor: Sensor }> = new Map();

  /** Begins with none. */
  constructor(sensors: SensorSet, clock: Clock) {
    this.#sensors = sensors;
    this.#clock = clock;
  }

  /**
   * Takes the channels there are: sensors come, go, and change with them.
   *
   * @param channels The channels.
   * @throws {ConfigError} If two of them would have one name as sensors. Nothing is changed then.
   */
  describe(channels: Iterable<Channel>): void {
    const names = new Map<string, string>();
    const served = new Map<string, { channel: Channel; sensor: Sensor }>();
    for (const channel of channels) {
      const name = sensorNameOf(channel.key);
      const other = names.get(name);
      if (other !== undefined) {
        throw new ConfigError(
          `Cannot show ${channel.key} over KATCP: its sensor ${name} is that of ${other} as well`,
        );
      }
      names.set(name, channel.key);
      const known = this.#served.get(channel.key);
      const isSame = known && JSON.stringify(known.channel) === JSON.stringify(channel);
      served.set(channel.key, isSame ? known : { channel, sensor: sensorOf(name, channel, this.#clock) });
    }
    for (const [key, { sensor }] of this.#served) if (!served.has(key)) this.#sensors.delete(sensor.name);
    for (const { sensor } of served.values()) this.#sensors.add(sensor);
    this.#served = served;
  }

  /** Takes readings by channel key; those of no channel are passed over. */
  update(readings: ReadonlyMap<string, ChannelReading>): void {
    for (const [key, reading] of readings) {
      const { channel, sensor } = this.#served.get(key) ?? {};
      if (!channel || !sensor) continue;
      const status = statusOf(reading);
      const { value, time } = reading;
      sensor.set(value === undefined ? sensor.value : sensorValue(channel, value), {
        status,
        timestamp: Math.max(time, 0),
      });
    }
  }
}

function sensorOf(name: string, { param, half }: Channel, clock: Clock): Sensor {
  const numeric: Partial<Numeric> = "unit" in param || "warn" in param || "alarm" in param
    ? param as Numeric
    : {};
  const description = `${param.description ?? ""}${half === "target" ? " (target)" : ""}`.trim();
  const type = typeOf(param);
  const isGraded = half === "value" && (type.name === "float" || type.name === "integer");
  const [nominal, warn] = isGraded ? rangesOf(numeric) : [];
  return new Sensor(name, type, { description, unit: numeric.unit, nominal, warn, clock });
}

/** Where a value is nominal, and where it is worth a warning; beyond that it is an error. */
function rangesOf({ warn, alarm }: Pick<Numeric, "warn" | "alarm">): [nominal?: Range, warn?: Range] {
  if (warn) return alarm ? [warn, alarm] : [warn];
  return alarm ? [alarm, alarm] : [];
}

function typeOf(param: Channel["param"]): ValueType<unknown> {
  switch (param.type) {
    case "integer":
      return integer as ValueType<unknown>;
    case "flag":
      return boolean as ValueType<unknown>;
    case "choice":
      return discrete([...choicesOf(param).keys()] as [string, ...string[]]) as ValueType<unknown>;
    case "time":
      return timestamp as ValueType<unknown>;
    case "text":
    case "array":
      return text as ValueType<unknown>;
    default:
      return float as ValueType<unknown>;
  }
}

function sensorValue({ param }: Channel, value: Value): unknown {
  return param.type === "array" ? formatValue(param, value) : value;
}
