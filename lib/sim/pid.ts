/** A PID controller as instruments have it. @module */

/** Gains of a controller with an output in percent. */
export interface Gains {
  /** Proportional gain, percent per kelvin. */
  proportional: number;
  /** Integral time, s; 0 switches the integral off. */
  integral: number;
  /** Derivative time, s; acts on the measured value, so that a new setpoint gives no kick. */
  derivative: number;
}

/** `P (e + 1/I int(e) - D dT/dt)`, held within 0 and a limit. While it is at an end the integral does not grow that way. */
export class Pid {
  /** Its gains; may be changed while it runs. */
  readonly gains: Gains;
  #integral = 0;
  #last: number | undefined;

  /** Makes one that has not run yet. */
  constructor(gains: Gains) {
    this.gains = gains;
  }

  /** Forgets the past. */
  reset(): void {
    this.#integral = 0;
    this.#last = undefined;
  }

  /**
   * One step.
   *
   * @param setpoint Where to go.
   * @param measured Where it is.
   * @param seconds Time since the step before.
   * @param limit Largest output, percent.
   * @returns The output, percent.
   */
  step(setpoint: number, measured: number, seconds: number, limit = 100): number {
    const { proportional, integral, derivative } = this.gains;
    const error = setpoint - measured;
    const slope = this.#last === undefined ? 0 : (measured - this.#last) / seconds;
    this.#last = measured;
    const growth = integral > 0 ? proportional * error * seconds / integral : 0;
    const output = proportional * (error - derivative * slope) + this.#integral + growth;
    const windsUp = (output > limit && growth > 0) || (output < 0 && growth < 0);
    if (!windsUp) this.#integral = clamp(this.#integral + growth, 0, limit);
    return clamp(output, 0, limit);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
