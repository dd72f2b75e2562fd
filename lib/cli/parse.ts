/** Reading a command line by its description. @module */
import { parseArgs } from "@std/cli";
import { suggestion } from "../device/nearest.ts";
import { DewarError } from "../errors.ts";
import type { CommandLine, NumberOption, Option, OptionValues } from "./command_line.ts";

/** A command line says what the program does not understand; the message names the argument and what was expected. */
export class UsageError extends DewarError {}

/** A command line that has been read. */
export interface Parsed<C extends CommandLine> {
  /** Whether `--help` was asked for; then nothing else was checked for completeness. */
  readonly help: boolean;
  /** The options. */
  readonly options: OptionValues<C>;
  /** The words that are not options. */
  readonly operands: readonly string[];
}

const NEGATIVE = /^-(?:\d|\.\d)/;

/**
 * Reads the arguments of a program.
 *
 * @param line What may be said.
 * @param args The arguments, `Deno.args`.
 * @returns Options and operands, checked.
 * @throws {UsageError} For an unknown option (with a suggestion), a missing, unreadable or out-of-range value, an option
 * given twice, too few or too many operands.
 *
 * @example Usage
 * ```ts ignore
 * const { options } = parseCommandLine(cooldown, ["--target", "-100"]);
 * options.target; // -100
 * ```
 */
export function parseCommandLine<const C extends CommandLine>(line: C, args: readonly string[]): Parsed<C> {
  const table: Readonly<Record<string, Option>> = {
    ...line.options,
    help: { type: "switch", short: "h", description: "Show this text" },
  };
  const names = Object.keys(table);
  const switches = names.filter((name) => table[name]!.type === "switch");
  const valued = names.filter((name) => table[name]!.type !== "switch");
  const said = parseArgs(attachNegatives(table, args), {
    boolean: switches,
    string: [...valued, "_"],
    collect: valued,
    alias: Object.fromEntries(
      names.flatMap((name) => table[name]!.short ? [[name, table[name]!.short]] : []),
    ),
    unknown(arg, key) {
      if (key === undefined) return true;
      throw new UsageError(
        `Unknown option ${arg}${suggestion(`--${key}`, names.map((name) => `--${name}`))}`,
      );
    },
  });
  const values = names.map((name): [string, unknown] => {
    const option = table[name]!;
    if (option.type === "switch") return [name, said[name] === true];
    const given = said[name] as string[];
    if (given.length > 1) throw new UsageError(`--${name} is given ${given.length} times; expected once`);
    return [name, given[0] === undefined ? option.default : valueOf(name, option, given[0])];
  });
  const { help, ...options } = Object.fromEntries(values);
  const operands = said._.map(String);
  if (!help) checkOperands(line, operands);
  return { help: help === true, options: options as OptionValues<C>, operands };
}

/** Ties `--target -100` to `--target=-100`: by itself `-100` would be taken for options. */
function attachNegatives(table: Readonly<Record<string, Option>>, args: readonly string[]): string[] {
  const numeric = new Set(
    Object.entries(table).filter(([, { type }]) => type === "number" || type === "integer")
      .flatMap(([name, { short }]) => short ? [`--${name}`, `-${short}`] : [`--${name}`]),
  );
  const attached: string[] = [];
  for (const arg of args) {
    const before = attached.at(-1);
    if (before !== undefined && numeric.has(before) && NEGATIVE.test(arg)) {
      attached.splice(-1, 1, `${before}=${arg}`);
    } else attached.push(arg);
  }
  return attached;
}

function valueOf(name: string, option: Exclude<Option, { type: "switch" }>, text: string): string | number {
  if (text === "") throw new UsageError(`--${name} needs a value: ${option.description}`);
  if (option.type === "text") return text;
  const value = Number(text);
  const { min = -Infinity, max = Infinity } = option;
  const isRight = option.type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (isRight && value >= min && value <= max) return value;
  throw new UsageError(`--${name}: expected ${kindOf(option)}, got ${JSON.stringify(text)}`);
}

function kindOf({ type, min, max }: NumberOption): string {
  const kind = type === "integer" ? "a whole number" : "a number";
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind} of at least ${min}`;
  return max !== undefined ? `${kind} of at most ${max}` : kind;
}

function checkOperands({ operands }: CommandLine, given: readonly string[]): void {
  const { min = 0, max = Infinity, placeholder = "" } = operands ?? { max: 0 };
  if (given.length > max) throw new UsageError(`Unexpected argument ${JSON.stringify(given[max])}`);
  if (given.length < min) throw new UsageError(`${placeholder} is missing: ${operands!.description}`);
}
