/** The controller of one heater. @module */
import type { Settings } from "./settings.ts";

/** Resistance of a heater, ohm. */
const OHMS = 25;
/** Its largest voltage, V. */
const LARGEST = 25;

/**
 * `P e + I sum(e) + D (e - e before)` with the error e in kelvin, once every update; the sum is held within a limit. The
 * result is a power in mW (an assumption), so that the voltage goes with its root.
 */
export class HeaterLoop {
  /** `A` or `B`. */
  readonly name: string;
  /** The sensor it looks at, from 0. */
  sensor = 0;
  /** The voltage of the moment, V. */
  volts = 0;
  /** What the three terms contribute. */
  terms: readonly [number, number, number] = [0, 0, 0];
  #isEnabled = false;
  #isForced = false;
  #forced = 0;
  #limit = LARGEST;
  #target = 0;
  #gains: readonly [number, number, number] = [0, 0, 0];
  #sumLimit = 0;
  #isRamping = false;
  #rampRate = 1;
  #setpoint: number | undefined;
  #sum = 0;
  #before: number | undefined;

  /** One that is off. */
  constructor(name: string) {
    this.name = name;
  }

  /** Power of the heater, W. */
  get watts(): number {
    return this.volts ** 2 / OHMS;
  }

  /** Takes its settings over. */
  configure(settings: Settings, module: string): void {
    const key = `${module}HEATER${this.name}`;
    const gain = (term: string) => settings.number(`${key}${term}`, 0, 0, 10_000);
    this.#isEnabled = settings.flag(`${key}ENABLE`);
    this.#isForced = settings.flag(`${key}FORCE`);
    this.#forced = settings.number(`${key}FORCELEVEL`, 0, 0, LARGEST);
    this.#limit = settings.number(`${key}LIMIT`, LARGEST, 0, LARGEST);
    this.#target = settings.number(`${key}TARGET`, 0, -250, 50);
    this.sensor = settings.integer(`${key}SENSOR`, 0, 0, 2);
    this.#gains = [gain("P"), gain("I"), gain("D")];
    this.#sumLimit = gain("IL");
    this.#isRamping = settings.flag(`${key}RAMP`);
    this.#rampRate = settings.integer(`${key}RAMPRATE`, 1, 1, 32_767);
    if (!this.#isRamping) this.#setpoint = undefined;
  }

  /** One update; without a reading the output is off. */
  update(reading: number | undefined): void {
    if (!this.#isEnabled || (reading === undefined && !this.#isForced)) return this.#rest();
    if (this.#isForced) {
      this.#rest();
      this.volts = Math.min(this.#forced, this.#limit);
      return;
    }
    const error = this.#aim(reading!) - reading!;
    this.#sum = Math.min(Math.max(this.#sum + error, -this.#sumLimit), this.#sumLimit);
    const [p, i, d] = this.#gains;
    this.terms = [p * error, i * this.#sum, d * (error - (this.#before ?? error))];
    this.#before = error;
    const milliwatts = Math.max(0, this.terms[0] + this.terms[1] + this.terms[2]);
    this.volts = Math.min(Math.sqrt(milliwatts / 1000 * OHMS), this.#limit);
  }

  /** The set-point: on a ramp it starts at the temperature of the moment and moves by some mK every update. */
  #aim(reading: number): number {
    if (!this.#isRamping) return this.#target;
    const now = this.#setpoint ?? reading;
    const step = this.#rampRate / 1000;
    const left = this.#target - now;
    this.#setpoint = Math.abs(left) <= step ? this.#target : now + Math.sign(left) * step;
    return this.#setpoint;
  }

  #rest(): void {
    this.volts = 0;
    this.terms = [0, 0, 0];
    this.#sum = 0;
    this.#before = this.#setpoint = undefined;
  }
}
