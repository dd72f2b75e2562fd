/** The daemons and simulators there are: a program in each folder that has such a file. @module */
import { type CommandLine, type Needs, type OptionValues, parseCommandLine } from "../lib/cli/mod.ts";
import type { DaemonProgram } from "../lib/daemon/mod.ts";
import { ConfigError } from "../lib/errors.ts";
import { formatAddress } from "../lib/net/mod.ts";

/** What a program is, and the name of its file. */
export type Kind = "daemon" | "simulator";

/** A program, and what it takes to start it. */
export interface Program {
  /** Its file. */
  readonly path: string;
  /** What it is, in one sentence. */
  readonly description: string;
  /** False for a daemon that serves no device: it has no options for hardware. */
  readonly hasDevice: boolean;
  /** What it will be given for a command line, and what it will need then. */
  plan(args: readonly string[]): Promise<Plan>;
}

/** How a program is started. */
export interface Plan {
  /** Its arguments. */
  readonly args: readonly string[];
  /** What it needs to do what they say. */
  readonly needs: Needs;
}

/** What the command line of a simulator has. */
interface SimulatorCommandLine extends CommandLine {
  readonly options: CommandLine["options"] & {
    readonly host: { readonly type: "text"; readonly description: string; readonly default: string };
    readonly port: { readonly type: "integer"; readonly description: string; readonly default: number };
  };
}

type SimulatorOptions = OptionValues<SimulatorCommandLine> & { readonly world?: string };

/** A simulator's file. */
interface SimulatorModule {
  readonly commandLine: SimulatorCommandLine;
  /** Where it listens, if that is not only at its host and port. */
  readonly addresses?: (options: SimulatorOptions) => readonly string[];
}

/** Where a daemon keeps its state file unless it is told otherwise. */
const STATE = "data/state";
const HERE = import.meta.dirname!;

/** The names of all programs of a kind, sorted. */
export async function programNames(kind: Kind): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(HERE)) {
    if (!isDirectory) continue;
    for await (const file of Deno.readDir(`${HERE}/${name}`)) {
      if (file.name === `${kind}.ts`) names.push(name);
    }
  }
  return names.sort();
}

/** Loads what there is to know of a program. */
export async function loadProgram(kind: Kind, name: string): Promise<Program> {
  const path = `${HERE}/${name}/${kind}.ts`;
  const wanted = kind === "daemon" ? "daemon" : "commandLine";
  const module = await import(new URL(`./${name}/${kind}.ts`, import.meta.url).href);
  const exported = module[wanted];
  if (exported === undefined) throw new ConfigError(`${path} exports no ${wanted}`);
  const { description, hasDevice = true } = exported as { description: string; hasDevice?: boolean };
  const plan = kind === "daemon"
    ? (args: readonly string[]) => planOfDaemon(exported, args)
    : (args: readonly string[]) => Promise.resolve({ args, needs: needsOfSimulator(module, args) });
  return { path, description, hasDevice, plan };
}

async function planOfDaemon(daemon: DaemonProgram, given: readonly string[]): Promise<Plan> {
  const saysWhere = daemon.hasDevice === false || given.some((arg) => /^--state\b/.test(arg));
  const args = saysWhere ? given : [...given, "--state", STATE];
  return { args, needs: await daemon.needs(args) };
}

function needsOfSimulator({ commandLine, addresses }: SimulatorModule, args: readonly string[]): Needs {
  const { help, options } = parseCommandLine(commandLine, args);
  const values = options as SimulatorOptions;
  const { host, port, world } = values;
  const listens = addresses?.(values) ?? [formatAddress(host, port)];
  return help ? {} : { net: [...listens, ...world === undefined ? [] : [world]] };
}
