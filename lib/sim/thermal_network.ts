/** Bodies that exchange heat. @module */
import type { HeatStore } from "./heat_store.ts";

/** One body. */
export interface Body {
  /** Its heat capacity. */
  readonly store: HeatStore;
  /** Temperature at the start, K. */
  readonly start: number;
}

/** Heat that flows into one body, out of another one or from outside. */
export interface Flow {
  /** Where it goes: the place of the body. */
  readonly into: number;
  /** Where it comes from; absent: from outside of all bodies. */
  readonly from?: number;
  /** How much, W, at the temperatures (K) of all bodies. */
  watts(temperatures: Float64Array): number;
}

/**
 * Bodies and the flows between them, stepped by the classical Runge-Kutta method.
 *
 * The heat of each body is what is integrated, and each flow's energy with the same weights: what flowed in and out and
 * what is stored always add up.
 */
export class ThermalNetwork {
  /** Temperatures of the bodies, K. */
  readonly temperatures: Float64Array;
  /** Energy that each flow has carried since the start, J. */
  readonly energies: Float64Array;
  readonly #bodies: readonly Body[];
  readonly #flows: readonly Flow[];
  readonly #heat: Float64Array;
  readonly #trial: Float64Array;
  readonly #watts: Float64Array;
  readonly #mean: Float64Array;

  /** Puts bodies and flows together. */
  constructor(bodies: readonly Body[], flows: readonly Flow[]) {
    this.#bodies = bodies;
    this.#flows = flows;
    this.temperatures = Float64Array.from(bodies, ({ start }) => start);
    this.energies = new Float64Array(flows.length);
    this.#heat = Float64Array.from(bodies, ({ store, start }) => store.heatAt(start));
    this.#trial = new Float64Array(bodies.length);
    this.#watts = new Float64Array(flows.length);
    this.#mean = new Float64Array(flows.length);
  }

  /** Heat in all bodies above that at 0 K, J. */
  get heat(): number {
    return this.#heat.reduce((sum, heat) => sum + heat, 0);
  }

  /**
   * Moves on in time. The step must be short against the quickest of the time constants (capacity over conductance).
   *
   * @param seconds How far.
   */
  step(seconds: number): void {
    this.#mean.fill(0);
    this.#slope(0, 1 / 6);
    this.#slope(seconds / 2, 1 / 3);
    this.#slope(seconds / 2, 1 / 3);
    this.#slope(seconds, 1 / 6);
    for (let i = 0; i < this.#flows.length; i++) this.energies[i]! += this.#mean[i]! * seconds;
    this.#carry(this.#mean, seconds, this.#heat);
    this.#readTemperatures(this.#heat);
  }

  /** Flows after `seconds` of those last looked at, counted with `weight`. */
  #slope(seconds: number, weight: number): void {
    if (seconds > 0) {
      this.#trial.set(this.#heat);
      this.#carry(this.#watts, seconds, this.#trial);
      this.#readTemperatures(this.#trial);
    }
    for (let i = 0; i < this.#flows.length; i++) {
      const watts = this.#flows[i]!.watts(this.temperatures);
      this.#watts[i] = watts;
      this.#mean[i]! += weight * watts;
    }
  }

  #carry(watts: Float64Array, seconds: number, heat: Float64Array): void {
    for (let i = 0; i < this.#flows.length; i++) {
      const { into, from } = this.#flows[i]!;
      const joules = watts[i]! * seconds;
      heat[into]! += joules;
      if (from !== undefined) heat[from]! -= joules;
    }
  }

  #readTemperatures(heat: Float64Array): void {
    for (let i = 0; i < this.#bodies.length; i++) {
      this.temperatures[i] = this.#bodies[i]!.store.temperatureAt(heat[i]!);
    }
  }
}
