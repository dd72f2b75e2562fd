/** Sensors made of others. @module */
import type { Reading } from "./reading.ts";
import type { Sensor, SensorObserver, SetOptions } from "./sensor.ts";
import type { SensorSet } from "./sensor_set.ts";

/** How a sensor follows from others. */
export interface Aggregate<T> {
  /** Which sensors of the set it follows from (default: all but itself). */
  filter?(sensor: Sensor): boolean;
  /**
   * Is told of every change of one of them, and says what follows.
   *
   * @param sensor Which one.
   * @param reading What it says now; undefined when it was removed.
   * @param previous What it said before; undefined when it was added.
   * @returns The new value, with status and time if they are not the usual; undefined when nothing follows.
   */
  update(
    sensor: Sensor,
    reading: Reading<unknown> | undefined,
    previous: Reading<unknown> | undefined,
  ): ({ readonly value: T } & SetOptions) | undefined;
}

/**
 * Sets a sensor by what others say, from now on, until what is returned is disposed. The cost of a change does not grow
 * with the number of sensors unless `update` lets it.
 *
 * @param sensors Where the others are, and those to come.
 * @param target The sensor to set; it may be of the set as well.
 * @param rule What follows.
 *
 * @example How many sensors are in error
 * ```ts
 * import { integer, Sensor, SensorSet } from "@dewar/sdk/katcp";
 * import { assertEquals } from "@std/assert";
 *
 * const sensors = new SensorSet();
 * const errors = sensors.add(new Sensor("errors", integer));
 * const first = sensors.add(new Sensor("first", integer));
 * let count = 0;
 * using _following = aggregate(sensors, errors, {
 *   update(_, reading, previous) {
 *     count += Number(reading?.status === "error") - Number(previous?.status === "error");
 *     return { value: count };
 *   },
 * });
 * first.set(1, { status: "error" });
 * assertEquals(errors.value, 1);
 * ```
 */
export function aggregate<T>(sensors: SensorSet, target: Sensor<T>, rule: Aggregate<T>): Disposable {
  const inputs = new Set<Sensor>();
  const told = (...change: Parameters<Aggregate<T>["update"]>) => {
    const result = rule.update(...change);
    if (result) target.set(result.value, result);
  };
  const observer: SensorObserver = { update: (reading, previous, sensor) => told(sensor, reading, previous) };
  const enter = (sensor: Sensor) => {
    if (sensor === target || rule.filter?.(sensor) === false) return;
    inputs.add(sensor);
    sensor.attach(observer);
    told(sensor, sensor.reading, undefined);
  };
  const leave = (sensor: Sensor) => {
    if (!inputs.delete(sensor)) return;
    sensor.detach(observer);
    told(sensor, undefined, sensor.reading);
  };
  for (const sensor of sensors) enter(sensor);
  const watching = sensors.subscribe(({ kind, sensor, previous }) => {
    if (kind === "removed") return leave(sensor);
    if (previous) leave(previous);
    enter(sensor);
  });
  return {
    [Symbol.dispose]() {
      watching[Symbol.dispose]();
      for (const sensor of inputs) sensor.detach(observer);
      inputs.clear();
    },
  };
}
