/** Where the detector sits. @module */

/** Heat the mount holds, J/K. */
const CAPACITY = 60;
/** What leads from it to what cools it, W/K. */
const STRAP = 0.08;

/** A detector's mount with a heater, strapped to something cold. */
export class Mount {
  /** Temperature of what cools it, degC: of the mount, as long as the heater is off. */
  sink: number;
  /** Temperature of the mount and the detector, degC. */
  temperature: number;

  /** Starts in equilibrium. */
  constructor(temperature: number) {
    this.sink = this.temperature = temperature;
  }

  /** What cools it has another temperature, and so has the mount but for what its heater makes. */
  move(sink: number): void {
    this.temperature += sink - this.sink;
    this.sink = sink;
  }

  /** Moves on in time with so much power, W, in the heater. */
  step(seconds: number, watts: number): void {
    const end = this.sink + watts / STRAP;
    this.temperature = end + (this.temperature - end) * Math.exp(-seconds * STRAP / CAPACITY);
  }
}
