/**
 * Starts a daemon or a simulator by its name, with the permissions that its command line calls for and no others.
 * @module
 */
import { fail, launch, UsageError } from "../lib/cli/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { type Kind, loadProgram, programNames } from "./programs.ts";

async function list(kind: Kind, task: string): Promise<void> {
  const names = await programNames(kind);
  console.log(`Usage: deno task ${task} NAME [options]      (NAME --help shows its options)\n`);
  for (const name of names) {
    const { description } = await loadProgram(kind, name);
    console.log(`  ${name.padEnd(14)} ${description}`);
  }
  console.log(`\nExamples:\n  deno task ${task} ${names[0]}\n  deno task ${task} ${names[0]} --port 0`);
}

async function start(kind: Kind, name: string, given: readonly string[]): Promise<number> {
  const names = await programNames(kind);
  if (!names.includes(name)) throw new UsageError(`There is no ${kind} "${name}"${suggestion(name, names)}`);
  const { path, plan } = await loadProgram(kind, name);
  const { args, needs } = await plan(given);
  return await launch(path, needs, args);
}

if (import.meta.main) {
  const [task, name, ...args] = Deno.args;
  const kind = task === "sim" ? "simulator" : "daemon";
  try {
    if (name === undefined || name === "--help" || name === "-h") await list(kind, task!);
    else Deno.exitCode = await start(kind, name, args);
  } catch (error) {
    fail(error);
  }
}
