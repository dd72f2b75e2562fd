/** A sensor: a value that has a name, a type and a status, and says when it changes. @module */
import { LocalProtocolError } from "../errors.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { type Argument, bytesOf, shown, textOf } from "./message.ts";
import { formatStatus, parseStatus, type Reading, type Status } from "./reading.ts";
import type { Strategy } from "./strategy.ts";
import { timestamp as timeType, type ValueType, type Version } from "./types.ts";

/** Lowest and highest value, in the unit of the sensor. */
export type Range = readonly [min: number, max: number];

/** Options of {@linkcode Sensor}. */
export interface SensorOptions<T> {
  /** What it measures, for people. */
  description?: string | undefined;
  /** Its unit; none by default. */
  unit?: string | undefined;
  /** Its value until it is set (default: that of its type). */
  initial?: T | undefined;
  /** Its status until it is set (default `"unknown"`). */
  status?: Status | undefined;
  /** The time of its first reading, unix seconds (default: now). */
  timestamp?: number | undefined;
  /** Where a number is nominal. A value that is set without a status gets it from here. */
  nominal?: Range | undefined;
  /** Where a number is worth a warning; beyond it is an error. Needs `nominal`. */
  warn?: Range | undefined;
  /** What the strategy `auto` means for it (default: every reading). */
  auto?: Exclude<Strategy, { kind: "none" }> | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** What {@linkcode Sensor.set} may be told beside the value. */
export interface SetOptions {
  /** Default: as the ranges say, `nominal` where there are none. */
  status?: Status | undefined;
  /** Unix seconds (default: now). */
  timestamp?: number | undefined;
}

/** A reading as it is sent. */
export interface FormattedReading {
  /** Seconds in version 5, milliseconds in 4. */
  readonly timestamp: Argument;
  /** The status. */
  readonly status: Status;
  /** The value. */
  readonly value: Argument;
}

/** Something that is told every reading of the sensors it is attached to. */
export interface SensorObserver<T = unknown> {
  /** Is called with each reading and the one before, whether they differ or not. */
  update(reading: Reading<T>, previous: Reading<T>, sensor: Sensor<T>): void;
}

const NAME = /^[A-Za-z0-9._-]+$/;

/**
 * A sensor of a device, or a copy of one. Whoever is attached to it is told at once of every reading.
 *
 * | katcp-python | here |
 * |---|---|
 * | `Sensor.float(name, ...)` and its seven sisters | `new Sensor(name, float, options)` |
 * | `set(timestamp, status, value)`, `set_value` | `set(value, { status, timestamp })` |
 * | `set_formatted`, `read_formatted` | `setFormatted`, `formatted`, each with the version |
 * | `read`, `value` | `reading`, `value`, `status` |
 * | `attach`, `detach`, `notify` | `attach`, `detach`, `subscribe`; every `set` tells |
 * | `parse_type`, `parse_value`, `parse_params` | the types: `float.parse(bytes, version)`, ... |
 *
 * @example
 * ```ts
 * import { float } from "@dewar/sdk/katcp";
 * import { assertEquals } from "@std/assert";
 *
 * const pressure = new Sensor("pressure", float, { unit: "mbar", nominal: [0, 1], warn: [0, 5] });
 * const seen: string[] = [];
 * using _watching = pressure.subscribe(({ value, status }, before) => seen.push(`${before.value} ${value} ${status}`));
 * pressure.set(0.5);
 * pressure.set(3);
 * assertEquals(seen, ["0 0.5 nominal", "0.5 3 warn"]);
 * ```
 */
export class Sensor<T = unknown> {
  /** Letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  /** What its values are. */
  readonly type: ValueType<T>;
  /** What it measures, for people. */
  readonly description: string;
  /** Its unit, `""` for none. */
  readonly unit: string;
  /** Where a number is nominal. */
  readonly nominal: Range | undefined;
  /** Where a number is worth a warning. */
  readonly warn: Range | undefined;
  /** What the strategy `auto` means for it. */
  readonly auto: Exclude<Strategy, { kind: "none" }> | undefined;
  readonly #clock: Clock;
  #reading: Reading<T>;
  #observers: Set<SensorObserver<T>> | undefined;

