/** The sensors of a device. @module */
import type { Sensor } from "./sensor.ts";

/** One change of a set. */
export interface SensorChange {
  /** What happened to the name: `modified` when another sensor took it over. */
  readonly kind: "added" | "removed" | "modified";
  /** The sensor that is there now, or was. */
  readonly sensor: Sensor;
  /** The sensor that was there before, for `modified`. */
  readonly previous?: Sensor;
}

/** Sensors by name; iterated in the order of their names. */
export class SensorSet implements Iterable<Sensor> {
  readonly #sensors = new Map<string, Sensor>();
  readonly #listeners = new Set<(change: SensorChange) => void>();
  #sorted: readonly Sensor[] | undefined;

  /** How many there are. */
  get size(): number {
    return this.#sensors.size;
  }

  /**
   * Adds a sensor; one of the same name is replaced.
   *
   * @returns The sensor.
   */
  add<T>(sensor: Sensor<T>): Sensor<T> {
    const previous = this.#sensors.get(sensor.name);
    if (previous === sensor) return sensor;
    this.#sensors.set(sensor.name, sensor as Sensor);
    this.#tell(
      previous
        ? { kind: "modified", sensor: sensor as Sensor, previous }
        : { kind: "added", sensor: sensor as Sensor },
    );
    return sensor;
  }

  /**
   * Removes a sensor; every client's strategy for it goes as well.
   *
   * @returns Whether it was there.
   */
  delete(name: string): boolean {
    const sensor = this.#sensors.get(name);
    if (!sensor) return false;
    this.#sensors.delete(name);
    this.#tell({ kind: "removed", sensor });
    return true;
  }

  /** The sensor of a name. */
  get(name: string): Sensor | undefined {
    return this.#sensors.get(name);
  }

  /** Whether there is a sensor of a name. */
  has(name: string): boolean {
    return this.#sensors.has(name);
  }

  /** All sensors by name. */
  [Symbol.iterator](): Iterator<Sensor> {
    this.#sorted ??= [...this.#sensors.values()].sort((a, b) => a.name < b.name ? -1 : 1);
    return this.#sorted[Symbol.iterator]();
  }

  /** Calls a function with every change from now on, until what is returned is disposed. */
  subscribe(listener: (change: SensorChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #tell(change: SensorChange): void {
    this.#sorted = undefined;
    for (const listener of this.#listeners) listener(change);
  }
}
