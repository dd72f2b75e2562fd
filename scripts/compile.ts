/** Makes single binaries of daemons, simulators and MONITOR that may do what their options call for and nothing else. */
import {
  type CommandLine,
  parseCommandLine,
  permissionsFor,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { DewarError } from "../lib/errors.ts";
import { loadConfig, MONITOR, readIfThere } from "../daemons/monitor/config/mod.ts";
import { needsOf } from "../daemons/monitor/launch.ts";
import { type Kind, loadProgram, type Plan, programNames } from "../daemons/programs.ts";

const ROOT = new URL("../", import.meta.url).pathname;

const LINE = {
  program: "deno task compile",
  description:
    "Makes a single binary of each daemon, simulator and of MONITOR; they run without Deno. Options behind -- " +
    "become part of the binary, and with them the addresses and folders it may use; others it is denied.",
  options: {
    out: { type: "text", placeholder: "FOLDER", description: "Where the binaries go", default: "dist" },
    target: { type: "text", placeholder: "TRIPLE", description: "For which machine, if not this one" },
  },
  operands: {
    placeholder: "NAME",
    description: "What to compile: cryocon, cryocon-simulator, monitor (default: all)",
  },
  examples: [
    ["", "all of them, with their default ports"],
    ["cryocon -- --hardware 192.168.1.5:5000", "the daemon of one instrument"],
    ["monitor --target aarch64-unknown-linux-gnu -- --config monitor.yaml", "for a small ARM computer"],
  ],
} as const satisfies CommandLine;

/** What can be compiled. */
export interface Binary {
  /** Its name. */
  readonly name: string;
  /** Its main module. */
  readonly path: string;
  /** Files below the root that it starts or reads at run time without importing them; packages are embedded whole. */
  readonly include: readonly string[];
  /** What options make of it. */
  plan(args: readonly string[]): Promise<Plan>;
}

const WORKER_AND_PAGE = [
  "daemons/monitor/store/pglite_worker.ts",
  "daemons/monitor/web/client",
  "daemons/monitor/image",
  "daemons/monitor/layouts",
];

/** All that can be compiled. */
export async function binaries(): Promise<Binary[]> {
  const monitor = { name: "monitor", path: `${ROOT}daemons/monitor/monitor.ts` };
  return [
    ...await programs("daemon", ""),
    ...await programs("simulator", "-simulator"),
    { ...monitor, include: WORKER_AND_PAGE, plan: planOfMonitor },
  ];
}

async function programs(kind: Kind, suffix: string): Promise<Binary[]> {
  const names = await programNames(kind);
  return await Promise.all(names.map(async (name) => {
    const { path, plan } = await loadProgram(kind, name);
    return { name: name + suffix, path, plan, include: [] };
  }));
}

async function planOfMonitor(args: readonly string[]): Promise<Plan> {
  const parsed = parseCommandLine(MONITOR, args);
  const { config } = await loadConfig(parsed, readIfThere);
  return { args, needs: needsOf(config, parsed) };
}

/**
 * The arguments of `deno` that compile a program.
 *
 * @param binary The program.
 * @param options Its own options, the file to be made, and for which machine.
 */
export async function compileArguments(
  { path, include, plan }: Binary,
  options: { args: readonly string[]; file: string; target?: string | undefined },
): Promise<string[]> {
  const { args, needs } = await plan(options.args);
  return [
    "compile",
    "--no-check", // the house checks do
    "--node-modules-dir=none", // else every package of the lock file is embedded, browser tests among them
    "--exclude-unused-npm",
    ...options.target === undefined ? [] : [`--target=${options.target}`],
    ...include.map((file) => `--include=${ROOT}${file}`),
    ...permissionsFor(needs),
    `--output=${options.file}`,
    path,
    ...args,
  ];
}

/**
 * Says why no binary was made.
 *
 * @param name The program.
 * @param said What `deno compile` wrote.
 */
export function explain(name: string, said: string): string {
  const [, url] = /Download (https:\/\/\S*denort\S*)/.exec(said) ?? [];
  const reason = [...said.matchAll(/^(?:error|[ ]*\d+): (.*)$/gm)].at(-1)?.[1] ?? "no reason given";
  if (url === undefined) return `Cannot compile ${name}: ${said.trim()}`;
  return `Cannot compile ${name}: its modules are complete, but the runtime that goes into the binary could not be ` +
    `fetched (${reason}). Fetch ${url} where there is a network, unpack it here, and say ` +
    `DENORT_BIN=./denort deno task compile`;
}

async function compile(
  binary: Binary,
  options: { args: readonly string[]; file: string; target?: string | undefined },
) {
  const { file } = options;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: await compileArguments(binary, options),
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new DewarError(explain(binary.name, new TextDecoder().decode(stderr)));
  console.log(file);
}

if (import.meta.main) {
  const split = Deno.args.includes("--") ? Deno.args.indexOf("--") : Deno.args.length;
  const args = Deno.args.slice(split + 1);
  await runProgram(LINE, async ({ options: { out, target }, operands }) => {
    const all = await binaries();
    const names = all.map(({ name }) => name);
    const unknown = operands.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(`There is no program "${unknown}"${suggestion(unknown, names)}`);
    }
    if (args.length > 0 && operands.length !== 1) {
      throw new UsageError("Options behind -- are those of one program");
    }
    for (const binary of all.filter(({ name }) => operands.length === 0 || operands.includes(name))) {
      await compile(binary, { args, target, file: `${out}/${binary.name}` });
    }
  }, Deno.args.slice(0, split));
}
