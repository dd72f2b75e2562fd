/** The controller's outputs as its states move them, and what follows for the detector. @module */
import { PIXEL, type State } from "./states.ts";
import type { Output, Wiring } from "./wiring.ts";

/** A driver output that moves, where that is seen on a video channel. */
export interface Slope {
  /** The video channel, from 1. */
  readonly channel: number;
  /** By how much the channel's input moves, V. */
  readonly volts: number;
  /** How long it takes, ticks. */
  readonly ticks: number;
}

/** What happens beyond the outputs themselves when a state follows another. */
export interface Effect {
  /** The control bits. */
  readonly control: number;
  /** The control bits that changed. */
  readonly changed: number;
  /** Whether a pixel begins. */
  readonly pixel: boolean;
  /** How long the clocks of each group of phases move, ticks; 0 for those that do not. */
  readonly swings: readonly number[];
  /** Rows that each half moves towards its register (negative: away from it). */
  readonly parallel: readonly number[];
  /** Pixels that the registers move towards their amplifiers. */
  readonly serial: number;
  /** Whether the reset gate is high, where it changed. */
  readonly reset?: boolean;
  /** Whether the summing well is high, where it changed. */
  readonly well?: boolean;
  /** Slopes on video channels. */
  readonly slopes: readonly Slope[];
}

/** All that outputs have in common with what they were, in one place: it is one of a few dozen. */
interface Setting {
  readonly control: number;
  readonly levels: ReadonlyMap<Output, number>;
  /** Where the charge of each group of phases sits, in sixths of a pixel. */
  readonly positions: readonly number[];
  /** Slots whose inputs are clamped. */
  readonly clamps: ReadonlySet<number>;
  /** Slots whose inputs have been clamped since the start. */
  readonly clamped: ReadonlySet<number>;
}

const UNKNOWN = -1;

/**
 * The outputs, as a table from one setting of all of them and a state to the next: a script goes through the same few
 * dozen settings again and again, and each step is one look into the table.
 */
export class Outputs {
  /** Number of the setting. */
  setting = 0;
  /** What happened at the steps so far that had an effect, by number; 0 is none. */
  readonly effects: (Effect | undefined)[] = [undefined];
  /** The setting after a state: `next[setting * states + state]`, or -1 where that is not known yet. */
  next: Int32Array;
  /** The effect of a state: `effect[setting * states + state]`. */
  effect: Int32Array;
  readonly #states: readonly State[];
  readonly #wiring: Wiring;
  readonly #groups: readonly (readonly [Output, Output, Output])[];
  readonly #wired: ReadonlySet<Output>;
  readonly #settings: Setting[] = [];
  readonly #numbers = new Map<string, number>();

