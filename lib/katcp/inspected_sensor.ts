/** A sensor of a device that was inspected. @module */
import { CommandError, TimeoutError } from "../errors.ts";
import { type Clock, type Duration, formatDuration, milliseconds } from "../time/mod.ts";
import { isValid, type Reading, type Status } from "./reading.ts";
import type { Sensor } from "./sensor.ts";
import type { SensorSet } from "./sensor_set.ts";
import type { Strategy } from "./strategy.ts";

/** Options of {@linkcode InspectedSensor.wait}. */
export interface WaitOptions {
  /** How long to wait (default: for ever). */
  timeout?: Duration;
  /** Stops waiting. */
  signal?: AbortSignal;
}

/** A sensor by its name: it outlives connections, and the sensor at the device being replaced by another. */
export class InspectedSensor {
  /** Its name at the device. */
  readonly name: string;
  readonly #sensors: SensorSet;
  readonly #clock: Clock;
  readonly #sample: (strategy: Strategy) => Promise<void>;

  /** Looks at one sensor of a set; made by the device it belongs to. */
  constructor(name: string, sensors: SensorSet, clock: Clock, sample: (strategy: Strategy) => Promise<void>) {
    this.name = name;
    this.#sensors = sensors;
    this.#clock = clock;
    this.#sample = sample;
  }

  /** What it measures, for people. */
  get description(): string {
    return this.#sensor.description;
  }

  /** Its unit, `""` for none. */
  get unit(): string {
    return this.#sensor.unit;
  }

  /** What its values are: `"float"`, `"discrete"`, ... */
  get type(): string {
    return this.#sensor.type.name;
  }

  /** Its last reading. */
  get reading(): Reading<unknown> {
    return this.#sensor.reading;
  }

  /** Its last value; {@linkcode InspectedSensor.status} says whether it counts. */
  get value(): unknown {
    return this.reading.value;
  }

  /** How to take its value; `unreachable` while the device is. */
  get status(): Status {
    return this.reading.status;
  }

  /**
   * Wants to be told of it in another way, now and after every reconnect.
   *
   * @throws {CommandError} If the device refuses; it is asked again at the next connection.
   */
  sample(strategy: Strategy): Promise<void> {
    return this.#sample(strategy);
  }

  /** Calls a function with every reading from now on, until what is returned is disposed. */
  subscribe(listener: (reading: Reading<unknown>) => void): Disposable {
    const observer = { update: (reading: Reading<unknown>) => listener(reading) };
    this.#sensors.get(this.name)?.attach(observer);
    const changes = this.#sensors.subscribe(({ kind, sensor, previous }) => {
      if (sensor.name !== this.name) return;
      previous?.detach(observer);
      if (kind === "removed") return sensor.detach(observer);
      sensor.attach(observer);
      listener(sensor.reading);
    });
    return {
      [Symbol.dispose]: () => {
        changes[Symbol.dispose]();
        this.#sensors.get(this.name)?.detach(observer);
      },
    };
  }

  /**
   * Waits until its value is as wanted; only valid readings count. It is enough that it is so already.
   *
   * @param wanted The value, or what says of a value whether it is wanted.
   * @param options Timeout and signal.
   * @returns The reading that was wanted.
   * @throws {TimeoutError} With the last reading.
   */
  async wait<T = unknown>(
    wanted: T | ((value: T) => boolean),
    options: WaitOptions = {},
  ): Promise<Reading<T>> {
    const { timeout, signal } = options;
    signal?.throwIfAborted();
    const isWanted = typeof wanted === "function"
      ? wanted as (value: T) => boolean
      : (value: T) => value === wanted;
    const { promise, resolve, reject } = Promise.withResolvers<Reading<T>>();
    const look = (reading: Reading<unknown>) => {
      try {
        if (isValid(reading.status) && isWanted(reading.value as T)) resolve(reading as Reading<T>);
      } catch (error) {
        reject(error);
      }
    };
    const timer = timeout === undefined ? undefined : this.#clock.after(timeout, () => {
      const within = formatDuration(milliseconds(timeout));
      const { value, status } = this.reading;
      reject(
        new TimeoutError(
          `${this.name} was not as wanted within ${within}: it is ${String(value)} (${status})`,
        ),
      );
    });
    const stop = () => reject(signal!.reason);
    signal?.addEventListener("abort", stop, { once: true });
    using _listening = this.subscribe(look);
    try {
      look(this.reading);
      return await promise;
    } finally {
      timer?.stop();
      signal?.removeEventListener("abort", stop);
    }
  }

  get #sensor(): Sensor {
    const sensor = this.#sensors.get(this.name);
    if (sensor) return sensor;
    throw new CommandError("invalid", `The device has no sensor ${this.name} any more`);
  }
}
