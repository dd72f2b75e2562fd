/** The language of timing scripts. @module */
import { Refused } from "./refused.ts";

/** How often something is done: a number, or the value of a parameter when it comes to it. */
export type Count = { readonly number: number } | { readonly parameter: number };

/** Where the script goes on after an instruction, if not with the next one. */
export interface Jump {
  /** `RETURN` goes back to the label until the count of the call is used up. */
  readonly kind: "goto" | "call" | "return";
  /** The instruction the label stands for. */
  readonly target: number;
  /** How often a call is carried out. */
  readonly count?: Count;
  /** The parameter it depends on. */
  readonly condition?: { readonly parameter: number; readonly isNot: boolean };
}

/** One line of a script: a state for 10 ns, and what comes with it. */
export interface Instruction {
  /** The line of the script. */
  readonly line: number;
  /** The state. */
  readonly state: number;
  /** The state held afterwards, and for how many ticks. */
  readonly hold?: { readonly state: number; readonly ticks: Count };
  /** Where it goes on. */
  readonly jump?: Jump;
  /** A parameter that it changes by one. */
  readonly change?: { readonly parameter: number; readonly by: 1 | -1 };
}

/** The names a script may use, in capitals. */
export interface Names {
  /** States, in their order. */
  readonly states: readonly string[];
  /** Parameters, in their order. */
  readonly parameters: readonly string[];
  /** Constants. */
  readonly constants: ReadonlyMap<string, number>;
}

const INSTRUCTIONS = 2048;
const LONGEST_HOLD = 2 ** 20 - 1;

/**
 * Compiles a script.
 *
 * @param lines Its lines.
 * @param names What they may name; upper and lower case do not matter.
 * @returns The instructions.
 * @throws {Refused} For the first line that is wrong.
 */
export function compileScript(lines: readonly string[], names: Names): Instruction[] {
  const labels = new Map<string, number>();
  const code: [line: number, parts: string[]][] = [];
  lines.forEach((text, line) => {
    const bare = text.replace(/#.*/, "").trim().toUpperCase();
    const label = /^(\w+)\s*:$/.exec(bare)?.[1];
    if (label !== undefined) {
      if (labels.has(label)) throw new Refused(`Line ${line}: label ${label} is there twice`);
      labels.set(label, code.length);
    } else if (bare !== "") {
      code.push([line, bare.split(";").map((part) => part.trim()).filter((part) => part !== "")]);
    }
  });
  if (code.length > INSTRUCTIONS) throw new Refused(`The script has more than ${INSTRUCTIONS} instructions`);
  for (const [label, target] of labels) {
    // A label behind everything is that of the first line: the core goes on there.
    if (target === code.length) labels.set(label, 0);
  }
  return code.map(([line, parts]) => {
    try {
      return instruction(line, parts, labels, names);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new Refused(`Line ${line} "${lines[line]}": ${error.message}`);
    }
  });
}

function instruction(
  line: number,
  [state, ...parts]: readonly string[],
  labels: ReadonlyMap<string, number>,
  names: Names,
): Instruction {
  const found: { -readonly [K in keyof Instruction]: Instruction[K] } = {
    line,
    state: indexOf(names.states, state!, "state"),
  };
  for (const part of parts) {
    const change = /^(\w+)\s*(--|\+\+)$/.exec(part);
    const held = /^(\w+)\s*\(\s*(\w+)\s*\)$/.exec(part);
    const jump = /^(?:IF\s+(!?)\s*(\w+)\s+)?(GOTO|CALL)\s+(\w+)\s*(?:\(\s*(\w+)\s*\))?$/.exec(part);
    const back = /^RETURN\s+(\w+)$/.exec(part);
    if (change && !found.change) {
      const parameter = indexOf(names.parameters, change[1]!, "parameter");
      found.change = { parameter, by: change[2] === "--" ? -1 : 1 };
    } else if (held && !found.hold && !found.jump) {
      found.hold = { state: indexOf(names.states, held[1]!, "state"), ticks: countOf(held[2]!, names) };
    } else if (jump && !found.jump && !found.hold) {
      const [, not, condition, word, label, count] = jump;
      if (word === "GOTO" && count !== undefined) throw new Refused("GOTO takes no count");
      found.jump = {
        kind: word === "CALL" ? "call" : "goto",
        target: target(labels, label!),
        ...(condition !== undefined && {
          condition: {
            parameter: indexOf(names.parameters, condition, "parameter"),
            isNot: not === "!",
          },
        }),
        ...(word === "CALL" && { count: countOf(count ?? "1", names) }),
      };
    } else if (back && !found.jump && !found.hold) {
      found.jump = { kind: "return", target: target(labels, back[1]!) };
    } else throw new Refused(`"${part}" is not understood`);
  }
  return found;
}

function target(labels: ReadonlyMap<string, number>, label: string): number {
  const at = labels.get(label);
  if (at === undefined) throw new Refused(`there is no label ${label}`);
  return at;
}

function indexOf(known: readonly string[], name: string, what: string): number {
  const index = known.indexOf(name);
  if (index < 0) throw new Refused(`there is no ${what} ${name}`);
  return index;
}

function countOf(text: string, names: Names): Count {
  if (!/^\d+$/.test(text)) {
    const parameter = names.parameters.indexOf(text);
    if (parameter >= 0) return { parameter };
  }
  const number = /^\d+$/.test(text) ? Number(text) : names.constants.get(text);
  if (number === undefined) throw new Refused(`there is no parameter or constant ${text}`);
  if (!Number.isInteger(number) || number < 1 || number > LONGEST_HOLD) {
    throw new Refused(`${text} is not within 1 to ${LONGEST_HOLD}`);
  }
  return { number };
}
