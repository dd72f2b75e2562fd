/** A setpoint on its way. @module */

/** Moves a setpoint to its target at a rate, as the ramp modes of temperature controllers do. */
export class Ramp {
  #now: number;
  #target: number;
  #perSecond = 0;

  /** Makes one that stands at a value. */
  constructor(value: number) {
    this.#now = this.#target = value;
  }

  /** The setpoint of the moment. */
  get value(): number {
    return this.#now;
  }

  /** Whether it is still on its way. */
  get active(): boolean {
    return this.#now !== this.#target;
  }

  /** Starts at `from` for `target`, at `rate` per minute. */
  start(from: number, target: number, rate: number): void {
    this.#now = from;
    this.#target = target;
    this.#perSecond = rate / 60;
  }

  /** Stands at `value` from now on. */
  hold(value: number): void {
    this.#now = this.#target = value;
  }

  /** Moves on in time. */
  step(seconds: number): void {
    const left = this.#target - this.#now;
    const stride = this.#perSecond * seconds;
    this.#now = Math.abs(left) <= stride ? this.#target : this.#now + Math.sign(left) * stride;
  }
}