  /** Everything is 0. */
  constructor(states: readonly State[], wiring: Wiring) {
    this.#states = states;
    this.#wiring = wiring;
    this.#groups = wiring.parallel.length > 0 ? [...wiring.parallel, wiring.serial] : [];
    this.#wired = new Set([
      ...this.#groups.flat(),
      ...this.#groups.length > 0 ? [wiring.summingWell, wiring.resetGate] : [],
      ...wiring.loops.map(({ output }) => output),
    ]);
    this.next = new Int32Array(0);
    this.effect = new Int32Array(0);
    this.#number({
      control: 0,
      levels: new Map(),
      positions: this.#groups.map(() => 0),
      clamps: new Set(),
      clamped: new Set(),
    });
  }

  /** How many states there are. */
  get states(): number {
    return this.#states.length;
  }

  /** The control bits. */
  get control(): number {
    return this.#settings[this.setting]!.control;
  }

  /** Whether the inputs of a slot have been clamped since the start. */
  isClamped(slot: number): boolean {
    return this.#settings[this.setting]!.clamped.has(slot);
  }

  /** Works out a step that the table does not have yet. */
  learn(setting: number, state: number): void {
    const before = this.#settings[setting]!;
    const after = this.#after(before, this.#states[state]!);
    const effect = this.#effectOf(before, after, this.#states[state]!);
    const number = this.#number(after); // which may make the tables grow
    const index = setting * this.#states.length + state;
    this.next[index] = number;
    if (effect) this.effect[index] = this.effects.push(effect) - 1;
  }

  #after(before: Setting, state: State): Setting {
    const levels = new Map(before.levels);
    for (const { slot, channel, level } of state.drivers) {
      const output = `${slot}/${channel}`;
      if (this.#wired.has(output)) levels.set(output, level);
    }
    const clamps = new Set(before.clamps);
    const clamped = new Set(before.clamped);
    for (const [slot, on] of state.clamps) {
      if (on) clamped.add(slot);
      if (on) clamps.add(slot);
      else clamps.delete(slot);
    }
    return {
      control: (before.control & ~state.controlMask) | state.control,
      levels,
      positions: this.#groups.map((group, index) =>
        positionOf(group.map((output) => this.#isHigh(levels, output)), before.positions[index]!)
      ),
      clamps,
      clamped,
    };
  }

  #effectOf(before: Setting, after: Setting, state: State): Effect | undefined {
    const changed = before.control ^ after.control;
    const shifts = after.positions.map((position, index) => shiftOf(before.positions[index]!, position));
    const serial = shifts.pop() ?? 0;
    const { loops, resetGate, summingWell } = this.#wiring;
    const gate = (output: Output) => {
      const is = this.#isHigh(after.levels, output);
      return this.#isHigh(before.levels, output) === is ? undefined : is;
    };
    const reset = gate(resetGate);
    const well = gate(summingWell);
    const slopes = loops.flatMap(({ output, channel, coupling }): Slope[] => {
      const volts = (after.levels.get(output) ?? 0) - (before.levels.get(output) ?? 0);
      if (volts === 0) return [];
      return [{ channel, volts: volts * coupling, ticks: this.#swing(before, state, output) }];
    });
    const swings = this.#groups.map((group) =>
      Math.max(...group.map((output) => this.#swing(before, state, output)))
    );
    const isNothing = swings.every((swing) => swing === 0) && changed === 0 && serial === 0 &&
      shifts.every((shift) => shift === 0) &&
      reset === undefined && well === undefined && slopes.length === 0;
    return isNothing ? undefined : {
      control: after.control,
      changed,
      swings,
      pixel: (changed & after.control & PIXEL) !== 0,
      parallel: shifts,
      serial,
      ...(reset !== undefined && { reset }),
      ...(well !== undefined && { well }),
      slopes,
    };
  }

  /** How long an output takes to where a state sends it, ticks of 10 ns. */
  #swing(before: Setting, state: State, output: Output): number {
    const change = state.drivers.find(({ slot, channel }) => `${slot}/${channel}` === output);
    if (!change) return 0;
    return 100 * Math.abs(change.level - (before.levels.get(output) ?? 0)) / change.slew;
  }

  #isHigh(levels: ReadonlyMap<Output, number>, output: Output): boolean {
    return (levels.get(output) ?? 0) > this.#wiring.threshold;
  }

  #number(setting: Setting): number {
    const key = JSON.stringify([
      setting.control,
      [...setting.levels].sort(([a], [b]) => a < b ? -1 : 1),
      setting.positions,
      [...setting.clamps].sort(),
      [...setting.clamped].sort(),
    ]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#settings.push(setting) - 1;
    this.#numbers.set(key, number);
    const needed = (number + 1) * this.#states.length;
    if (needed > this.next.length) {
      const next = new Int32Array(2 * needed).fill(UNKNOWN);
      next.set(this.next);
      this.next = next;
      const effect = new Int32Array(2 * needed);
      effect.set(this.effect);
      this.effect = effect;
    }
    return number;
  }
}

/**
 * Where charge sits under three phases of which some are high, in sixths of a pixel. With none or all high it has no
 * place of its own and stays where it was.
 */
function positionOf([a, b, c]: readonly boolean[], before: number): number {
  const high = Number(a) + Number(b) + Number(c);
  if (high === 1) return a ? 0 : b ? 2 : 4;
  if (high === 2) return c ? b ? 3 : 5 : 1;
  return before;
}

/** Whether charge that goes the shorter way goes over a pixel's edge, and in which direction. */
function shiftOf(from: number, to: number): number {
  const way = (to - from + 9) % 6 - 3;
  if (way > 0 && to < from) return 1;
  return way < 0 && way > -3 && to > from ? -1 : 0;
}
