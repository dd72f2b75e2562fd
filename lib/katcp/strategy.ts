/** How a client wants to be told of a sensor. @module */
import { PeerProtocolError } from "../errors.ts";
import { type Argument, shown, textOf } from "./message.ts";
import { formatFloat, formatTime } from "./numbers.ts";
import { float, integer, type ValueType, type Version } from "./types.ts";

/** A sampling strategy; times are seconds. */
export type Strategy =
  /** Tells nothing. */
  | { readonly kind: "none" }
  /** Tells what the device thinks right. */
  | { readonly kind: "auto" }
  /** Tells a value or status that differs from the one told last. */
  | { readonly kind: "event" }
  /** Tells a value that is more than `difference` away from the one told last, and a change of status. */
  | { readonly kind: "differential"; readonly difference: number }
  /** Tells the value every `period`. */
  | { readonly kind: "period"; readonly period: number }
  /** As `event`, but not before `shortest` after the last time, and at the latest `longest` after it. */
  | { readonly kind: "event-rate"; readonly shortest: number; readonly longest: number }
  /** As `differential`, within the same times. */
  | {
    readonly kind: "differential-rate";
    readonly difference: number;
    readonly shortest: number;
    readonly longest: number;
  };

/** The strategy of a sensor that none was set for. */
export const NONE: Strategy = { kind: "none" };

/** How many parameters each takes, by version. */
const PARAMS: Readonly<Record<Version, Readonly<Record<string, number>>>> = {
  4: { none: 0, auto: 0, event: 0, differential: 1, period: 1 },
  5: {
    none: 0,
    auto: 0,
    event: 0,
    differential: 1,
    period: 1,
    "event-rate": 2,
    "differential-rate": 3,
  },
};

/** The types a difference can be taken of. */
const NUMERIC = ["integer", "float", "timestamp"];

/**
 * Reads a strategy and its parameters.
 *
 * @param args Its name and parameters.
 * @param type The type of the sensor.
 * @param version The version they are written in.
 * @throws {PeerProtocolError} If it is none, or not for this type.
 */
export function parseStrategy(
  args: readonly Uint8Array[],
  type: ValueType<unknown>,
  version: Version,
): Strategy {
  const [name, ...params] = args;
  const kind = textOf(name!) as Strategy["kind"];
  const count = Object.hasOwn(PARAMS[version], kind) ? PARAMS[version][kind] : undefined;
  if (count === undefined) throw new PeerProtocolError(`Unknown strategy ${shown(kind)}`);
  if (params.length !== count) {
    throw new PeerProtocolError(`Strategy ${kind} takes ${count} parameters, got ${params.length}`);
  }
  switch (kind) {
    case "differential":
      return { kind, difference: difference(params[0]!, type, version) };
    case "period":
      return { kind, period: time(params[0]!, version, "period") };
    case "event-rate":
      return { kind, ...rate(params[0]!, params[1]!, version) };
    case "differential-rate":
      return {
        kind,
        difference: difference(params[0]!, type, version),
        ...rate(params[1]!, params[2]!, version),
      };
    default:
      return { kind };
  }
}

/**
 * Writes a strategy and its parameters.
 *
 * @param strategy The strategy.
 * @param type The type of the sensor; where it is not known, a difference is written as short as can be.
 * @param version The version to write it in.
 */
export function formatStrategy(
  strategy: Strategy,
  type: ValueType<unknown> | undefined,
  version: Version,
): Argument[] {
  const time = (seconds: number) => {
    const value = version === 4 ? seconds * 1000 : seconds;
    return Number.isFinite(value) ? formatTime(value) : formatFloat(value);
  };
  const difference = (value: number) => {
    if (type?.name === "timestamp") return time(value);
    return type?.name === "float" ? formatFloat(value) : String(value);
  };
  switch (strategy.kind) {
    case "differential":
      return [strategy.kind, difference(strategy.difference)];
    case "period":
      return [strategy.kind, time(strategy.period)];
    case "event-rate":
      return [strategy.kind, time(strategy.shortest), time(strategy.longest)];
    case "differential-rate":
      return [
        strategy.kind,
        difference(strategy.difference),
        time(strategy.shortest),
        time(strategy.longest),
      ];
    default:
      return [strategy.kind];
  }
}

function difference(bytes: Uint8Array, type: ValueType<unknown>, version: Version): number {
  if (!NUMERIC.includes(type.name)) {
    throw new PeerProtocolError(`A difference cannot be taken of a sensor of type ${type.name}`);
  }
  if (type.name === "timestamp") return time(bytes, version, "difference");
  const value = Number((type.name === "integer" ? integer : float).parse(bytes, version));
  return positive(value, "difference");
}

function rate(min: Uint8Array, max: Uint8Array, version: Version): { shortest: number; longest: number } {
  const shortest = seconds(min, version);
  const longest = seconds(max, version);
  if (!(shortest >= 0 && Number.isFinite(shortest))) {
    throw new PeerProtocolError(`The shortest time must be 0 or more and finite, got ${shortest}`);
  }
  if (!(longest > 0 && longest >= shortest)) {
    throw new PeerProtocolError(
      `The longest time must be above 0 and not below the shortest, got ${longest}`,
    );
  }
  return { shortest, longest };
}

function time(bytes: Uint8Array, version: Version, what: string): number {
  return positive(seconds(bytes, version), what);
}

function seconds(bytes: Uint8Array, version: Version): number {
  const value = float.parse(bytes, version);
  return version === 4 ? value / 1000 : value;
}

function positive(value: number, what: string): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new PeerProtocolError(`The ${what} must be above 0 and finite, got ${value}`);
}
