/** TTL lines between the controller and others: its trigger in, its shutter and its frames out. @module */
import type { World } from "../../../lib/sim/world/mod.ts";
import type { Controller } from "./controller.ts";

/** World's nanoseconds in a tick. */
const TICK = 10;

/** The line that is high while the shutter is open. */
export const SHUTTER_LINE = "archon.shutter";
/** The line that is high while a frame is read out. */
export const FRAME_LINE = "archon.frame";

/**
 * Wires a controller to the lines of a world.
 *
 * What follows from a trigger is stamped with the trigger's stamp and the ticks in between, up to the end of the frame that
 * it started; everything else with the world's time.
 */
export class Lines implements Disposable {
  readonly #world: World;
  readonly #controller: Controller;
  readonly #following: Disposable;
  readonly #last = new Map<string, number>();
  #trigger: { readonly tick: number; readonly stamp: number } | undefined;

  /**
   * Wires it.
   *
   * @param controller The controller.
   * @param world The world.
   * @param trigger Name of the line on the trigger's input.
   */
  constructor(controller: Controller, world: World, trigger: string) {
    this.#controller = controller;
    this.#world = world;
    this.#following = world.follow(trigger, ({ level, stamp, missed }) => {
      if (missed) return;
      const tick = controller.trigger(level);
      if (level) this.#trigger = { tick, stamp };
    });
  }

  /** The shutter opens or closes. */
  shutter(isOpen: boolean, tick: number): void {
    this.#say(SHUTTER_LINE, isOpen, tick);
  }

  /** A frame begins or is complete. */
  frame(isRunning: boolean, tick: number): void {
    this.#say(FRAME_LINE, isRunning, tick);
    if (!isRunning) this.#trigger = undefined;
  }

  /** Unwires it. */
  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #say(line: string, level: boolean, tick: number): void {
    if (this.#world.level(line) === level) return;
    const { pace } = this.#controller;
    const stamp = this.#trigger
      ? this.#trigger.stamp + TICK * (tick - this.#trigger.tick)
      : this.#world.now() + TICK * (tick - pace.now());
    const ascending = Math.max(Math.round(stamp), (this.#last.get(line) ?? -Infinity) + TICK);
    this.#last.set(line, ascending);
    this.#world.edge(line, level, ascending);
  }
}
