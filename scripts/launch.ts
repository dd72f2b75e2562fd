/** Starts a script by its name, with the permissions that its command line calls for and no others. */
import { type CommandLine, launch, type Needs, type Parsed, runProgram } from "../lib/cli/mod.ts";

/** What a script exports that is started this way. */
interface Script {
  readonly commandLine: CommandLine;
  needs(parsed: Parsed<CommandLine>): Needs | Promise<Needs>;
}

const [name, ...args] = Deno.args;
const file = new URL(`./${name}.ts`, import.meta.url);
const { commandLine, needs }: Script = await import(file.href);
await runProgram(commandLine, async (parsed) => await launch(file.href, await needs(parsed), args), args);
