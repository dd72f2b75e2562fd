/**
 * What every program does at its start: read the command line, help, and say what is wrong.
 *
 * The exit status is the same everywhere: 0 for done; 1 for an error in the world (a port in use, a device that does not
 * answer); 2 where somebody has to change the command line or a configuration; 70 for a defect.
 * @module
 */
import { ConfigError, DewarError } from "../errors.ts";
import type { CommandLine } from "./command_line.ts";
import { helpOf } from "./help.ts";
import { parseCommandLine, type Parsed, UsageError } from "./parse.ts";

/** What sysexits.h calls EX_SOFTWARE. */
const DEFECT = 70;

/**
 * Runs a program: prints the help when asked; otherwise reads the command line and calls `main`.
 *
 * An error of Dewar's own goes to stderr on one line, everything else is a defect and is told with its stack; the exit
 * status follows from it.
 *
 * @param line What the command line may say.
 * @param main The program; what it returns is the exit status (default 0).
 * @param args The arguments (default: those of the process).
 */
export async function runProgram<const C extends CommandLine>(
  line: C,
  main: (parsed: Parsed<C>) => Promise<number | void>,
  args: readonly string[] = Deno.args,
): Promise<void> {
  try {
    const parsed = parseCommandLine(line, args);
    if (parsed.help) console.log(helpOf(line));
    else Deno.exitCode = await main(parsed) ?? 0;
  } catch (error) {
    fail(error);
    if (error instanceof UsageError) console.error(`${line.program} --help shows what there is`);
  }
}

/**
 * Says why a program ends and sets its exit status; a defect ends it at once.
 *
 * @param error What it failed with.
 */
export function fail(error: unknown): void {
  if (!(error instanceof DewarError)) {
    console.error(error);
    Deno.exit(DEFECT);
  }
  console.error(error.message);
  Deno.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
