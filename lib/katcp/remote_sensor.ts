/** Sensors as a device describes them. @module */
import { PeerProtocolError } from "../errors.ts";
import type { Clock } from "../time/mod.ts";
import { type Message, shown, textOf } from "./message.ts";
import { type Range, Sensor } from "./sensor.ts";
import {
  address,
  boolean,
  discrete,
  float,
  integer,
  lru,
  text,
  timestamp,
  type ValueType,
  type Version,
} from "./types.ts";

const TYPES = new Map<string, ValueType<unknown>>(
  [integer, float, boolean, text, timestamp, address, lru].map((
    type,
  ) => [type.name, type as ValueType<unknown>]),
);

/** A sensor as `#sensor-list` describes it. */
export interface RemoteSensor {
  /** Its name at the device. */
  readonly name: string;
  /** What it measures, for people. */
  readonly description: string;
  /** Its unit, `""` for none. */
  readonly unit: string;
  /** What its values are. */
  readonly type: ValueType<unknown>;
  /** Where a number is nominal. */
  readonly nominal: Range | undefined;
  /** Where a number is worth a warning. */
  readonly warn: Range | undefined;
}

/**
 * Reads a `#sensor-list`.
 *
 * @throws {PeerProtocolError} If it cannot be read, or the type is not known.
 */
export function readRemoteSensor(inform: Message, version: Version): RemoteSensor {
  const [name, description, unit, typeName] = [0, 1, 2, 3].map((index) => inform.text(index)) as [
    string,
    string,
    string,
    string,
  ];
  const params = inform.args.slice(4);
  const type = sensorType(typeName, params);
  const isNumber = type.name === "integer" || type.name === "float";
  const ends = isNumber ? params.map((param) => Number(type.parse(param, version))) : [];
  return { name, description, unit, type, nominal: range(ends, 0), warn: range(ends, 2) };
}

/** Makes a sensor like one of a device, under a name of ours. */
export function copyOf(remote: RemoteSensor, name: string, clock: Clock): Sensor {
  const { description, unit, type, nominal, warn } = remote;
  return new Sensor(name, type, { description, unit, nominal, warn, clock });
}

/** Whether two descriptions say the same. */
export function isSameSensor(a: RemoteSensor, b: RemoteSensor): boolean {
  const plain = ({ type, ...rest }: RemoteSensor) => JSON.stringify([rest, type.name, type.options]);
  return plain(a) === plain(b);
}

/**
 * The type of sensors that has a name.
 *
 * @param params What goes with the name: the words of a discrete.
 * @throws {PeerProtocolError} If there is none.
 */
export function sensorType(name: string, params: readonly Uint8Array[]): ValueType<unknown> {
  const known = TYPES.get(name);
  if (known) return known;
  const [first, ...rest] = params.map(textOf);
  if (name === "discrete" && first !== undefined) return discrete([first, ...rest]) as ValueType<unknown>;
  throw new PeerProtocolError(
    `Expected a type of sensors, got ${shown(name)} with ${params.length} parameters`,
  );
}

/** A range that ends before it begins is none: devices have them where nobody has looked. */
function range(ends: readonly number[], from: number): Range | undefined {
  const [min, max] = ends.slice(from);
  return min === undefined || max === undefined || !(min <= max) ? undefined : [min, max];
}
