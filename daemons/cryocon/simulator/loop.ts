/** One control loop of the simulated 24C. @module */
import { Pid } from "../../../lib/sim/pid.ts";
import { Ramp } from "../../../lib/sim/ramp.ts";

/** What a loop does while control is engaged. */
export type LoopType = "OFF" | "PID" | "MAN" | "TABLE" | "RAMPP" | "RAMPT";

/** What differs from loop to loop. */
export interface LoopKind {
  /** Its ranges, each with its power in W per ohm of load; 0 for a voltage output without a heater. */
  readonly ranges: Readonly<Record<string, number>>;
  /** Loads that may be set, ohm. */
  readonly loads: readonly number[];
}

/** Loop 1 drives up to 1 A through 50 or 25 ohm, loop 2 up to 25 W; loops 3 and 4 are voltage outputs. */
export const LOOP_KINDS: readonly LoopKind[] = [
  { ranges: { HI: 1, MID: 0.1, LOW: 0.01 }, loads: [50, 25] },
  { ranges: { HI: 0.5, LOW: 0.05 }, loads: [50, 25, 0] },
  { ranges: { "10V": 0, "5V": 0 }, loads: [0] },
  { ranges: { "10V": 0, "5V": 0 }, loads: [0] },
];

/** A loop: its settings, its controller, its output. Temperatures are in degC. */
export class Loop {
  /** What it does while control is engaged. */
  type: LoopType = "OFF";
  /** Output range. */
  range: string;
  /** Load resistance, ohm. */
  load: number;
  /** Sensor it looks at, from 0. */
  source: number;
  /** Ramp rate, K/min. */
  rate = 1;
  /** Output in manual mode, percent. */
  manual = 5;
  /** Largest output, percent. */
  maxPower = 100;
  /** Output of the moment, percent of full scale. */
  output = 0;
  /** Whether its sensor gives no reading while it needs one. */
  isBlind = false;
  /** Which of the four it is like. */
  readonly kind: LoopKind;
  /** Its controller. */
  readonly pid = new Pid({ proportional: 50, integral: 300, derivative: 0 });
  readonly #ramp: Ramp;
  #setpoint: number;
  #engaged = false;

  /** Makes one that is off. */
  constructor(kind: LoopKind, source: number, setpoint: number) {
    this.kind = kind;
    this.range = Object.keys(kind.ranges)[0]!;
    this.load = kind.loads[0]!;
    this.source = source;
    this.#setpoint = setpoint;
    this.#ramp = new Ramp(setpoint);
  }

  /** Where it is to go in the end. */
  get setpoint(): number {
    return this.#setpoint;
  }

  /** Whether a ramp is under way. */
  get isRamping(): boolean {
    return this.#ramp.active;
  }

  /** Heater power of the moment, W. */
  get watts(): number {
    return this.output / 100 * this.load * this.kind.ranges[this.range]!;
  }

  /** A new setpoint. In a ramp mode it starts a ramp at the temperature of the moment. */
  setSetpoint(setpoint: number, measured: number | undefined): void {
    this.#setpoint = setpoint;
    if (this.#engaged && this.type.startsWith("RAMP") && this.rate > 0 && measured !== undefined) {
      this.#ramp.start(measured, setpoint, this.rate);
    } else this.#ramp.hold(setpoint);
  }

  /** Another mode. The controller begins anew. */
  setType(type: LoopType): void {
    this.type = type;
    this.#ramp.hold(this.#setpoint);
    this.pid.reset();
  }

  /**
   * Engages it or lets it go. The controller begins anew, and so does, in a ramp mode, a ramp at the temperature of the
   * moment (an assumption).
   */
  engage(engaged: boolean, measured: number | undefined): void {
    if (engaged === this.#engaged) return;
    this.#engaged = engaged;
    this.pid.reset();
    this.output = 0;
    this.setSetpoint(this.#setpoint, measured);
  }

  /** Moves on in time. */
  step(measured: number | undefined, seconds: number): void {
    this.isBlind = this.#engaged && this.#isClosed && measured === undefined;
    this.output = this.#engaged ? this.#drive(measured, seconds) : 0;
  }

  get #isClosed(): boolean {
    return this.type !== "OFF" && this.type !== "MAN";
  }

  #drive(measured: number | undefined, seconds: number): number {
    if (this.type === "MAN") return Math.min(this.manual, this.maxPower);
    if (!this.#isClosed || measured === undefined) return 0;
    this.#ramp.step(seconds);
    return this.pid.step(this.#ramp.value, measured, seconds, this.maxPower);
  }
}
