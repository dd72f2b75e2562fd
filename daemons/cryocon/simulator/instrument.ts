/** The simulated 24C: sensors, loops, and what is wired to them. @module */
import { Random } from "../../../lib/sim/random.ts";
import { Loop, LOOP_KINDS } from "./loop.ts";

/** What the instrument is wired to. */
export interface Wiring {
  /** Temperatures where sensors A, B, C and D sit, degC. */
  temperatures(): readonly number[];
  /** Moves on in plant time, with the heaters of loops 1 and 2 at these powers, W. */
  step(seconds: number, heaters: readonly [number, number]): void;
}

/** Options of {@linkcode Instrument24C}. */
export interface Instrument24COptions {
  /** Seed of the sensors' noise (default 1). */
  seed?: number;
  /** Deviation of the sensors' noise, K (default 0.002). */
  noise?: number;
  /** Sensors that are not connected (default: C). */
  missing?: Iterable<number>;
}

/** Units of an input: kelvin, Celsius, Fahrenheit. */
export type Unit = "K" | "C" | "F";

/** Readings and loops are refreshed this often, in plant time, s. */
const TICK = 0.1;

/**
 * A 24C as a laboratory leaves it: control engaged, loop 1 holds the temperature it found at the start on sensor A with
 * the full range and ramps at 1 K/min, the other loops are off, inputs read degC.
 */
export class Instrument24C {
  /** Units of the inputs. */
  readonly units: [Unit, Unit, Unit, Unit] = ["C", "C", "C", "C"];
  /** Sensors that are not connected. */
  readonly missing: Set<number>;
  /** The control loops. */
  readonly loops: readonly Loop[];
  readonly #wiring: Wiring;
  readonly #random: Random;
  readonly #noise: number;
  #readings: readonly number[] = [];
  #control = false;
  #time = 0;
  #ticks = 0;

  /** Wires one up. */
  constructor(wiring: Wiring, options: Instrument24COptions = {}) {
    this.#wiring = wiring;
    this.#random = new Random(options.seed ?? 1);
    this.#noise = options.noise ?? 0.002;
    this.missing = new Set(options.missing ?? [2]);
    const start = wiring.temperatures();
    this.loops = LOOP_KINDS.map((kind, index) => new Loop(kind, index, start[index]!));
    this.loops[0]!.type = "RAMPP";
    this.#measure();
    this.control = true;
  }

  /** Whether control is engaged. */
  get control(): boolean {
    return this.#control;
  }

  set control(engaged: boolean) {
    this.#control = engaged;
    for (const loop of this.loops) loop.engage(engaged, this.reading(loop.source));
  }

  /** The last reading of a sensor, degC; undefined when it is not connected. */
  reading(sensor: number): number | undefined {
    return this.missing.has(sensor) ? undefined : this.#readings[sensor];
  }

  /** Moves on in plant time, in whole ticks; what is left over counts next time. */
  advance(seconds: number): void {
    this.#time += seconds;
    for (const end = Math.floor(this.#time / TICK + 1e-6); this.#ticks < end; this.#ticks++) {
      this.#measure();
      for (const loop of this.loops) loop.step(this.reading(loop.source), TICK);
      this.#wiring.step(TICK, [this.loops[0]!.watts, this.loops[1]!.watts]);
    }
  }

  #measure(): void {
    this.#readings = this.#wiring.temperatures().map((truth) => truth + this.#noise * this.#random.normal());
  }
}
