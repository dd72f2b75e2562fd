/** Power of the detector: what is switched on and off, and in which order. @module */
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { Settings } from "./settings.ts";

/** What `STATUS` shows as `POWER`. */
export const POWER = { unknown: 0, notConfigured: 1, off: 2, intermediate: 3, on: 4, standby: 5 } as const;

/** Time of one step of the sequence, ms of the plant. */
const STEP = 40;

/** The sequence of power. */
export class Power {
  /** What `STATUS` shows. */
  state: number = POWER.notConfigured;
  /** Whether a check of the biases fails from now on. */
  isFaulty = false;
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #log: (text: string) => void;
  readonly #onChange: (isOn: boolean) => void;
  #steps = 1;
  #timer: Timer | undefined;

  /** Off, and not configured. */
  constructor(
    clock: Clock,
    speed: number,
    log: (text: string) => void,
    onChange: (isOn: boolean) => void,
  ) {
    this.#clock = clock;
    this.#speed = speed;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** A configuration was applied: the power is off afterwards, and may be switched on. */
  configure(settings: Settings, slots: readonly number[]): void {
    const orders = new Set<number>();
    for (const slot of slots) {
      for (let n = 1; n <= 24; n++) {
        for (const kind of ["LVLC", "LVHC", "HVLC", "HVHC", "XVP", "XVN"]) {
          const key = `MOD${slot}/${kind}_ORDER${n}`;
          if (settings.text(key) !== "") orders.add(settings.integer(key, 0, 0, 255));
        }
      }
    }
    this.#steps = 2 + Math.max(1, orders.size); // the isolators of biases first, those of clocks last
    this.#stop();
    this.state = POWER.off;
    this.#onChange(false);
  }

  /** Nothing is configured any more. */
  reset(): void {
    this.#stop();
    this.state = POWER.notConfigured;
    this.#onChange(false);
  }

  /** Switches it on, step by step; resolves when it is on, or stays where a check failed. */
  on(): Promise<void> {
    return this.#sequence(() => {
      if (this.isFaulty) {
        this.#log("Power on: bias check failed, LVLC 1 is -0.312 V instead of 0 V");
        return;
      }
      this.state = POWER.on;
      this.#onChange(true);
    });
  }

  /** Switches it off, in the reverse order. */
  off(): Promise<void> {
    this.#onChange(false);
    return this.#sequence(() => this.state = POWER.off);
  }

  /** Stops what is under way. */
  stop(): void {
    this.#stop();
  }

  #sequence(done: () => void): Promise<void> {
    this.#stop();
    this.state = POWER.intermediate;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#timer = this.#clock.after(this.#steps * STEP / this.#speed, () => {
      this.#timer = undefined;
      done();
      resolve();
    });
    return promise;
  }

  #stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }
}
