import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type CommandLine, helpOf, parseCommandLine, UsageError } from "../../lib/cli/mod.ts";

const COOLDOWN = {
  program: "deno task cooldown",
  description: "Cools the detector down.",
  options: {
    target: { type: "number", short: "t", description: "Target", min: -200, max: 50, default: 20 },
    port: { type: "integer", short: "p", description: "Port", min: 0, max: 65535 },
    name: { type: "text", short: "n", description: "Name" },
    debug: { type: "switch", short: "D", description: "Tell every detail" },
  },
  operands: { placeholder: "DEVICE", description: "Device to cool", max: 2 },
  examples: [["--target -100", "Cool to -100 degC"]],
} as const satisfies CommandLine;

const parse = (...args: string[]) => parseCommandLine(COOLDOWN, args);

Deno.test("parseCommandLine() takes negative numbers as typed, long, short and attached", () => {
  for (const args of [["--target", "-100"], ["--target=-100"], ["-t", "-100"]]) {
    assertEquals(parse(...args).options.target, -100);
  }
});

Deno.test("parseCommandLine() gives defaults, switches and operands their types", () => {
  assertEquals(parse("cryocon", "-D", "-p7024", "7").options, {
    target: 20,
    port: 7024,
    name: undefined,
    debug: true,
  });
  assertEquals(parse("cryocon", "7").operands, ["cryocon", "7"]);
});

Deno.test("parseCommandLine() keeps words that look like numbers as they are", () => {
  assertEquals(parse("--name", "007").options.name, "007");
});

Deno.test("parseCommandLine() suggests the option that was meant", () => {
  const error = assertThrows(() => parse("--prot", "1"), UsageError);
  assertStringIncludes(error.message, "did you mean");
  assertStringIncludes(error.message, "--port");
});

Deno.test("parseCommandLine() refuses what is out of range, no number, missing, doubled or too much", () => {
  const refused: [string[], string][] = [
    [["--target", "-300"], 'expected a number from -200 to 50, got "-300"'],
    [["--port", "7.5"], "expected a whole number from 0 to 65535"],
    [["--port", "seven"], 'got "seven"'],
    [["--target", ""], "needs a value"],
    [["--name"], "needs a value"],
    [["-n", "a", "--name", "b"], "given 2 times"],
    [["a", "b", "c"], 'Unexpected argument "c"'],
  ];
  for (const [args, message] of refused) assertThrows(() => parse(...args), UsageError, message);
});

Deno.test("parseCommandLine() refuses a missing operand, but not together with --help", () => {
  const line = { ...COOLDOWN, operands: { placeholder: "NAME", description: "Who", min: 1 } };
  assertThrows(() => parseCommandLine(line, []), UsageError, "NAME is missing");
  assertEquals(parseCommandLine(line, ["--help"]).help, true);
});

Deno.test("helpOf() shows usage, every option with its default, and the examples", () => {
  const help = helpOf(COOLDOWN);
  for (
    const part of [
      "Usage: deno task cooldown [options] [DEVICE ...]",
      "-t, --target TARGET",
      "(default 20)",
      "-D, --debug",
      "-h, --help",
      "deno task cooldown --target -100",
    ]
  ) assertStringIncludes(help, part);
});
