/** The text of `--help`, from the same description that reads the command line. @module */
import type { CommandLine, Option } from "./command_line.ts";

const WIDTH = 100;

/**
 * Writes the help of a program: usage, options with their defaults, examples.
 *
 * @param line What the command line may say.
 * @returns The text, several lines, without a line break at its end.
 */
export function helpOf(line: CommandLine): string {
  const { program, description, operands, examples } = line;
  const options = Object.entries<Option>({
    ...line.options,
    help: { type: "switch", short: "h", description: "Show this text" },
  });
  const left = options.map(([name, option]) => leftOf(name, option));
  const column = Math.max(...left.map((text) => text.length), operands?.placeholder.length ?? 0) + 4;
  const row = (head: string, text: string) => wrap(`  ${head}`.padEnd(column), text);
  return [
    `Usage: ${program} [options]${operands ? ` ${usageOf(operands)}` : ""}`,
    "",
    ...wrap("", description),
    "",
    ...operands ? [...row(operands.placeholder, operands.description), ""] : [],
    "Options:",
    ...options.flatMap(([, option], index) => row(left[index]!, rightOf(option))),
    ...examples.length > 0 ? ["", "Examples:"] : [],
    ...examples.flatMap(([typed, effect]) => [`  ${program} ${typed}`.trimEnd(), `      ${effect}`]),
  ].join("\n");
}

function usageOf({ placeholder, min = 0, max = Infinity }: NonNullable<CommandLine["operands"]>): string {
  const words = max > 1 ? `${placeholder} ...` : placeholder;
  return min > 0 ? words : `[${words}]`;
}

function leftOf(name: string, option: Option): string {
  const short = option.short ? `-${option.short}, ` : "    ";
  return option.type === "switch"
    ? `${short}--${name}`
    : `${short}--${name} ${option.placeholder ?? name.toUpperCase()}`;
}

function rightOf(option: Option): string {
  if (option.type === "switch" || option.default === undefined) return option.description;
  return `${option.description} (default ${option.default})`;
}

function wrap(head: string, text: string): string[] {
  const lines = [head];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    const isEmpty = last.length <= head.length;
    if (!isEmpty && last.length + 1 + word.length > WIDTH) lines.push(" ".repeat(head.length) + word);
    else lines.splice(-1, 1, isEmpty ? last + word : `${last} ${word}`);
  }
  return lines;
}
