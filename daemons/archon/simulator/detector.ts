/** The detector on the controller's outputs and inputs. @module */
import type { Ccd, Surroundings } from "../../../lib/sim/ccd/ccd.ts";
import type { Acquisition } from "./acquisition.ts";
import type { Plant } from "./core.ts";
import type { Effect } from "./outputs.ts";
import { TICKS_PER_SECOND } from "./pace.ts";
import { INT } from "./states.ts";
import type { Video } from "./video.ts";

/** What the trigger output does: it opens the shutter. */
export interface TriggerOut {
  /** Whether the script has no say. */
  readonly isForced: boolean;
  /** What it is then. */
  readonly level: boolean;
  /** Whether high means closed. */
  readonly isInverted: boolean;
}

/** Charge moves because clocks move it, is collected while time passes, and comes to the video inputs. */
export class Detector implements Plant {
  /** Told when the shutter opens or closes, with the tick. */
  onShutter: (isOpen: boolean, tick: number) => void = () => {};
  readonly #ccd: Ccd;
  readonly #acquisition: Acquisition;
  readonly #video: Video;
  /** By group of phases: when the clock that moved last is where it goes, and whether another one moved before that. */
  readonly #arrived: number[] = [0, 0, 0];
  readonly #isTorn: boolean[] = [];
  #tick = 0;
  #isIntegrating = false;
  #isOpen = false;
  #trigger: TriggerOut = { isForced: false, level: false, isInverted: false };

  /** Wires it. */
  constructor(ccd: Ccd, acquisition: Acquisition, video: Video) {
    this.#ccd = ccd;
    this.#acquisition = acquisition;
    this.#video = video;
  }

  /** Whether the shutter is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  happen(effect: Effect, tick: number): void {
    if (effect.pixel) this.#acquisition.pixel(tick, effect.control);
    if ((effect.changed & INT) !== 0) {
      this.#isIntegrating = (effect.control & INT) !== 0;
      this.#move(tick);
    }
    if (this.#video.isPowered) this.#clock(effect, tick);
    for (const { channel, volts, ticks } of effect.slopes) {
      this.#acquisition.slope(channel, -volts, tick, ticks);
    }
  }

  restart(tick: number): void {
    this.#isIntegrating = false;
    this.#move(tick);
  }

  /** Collects charge up to a tick. */
  advance(tick: number): void {
    if (tick <= this.#tick) return;
    this.#ccd.integrate((tick - this.#tick) / TICKS_PER_SECOND, this.#isOpen);
    this.#tick = tick;
  }

  /** Other surroundings from a tick on. */
  surround(surroundings: Surroundings, tick: number): void {
    this.advance(tick);
    this.#ccd.surroundings = surroundings;
  }

  /** Sets up the trigger output. */
  setTrigger(trigger: TriggerOut, tick: number): void {
    this.#trigger = trigger;
    this.#move(tick);
  }

  /** Gives the detector its voltages or takes them away: what charge it had is gone. */
  setPower(isOn: boolean, tick: number): void {
    if (isOn === this.#video.isPowered) return;
    this.advance(tick);
    this.#video.isPowered = isOn;
    this.#ccd.clear();
  }

  #move(tick: number): void {
    const { isForced, level, isInverted } = this.#trigger;
    const isOpen = (isForced ? level : this.#isIntegrating) !== isInverted;
    if (isOpen === this.#isOpen) return;
    this.advance(tick);
    this.#isOpen = isOpen;
    this.onShutter(isOpen, tick);
  }

  #clock({ swings, parallel, serial, reset, well }: Effect, tick: number): void {
    const ccd = this.#ccd;
    for (let group = 0; group < swings.length; group++) {
      if (swings[group] === 0) continue;
      if (tick < this.#arrived[group]!) this.#isTorn[group] = true;
      this.#arrived[group] = tick + swings[group]!;
    }
    for (let half = 0; half < parallel.length; half++) {
      if (parallel[half] === 0 || this.#stays(half)) continue;
      this.advance(tick);
      ccd.shiftRows(half, parallel[half]!);
    }
    if (reset !== undefined && ccd.setReset(reset)) this.#step(tick);
    if (serial !== 0 && !this.#stays(parallel.length) && ccd.shiftRegisters(serial)) this.#step(tick);
    if (well !== undefined && ccd.setWell(well)) this.#step(tick);
  }

  /** Whether a group's charge stays where it is: a clock turned round before it had arrived, since the last pixel's edge. */
  #stays(group: number): boolean {
    const isTorn = this.#isTorn[group] ?? false;
    this.#isTorn[group] = false;
    return isTorn;
  }

  #step(tick: number): void {
    const { amplifiers } = this.#video;
    for (let index = 0; index < amplifiers.length; index++) {
      const size = this.#ccd.steps[index]!;
      if (size !== 0) this.#acquisition.step(amplifiers[index]!.channel, size, tick);
    }
  }
}
