/** The timing core: it executes the script, in ticks of 10 ns. @module */
import type { Effect, Outputs } from "./outputs.ts";
import type { Parameters } from "./parameters.ts";
import type { Count, Instruction } from "./script.ts";

/** What the outputs are wired to. */
export interface Plant {
  /** Something happens at a tick. */
  happen(effect: Effect, tick: number): void;
  /** At a tick all outputs are 0, whatever they were. */
  restart(tick: number): void;
}

/** Fields of an instruction in the code. */
const STATE = 0, HELD = 1, HOLD = 2, JUMP = 3, TARGET = 4, COUNT = 5, IF = 6, NOT = 7, CHANGED = 8, BY = 9;
const FIELDS = 10;
const GOTO = 1, CALL = 2, RETURN = 3;

const STACK = 16;
const LARGEST = 2 ** 20 - 1;

/** What a core was like when it came to the start of a loop. */
interface Visit {
  tick: number;
  effects: number;
  changes: number;
  setting: number;
  depth: number;
  /** All calls, where nothing had happened since the visit before; otherwise it was not worth the while. */
  readonly counts: Int32Array;
  readonly returns: Int32Array;
  hasCalls: boolean;
}

/**
 * Runs a script. A state that is held and a loop in which nothing changes cost nothing, however long they take: the result
 * is that of doing every tick.
 */
export class Core {
  /** The tick at which the next instruction begins. */
  tick: number;
  /** Whether it is held: the outputs have the script's first state. */
  isHeld = true;
  readonly #code: Int32Array;
  readonly #outputs: Outputs;
  readonly #parameters: Parameters;
  readonly #plant: Plant;
  readonly #fault: (reason: string) => void;
  readonly #lines: readonly number[];
  readonly #returns = new Int32Array(STACK);
  readonly #counts = new Int32Array(STACK);
  readonly #visits: (Visit | undefined)[] = [];
  #depth = 0;
  #pc = 0;
  #effects = 0;
  #changes = 0;

  /**
   * Makes a core that is held.
   *
   * @param program The instructions.
   * @param parameters Its parameters.
   * @param outputs The outputs.
   * @param plant What they are wired to.
   * @param tick The tick of this moment.
   * @param fault Is told why the core stopped.
   */
  constructor(
    program: readonly Instruction[],
    parameters: Parameters,
    outputs: Outputs,
    plant: Plant,
    tick: number,
    fault: (reason: string) => void,
  ) {
    this.#code = encoded(program);
    this.#lines = program.map(({ line }) => line);
    this.#parameters = parameters;
    this.#outputs = outputs;
    this.#plant = plant;
    this.tick = tick;
    this.#fault = fault;
    this.hold(tick);
  }

  /** Holds it. */
  hold(tick: number): void {
    this.isHeld = true;
    this.tick = Math.max(tick, 0);
    if (this.#code.length > 0) this.#output(this.#code[STATE]!, this.tick);
  }

  /** Starts it at its first line. */
  release(tick: number): void {
    this.isHeld = false;
    this.tick = tick;
    this.#pc = 0;
    this.#depth = 0;
    this.#visits.length = 0;
  }

  /** Runs until the next instruction would begin at this tick or later. */
  run(until: number): void {
    if (this.isHeld || this.#code.length === 0) {
      this.tick = Math.max(this.tick, until);
      return;
    }
    const code = this.#code;
    const { values } = this.#parameters;
    while (this.tick < until) {
      const at = this.#pc * FIELDS;
      this.#output(code[at + STATE]!, this.tick);
      this.tick++;
      if (code[at + HELD]! >= 0) {
        const count = code[at + HOLD]!;
        const ticks = count >= 0 ? count : values[~count]!;
        if (ticks > 0) {
          this.#output(code[at + HELD]!, this.tick);
          this.tick += ticks;
        }
      }
      if (code[at + CHANGED]! >= 0) this.#change(code[at + CHANGED]!, code[at + BY]!);
      const jump = code[at + JUMP]!;
      if (jump === 0) this.#next();
      else if (jump === RETURN) this.#return(code[at + TARGET]!, until);
      else {
        const parameter = code[at + IF]!;
        const isTaken = parameter < 0 || (values[parameter]! === 0) === (code[at + NOT] === 1);
        if (!isTaken) this.#next();
        else if (jump === GOTO) this.#goto(code[at + TARGET]!, until);
        else this.#call(code[at + TARGET]!, code[at + COUNT]!);
        if (this.isHeld) break;
      }
    }
    this.tick = Math.max(this.tick, until);
  }

  #output(state: number, tick: number): void {
    const outputs = this.#outputs;
    let index = outputs.setting * outputs.states + state;
    if (outputs.next[index]! < 0) {
      outputs.learn(outputs.setting, state);
      index = outputs.setting * outputs.states + state;
    }
    const effect = outputs.effect[index]!;
    outputs.setting = outputs.next[index]!;
    if (effect === 0) return;
    this.#effects++;
    this.#plant.happen(outputs.effects[effect]!, tick);
  }

