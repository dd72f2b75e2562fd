/** A heater module: two heaters, three sensors, a controller for each heater. @module */
import type { Settings } from "./settings.ts";
import { HeaterLoop } from "./heater_loop.ts";

/** What the module is wired to. */
export interface HeaterWiring {
  /** Temperatures where the sensors are, degC; undefined for one that is not connected. */
  temperatures(): readonly (number | undefined)[];
  /** Moves on in plant time with so much power, W, in the heaters. */
  step(seconds: number, watts: readonly number[]): void;
}

/** What a sensor that is missing shows, degC. */
const ABSENT = -273.150016;
const SENSORS = ["A", "B", "C"];

/** The module. */
export class HeaterBoard {
  readonly #wiring: HeaterWiring;
  readonly #slot: number;
  readonly #loops = [new HeaterLoop("A"), new HeaterLoop("B")];
  #period = 1;
  #filters: readonly number[] = [0, 0, 0];
  #limits: readonly (readonly [number, number])[] = [];
  #readings: (number | undefined)[];
  #time = 0;
  #next = 0;

  /** Puts it into a slot, with its heaters off. */
  constructor(slot: number, wiring: HeaterWiring) {
    this.#slot = slot;
    this.#wiring = wiring;
    this.#readings = [...wiring.temperatures()];
  }

  /** Power of the heaters, W. */
  get watts(): number {
    return this.#loops.reduce((sum, loop) => sum + loop.watts, 0);
  }

  /** Takes its settings over. */
  configure(settings: Settings): void {
    const key = `MOD${this.#slot}/`;
    this.#period = settings.integer(`${key}HEATERUPDATETIME`, 1000, 1, 30_000) / 1000;
    this.#filters = SENSORS.map((sensor) => settings.integer(`${key}SENSOR${sensor}FILTER`, 0, 0, 8));
    this.#limits = SENSORS.map((sensor) => {
      settings.integer(`${key}SENSOR${sensor}TYPE`, 0, 0, 5);
      return [
        settings.number(`${key}SENSOR${sensor}LOWERLIMIT`, -250, -300, 100),
        settings.number(`${key}SENSOR${sensor}UPPERLIMIT`, 50, -300, 100),
      ];
    });
    for (const loop of this.#loops) loop.configure(settings, key);
  }

  /** Moves on in plant time: at most one period at once. */
  advance(seconds: number): void {
    const end = this.#time + seconds;
    while (this.#next <= end) {
      this.#pass(this.#next - this.#time);
      this.#measure();
      for (const loop of this.#loops) {
        const reading = this.#readings[loop.sensor];
        const [lower, upper] = this.#limits[loop.sensor] ?? [-Infinity, Infinity];
        const isSeen = reading !== undefined && reading >= lower && reading <= upper;
        loop.update(isSeen ? reading : undefined);
      }
      this.#next += this.#period;
    }
    this.#pass(end - this.#time);
  }

  /** What `STATUS` shows of it. */
  status(): [name: string, value: string | number][] {
    return [
      ...SENSORS.map((sensor, index): [string, string] => [
        `TEMP${sensor}`,
        (this.#readings[index] ?? ABSENT).toFixed(6),
      ]),
      ...this.#loops.flatMap(({ name, volts, terms }): [string, string | number][] => [
        [`HEATER${name}OUTPUT`, volts.toFixed(6)],
        [`HEATER${name}P`, Math.trunc(terms[0])],
        [`HEATER${name}I`, Math.trunc(terms[1])],
        [`HEATER${name}D`, Math.trunc(terms[2])],
      ]),
    ];
  }

  #pass(seconds: number): void {
    if (seconds > 0) this.#wiring.step(seconds, this.#loops.map((loop) => loop.watts));
    this.#time += Math.max(0, seconds);
  }

  /** A filter of n averages over some 2^n measurements. */
  #measure(): void {
    const now = this.#wiring.temperatures();
    this.#readings = now.map((value, index) => {
      const before = this.#readings[index];
      if (value === undefined || before === undefined) return value;
      return before + (value - before) / 2 ** this.#filters[index]!;
    });
  }
}
