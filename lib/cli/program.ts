/** What every program does at its start: read the command line, help, and say what is wrong on one line. @module */
import { DewarError } from "../errors.ts";
import type { CommandLine } from "./command_line.ts";
import { helpOf } from "./help.ts";
import { parseCommandLine, type Parsed, UsageError } from "./parse.ts";

/**
 * Runs a program: prints the help when asked; otherwise reads the command line and calls `main`.
 *
 * What is wrong with the command line goes to stderr with exit status 2, an error of Dewar's own with 1 (without a stack:
 * it is no defect). Everything else is a defect and is thrown on.
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
    if (!(error instanceof DewarError)) throw error;
    console.error(error.message);
    if (error instanceof UsageError) console.error(`${line.program} --help shows what there is`);
    Deno.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