  #change(parameter: number, by: number): void {
    const { values } = this.#parameters;
    const value = values[parameter]! + by;
    if (value < 0 || value > LARGEST) return;
    values[parameter] = value;
    this.#changes++;
  }

  /** Behind the last line comes the first one (an assumption). */
  #next(): void {
    this.#pc++;
    if (this.#pc * FIELDS === this.#code.length) this.#pc = 0;
  }

  #goto(target: number, until: number): void {
    const isLoop = target <= this.#pc;
    this.#pc = target;
    if (isLoop) this.#visit(target, until);
  }

  #call(target: number, count: number): void {
    const times = count >= 0 ? count : this.#parameters.values[~count]!;
    const from = this.#pc;
    this.#next();
    if (times === 0) return;
    if (this.#depth === STACK) {
      this.#fault(`Timing script, line ${this.#lines[from]}: more than ${STACK} calls in each other`);
      this.hold(this.tick);
      return;
    }
    this.#returns[this.#depth] = this.#pc;
    this.#counts[this.#depth] = times;
    this.#depth++;
    this.#pc = target;
  }

  /** Without a call it goes on with the next line (an assumption). */
  #return(target: number, until: number): void {
    const top = this.#depth - 1;
    if (top < 0) {
      this.#next();
    } else if (--this.#counts[top]! > 0) {
      this.#pc = target;
      this.#visit(target, until);
    } else {
      this.#depth = top;
      this.#pc = this.#returns[top]!;
    }
  }

  /**
   * The start of a loop is reached again. If the core is as it was the last time, and nothing happened in between, it will
   * be so at the end of every further round: as many of them as have time are left out. A count of the innermost call that
   * went down by one in the round goes down by one in each that is left out.
   */
  #visit(target: number, until: number): void {
    const changes = this.#changes + this.#parameters.version * LARGEST;
    const { setting } = this.#outputs;
    let visit = this.#visits[target];
    if (!visit) {
      visit = {
        tick: 0,
        effects: -1,
        changes: 0,
        setting: 0,
        depth: 0,
        counts: new Int32Array(STACK),
        returns: new Int32Array(STACK),
        hasCalls: false,
      };
      this.#visits[target] = visit;
    }
    const isQuiet = visit.effects === this.#effects;
    if (isQuiet) {
      const top = this.#depth - 1;
      const isAlike = visit.changes === changes && visit.setting === setting && visit.depth === this.#depth;
      if (isAlike && visit.hasCalls) {
        let isSame = true;
        for (let i = 0; i <= top; i++) {
          if (visit.returns[i] !== this.#returns[i]) isSame = false;
          if (i < top && visit.counts[i] !== this.#counts[i]) isSame = false;
        }
        const used = top < 0 ? 0 : visit.counts[top]! - this.#counts[top]!;
        if (isSame && (used === 0 || used === 1)) {
          const period = this.tick - visit.tick;
          let rounds = Math.floor((until - this.tick) / period);
          if (used === 1) rounds = Math.min(rounds, this.#counts[top]! - 1);
          if (rounds > 0) {
            this.tick += rounds * period;
            if (used === 1) this.#counts[top]! -= rounds;
          }
        }
      }
      for (let i = 0; i < this.#depth; i++) {
        visit.counts[i] = this.#counts[i]!;
        visit.returns[i] = this.#returns[i]!;
      }
    }
    visit.hasCalls = isQuiet;
    visit.tick = this.tick;
    visit.effects = this.#effects;
    visit.changes = changes;
    visit.setting = setting;
    visit.depth = this.#depth;
  }
}

function encoded(program: readonly Instruction[]): Int32Array {
  const code = new Int32Array(program.length * FIELDS);
  program.forEach(({ state, hold, jump, change }, index) => {
    const at = index * FIELDS;
    code[at + STATE] = state;
    code[at + HELD] = hold?.state ?? -1;
    code[at + HOLD] = numberOf(hold?.ticks);
    code[at + JUMP] = jump ? { goto: GOTO, call: CALL, return: RETURN }[jump.kind] : 0;
    code[at + TARGET] = jump?.target ?? 0;
    code[at + COUNT] = numberOf(jump?.count);
    code[at + IF] = jump?.condition?.parameter ?? -1;
    code[at + NOT] = jump?.condition?.isNot ? 1 : 0;
    code[at + CHANGED] = change?.parameter ?? -1;
    code[at + BY] = change?.by ?? 0;
  });
  return code;
}

/** A parameter is told from a number by its sign. */
function numberOf(count: Count | undefined): number {
  if (!count) return 0;
  return "number" in count ? count.number : ~count.parameter;
}
