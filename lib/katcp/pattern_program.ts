/** What a pattern comes to: steps that are followed all at once. @module */
import { PeerProtocolError } from "../errors.ts";

/** Longest pattern, and most steps it may come to. */
export const LIMIT = 400;
/** How many steps may be followed for all names together: some 100 ms of work. */
const MOST_WORK = 5_000_000;

/** Goes on at each of these steps. */
export interface Split {
  /** Which kind of step it is. */
  readonly op: "split";
  /** Where it goes on. */
  to: readonly number[];
}

/** One step of a program. */
export type Step =
  /** Takes one character. */
  | { readonly op: "take"; readonly test: (character: string) => boolean }
  /** Goes on here if the place between two characters is right. */
  | { readonly op: "check"; readonly test: (before: string, after: string) => boolean }
  | Split
  /** Has found what was looked for. */
  | { readonly op: "done" };

/** A part of a pattern: adds its steps to a program. */
export type Part = (program: Step[]) => void;

/** Looks for something in names, following all ways through a program at once, so that none is tried twice at a place. */
export class Matcher {
  readonly #program: readonly Step[];
  #work = 0;

  /** Makes one for a program. */
  constructor(program: readonly Step[]) {
    this.#program = program;
  }

  /**
   * Whether it is found in a name.
   *
   * @throws {PeerProtocolError} If that is too much work, with that for the names before.
   */
  matches(name: string): boolean {
    let states = new Set<number>();
    for (let at = 0; at <= name.length; at++) {
      const before = name.charAt(at - 1);
      const character = name.charAt(at);
      states.add(0);
      const next = new Set<number>();
      for (const state of states) { // a set hands out what is added while it is gone through
        const step = this.#program[state]!;
        if (step.op === "done") return true;
        if (step.op === "split") { for (const to of step.to) states.add(to); }
        else if (step.op === "check") { if (step.test(before, character)) states.add(state + 1); }
        else if (character !== "" && step.test(character)) next.add(state + 1);
      }
      this.#work += states.size;
      if (this.#work > MOST_WORK) throw refused("it takes too long");
      states = next;
    }
    return false;
  }
}

/** Takes one character that passes the test. */
export function take(test: (character: string) => boolean): Part {
  return (program) => add(program, { op: "take", test });
}

/** Goes on where the test of the characters before and after passes. */
export function check(test: (before: string, after: string) => boolean): Part {
  return (program) => add(program, { op: "check", test });
}

/** One or the other. */
export function either(first: Part, second: Part): Part {
  return (program) => {
    const split = addSplit(program);
    first(program);
    const jump = addSplit(program);
    split.to = [...split.to, program.length];
    second(program);
    jump.to = [program.length];
  };
}

/** The same so many times. */
export function repeat(part: Part, min: number, max: number): Part {
  return (program) => {
    for (let turn = 0; turn < min; turn++) part(program);
    if (max === Infinity) {
      const start = program.length;
      const split = addSplit(program);
      part(program);
      addSplit(program).to = [start];
      split.to = [...split.to, program.length];
      return;
    }
    const splits: Split[] = [];
    for (let turn = min; turn < max; turn++) {
      splits.push(addSplit(program));
      part(program);
    }
    for (const split of splits) split.to = [...split.to, program.length];
  };
}

/** Goes on at the next step, until it is told where else. */
function addSplit(program: Step[]): Split {
  const split: Split = { op: "split", to: [program.length + 1] };
  add(program, split);
  return split;
}

function add(program: Step[], step: Step): void {
  if (program.length >= LIMIT) throw refused(`it comes to more than ${LIMIT} steps`);
  program.push(step);
}

/** The error for a pattern that is not used. */
export function refused(why: string): PeerProtocolError {
  return new PeerProtocolError(`Cannot use the pattern: ${why}`);
}