  /**
   * Makes one.
   *
   * @throws {LocalProtocolError} If the name is none, the initial value not of the type, or a range ends before it begins.
   */
  constructor(name: string, type: ValueType<T>, options: SensorOptions<T> = {}) {
    if (!NAME.test(name)) {
      throw new LocalProtocolError(
        `Cannot name a sensor ${shown(name)}: expected letters, digits, ".", "-" and "_"`,
      );
    }
    for (const range of [options.nominal, options.warn]) {
      if (range && !(range[0] <= range[1])) {
        throw new LocalProtocolError(`Sensor ${name} cannot have the range ${range.join(" to ")}`);
      }
    }
    const { initial = type.initial, status = "unknown", clock = systemClock } = options;
    this.name = name;
    this.type = type;
    this.description = options.description ?? "";
    this.unit = options.unit ?? "";
    this.nominal = options.nominal;
    this.warn = options.warn;
    this.auto = options.auto;
    this.#clock = clock;
    this.#reading = this.#checked({ timestamp: options.timestamp ?? clock.time(), status, value: initial });
  }

  /** The last reading. A new object each time it is set. */
  get reading(): Reading<T> {
    return this.#reading;
  }

  /** The last value. */
  get value(): T {
    return this.#reading.value;
  }

  /** The last status. */
  get status(): Status {
    return this.#reading.status;
  }

  /**
   * Gives it a new reading and tells everyone attached.
   *
   * @param value The value.
   * @param options Status and time.
   * @throws {LocalProtocolError} If the value is not of the type or the time is none; nothing is changed then.
   */
  set(value: T, options: SetOptions = {}): void {
    const { status = this.#grade(value), timestamp = this.#clock.time() } = options;
    const previous = this.#reading;
    const reading = this.#checked({ timestamp, status, value });
    this.#reading = reading;
    if (!this.#observers) return;
    for (const observer of this.#observers) observer.update(reading, previous, this);
  }

  /**
   * Gives it a new reading, as it is sent.
   *
   * @param reading Time, status and value.
   * @param version Of which version they are.
   * @throws {PeerProtocolError} If one of them cannot be read.
   */
  setFormatted(
    reading: { timestamp: Argument; status: Argument; value: Argument },
    version: Version = 5,
  ): void {
    this.set(this.type.parse(bytesOf(reading.value), version), {
      timestamp: timeType.parse(bytesOf(reading.timestamp), version),
      status: parseStatus(textOf(bytesOf(reading.status)), version),
    });
  }

  /** The last reading, as it is sent. */
  formatted(version: Version = 5): FormattedReading {
    return formatReading(this.type, this.#reading, version);
  }

  /** The parameters of its type, as `#sensor-list` gives them: the words of a discrete, the ranges of a number. */
  formattedParams(version: Version = 5): Argument[] {
    if (this.type.options) return [...this.type.options];
    if (!this.nominal) return [];
    const ends = version === 4 ? this.nominal : [...this.nominal, ...this.warn ?? []];
    return (ends as T[]).map((end) => this.type.format(end, version));
  }

  /** Tells an observer every reading from now on. */
  attach(observer: SensorObserver<T>): void {
    this.#observers ??= new Set();
    this.#observers.add(observer);
  }

  /** Tells it no more. */
  detach(observer: SensorObserver<T>): void {
    this.#observers?.delete(observer);
    if (this.#observers?.size === 0) this.#observers = undefined;
  }

  /**
   * Calls a function with every reading from now on, until what is returned is disposed.
   *
   * @param listener Is given the reading and the one before.
   */
  subscribe(listener: (reading: Reading<T>, previous: Reading<T>) => void): Disposable {
    const observer: SensorObserver<T> = { update: listener };
    this.attach(observer);
    return { [Symbol.dispose]: () => this.detach(observer) };
  }

  #checked(reading: Reading<T>): Reading<T> {
    try {
      this.type.format(reading.value, 5);
      timeType.format(reading.timestamp, 5);
    } catch (cause) {
      throw new LocalProtocolError(`Cannot set sensor ${this.name}: ${(cause as Error).message}`, { cause });
    }
    return reading;
  }

  #grade(value: T): Status {
    const { nominal, warn } = this;
    if (!nominal || (typeof value !== "number" && typeof value !== "bigint")) return "nominal";
    if (isWithin(value, nominal)) return "nominal";
    return warn && isWithin(value, warn) ? "warn" : "error";
  }
}

function isWithin(value: number | bigint, [min, max]: Range): boolean {
  return value >= min && value <= max;
}

/** Writes a reading of a type. */
export function formatReading<T>(
  type: ValueType<T>,
  reading: Reading<T>,
  version: Version,
): FormattedReading {
  return {
    timestamp: timeType.format(reading.timestamp, version),
    status: formatStatus(reading.status, version),
    value: type.format(reading.value, version),
  };
}
