/** Leads targets to where they shall be, no faster than the model allows, where the hardware cannot. @module */
import type { Duration, Timer } from "../time/mod.ts";
import type { Device } from "./device.ts";

const STEP: Duration = "1 s";

/** A target on its way. */
export interface Ramp {
  /** Its channel. */
  readonly key: string;
  /** Where the hardware's setpoint is now. */
  readonly from: number;
  /** Where it goes. */
  readonly to: number;
  /** The fastest it may move, units per millisecond. */
  readonly pace: number;
  /** Moves the setpoint; rejects if the hardware does not take it. What has not begun when the signal aborts is left. */
  step(setpoint: number, signal: AbortSignal): Promise<void>;
}

/** The ramps of one device, at most one for each target. */
export class Ramps {
  readonly #device: Device;
  readonly #running = new Map<string, RunningRamp>();

  /** Makes the ramps of a device; none runs. */
  constructor(device: Device) {
    this.#device = device;
  }

  /** Where the setpoint of a channel is now, if it is on its way. */
  setpointOf(key: string): number | undefined {
    return this.#running.get(key)?.setpoint;
  }

  /** Starts a ramp in place of the one that ran for this channel; the first step is due one second from now. */
  start(ramp: Ramp): void {
    this.#running.get(ramp.key)?.halt();
    this.#device.finalTargets.set(ramp.key, ramp.to);
    this.#running.set(
      ramp.key,
      new RunningRamp(ramp, this.#device, (problem) => this.#over(ramp, problem)),
    );
  }

  /** Ends the ramp of a channel that is about to be set otherwise; its setpoint stays where it is. */
  end(key: string): void {
    const ramp = this.#running.get(key);
    ramp?.halt();
    this.#running.delete(key);
    this.#device.finalTargets.delete(key);
  }

  /** Ends all ramps where they are. */
  stop(why: string): void {
    for (const key of [...this.#running.keys()]) this.#stop(key, why);
  }

  #stop(key: string, why: string): void {
    const { setpoint } = this.#running.get(key)!;
    this.end(key);
    const { log, session } = this.#device;
    if (session.isOpen) this.#device.apply({ [key]: setpoint });
    log.write("warning", `The ramp of ${key} stops at ${setpoint}: ${why}`);
  }

  #over({ key, to }: Ramp, problem: Error | undefined): void {
    if (problem) return this.#stop(key, problem.message);
    this.end(key);
    this.#device.log.write("info", `The ramp of ${key} has reached ${to}`);
  }
}

class RunningRamp {
  setpoint: number;
  readonly #ramp: Ramp;
  readonly #timer: Timer;
  readonly #device: Device;
  readonly #over: (problem?: Error) => void;
  readonly #halted = new AbortController();
  #movedAt: number;
  #isMoving = false;

  constructor(ramp: Ramp, device: Device, over: (problem?: Error) => void) {
    this.setpoint = ramp.from;
    this.#ramp = ramp;
    this.#device = device;
    this.#over = over;
    this.#movedAt = device.clock.now();
    this.#timer = device.clock.every(STEP, () => void this.#move());
  }

  halt(): void {
    this.#halted.abort();
    this.#timer.stop();
  }

  async #move(): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    const { to, pace } = this.#ramp;
    const now = this.#device.clock.now();
    const reach = pace * (now - this.#movedAt);
    const next = Math.abs(to - this.setpoint) <= reach
      ? to
      : this.setpoint + Math.sign(to - this.setpoint) * reach;
    try {
      await this.#ramp.step(next, this.#halted.signal);
      this.setpoint = next;
      this.#movedAt = now;
      if (next === to) this.#finish();
    } catch (error) {
      this.#finish(error as Error);
    } finally {
      this.#isMoving = false;
    }
  }

  #finish(problem?: Error): void {
    if (this.#halted.signal.aborted) return;
    this.halt();
    this.#over(problem);
  }
}
