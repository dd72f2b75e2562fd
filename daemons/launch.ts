/**
 * Starts a daemon or a simulator by its name, with the permissions that its command line calls for and no others.
 * @module
 */
import {
  type CommandLine,
  type Needs,
  type OptionValues,
  outlive,
  parseCommandLine,
  permissionsFor,
  UsageError,
} from "../lib/cli/mod.ts";
import type { DaemonProgram } from "../lib/daemon/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { ConfigError, DewarError } from "../lib/errors.ts";
import { formatAddress } from "../lib/net/mod.ts";

/** What can be started: a program in each folder that has such a file. */
type Kind = "daemon" | "simulator";

/** What a simulator's file exports. */
interface SimulatorCommandLine extends CommandLine {
  readonly options: CommandLine["options"] & {
    readonly host: { readonly type: "text"; readonly description: string; readonly default: string };
    readonly port: { readonly type: "integer"; readonly description: string; readonly default: number };
  };
}

/** A program as the launcher knows it. */
interface Program {
  readonly description: string;
  needs(args: readonly string[]): Needs | Promise<Needs>;
}

/** Where a daemon keeps its state file unless it is told otherwise. */
const STATE = "data/state";
const HERE = import.meta.dirname!;

function pathOf(kind: Kind, name: string): string {
  return `${HERE}/${name}/${kind}.ts`;
}

async function namesOf(kind: Kind): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(HERE)) {
    if (!isDirectory) continue;
    for await (const file of Deno.readDir(`${HERE}/${name}`)) {
      if (file.name === `${kind}.ts`) names.push(name);
    }
  }
  return names.sort();
}

async function load(kind: Kind, name: string): Promise<Program> {
  const wanted = kind === "daemon" ? "daemon" : "commandLine";
  const exported = (await import(new URL(`./${name}/${kind}.ts`, import.meta.url).href))[wanted];
  if (exported === undefined) throw new ConfigError(`${pathOf(kind, name)} exports no ${wanted}`);
  if (kind === "daemon") return exported as DaemonProgram;
  const commandLine = exported as SimulatorCommandLine;
  return { description: commandLine.description, needs: (args) => needsOfSimulator(commandLine, args) };
}

function needsOfSimulator(commandLine: SimulatorCommandLine, args: readonly string[]): Needs {
  const { help, options } = parseCommandLine(commandLine, args);
  const { host, port } = options as OptionValues<SimulatorCommandLine>;
  return help ? {} : { net: [formatAddress(host, port)] };
}

async function list(kind: Kind, task: string): Promise<void> {
  console.log(`Usage: deno task ${task} NAME [options]      (NAME --help shows its options)\n`);
  for (const name of await namesOf(kind)) {
    const { description } = await load(kind, name);
    console.log(`  ${name.padEnd(14)} ${description}`);
  }
}

async function launch(kind: Kind, name: string, args: readonly string[]): Promise<number> {
  const names = await namesOf(kind);
  if (!names.includes(name)) throw new UsageError(`There is no ${kind} "${name}"${suggestion(name, names)}`);
  const { needs } = await load(kind, name);
  const keepsState = kind === "daemon" && !args.some((arg) => /^--state\b/.test(arg));
  const all = keepsState ? [...args, "--state", STATE] : args;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissionsFor(await needs(all)), pathOf(kind, name), ...all],
  });
  return await outlive(command.spawn());
}

if (import.meta.main) {
  const [task, name, ...args] = Deno.args;
  const kind = task === "sim" ? "simulator" : "daemon";
  try {
    if (name === undefined || name === "--help" || name === "-h") await list(kind, task!);
    else Deno.exitCode = await launch(kind, name, args);
  } catch (error) {
    if (!(error instanceof DewarError)) throw error;
    console.error(error.message);
    Deno.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
