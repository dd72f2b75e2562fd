/** From the command line and the files it names to one configuration. @module */
import type { Parsed } from "../../../lib/cli/mod.ts";
import { readLab } from "../../../lib/device/instance.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { checkReach } from "../access/mod.ts";
import { type MONITOR, readSource, settingsOf } from "./arguments.ts";
import { type ClientConfig, type Config, DEFAULTS, plainClient, type Said } from "./config.ts";
import { readIni } from "./ini_file.ts";
import { readYaml } from "./yaml_file.ts";

/** Reads a text file; undefined where there is none. */
export type ReadFile = (path: string) => Promise<string | undefined>;

/** Files looked for where none is named. */
export const CONFIG_FILES: readonly string[] = ["monitor.yaml", "monitor.ini"];

/** Reads a text file of this machine; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new ConfigError(`${path}: expected a readable file: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Puts together what MONITOR is told. The command line goes before the file, the file before the defaults.
 *
 * @param parsed The command line.
 * @param readFile How to read a file.
 * @returns The configuration, and what was passed over.
 * @throws {ConfigError} With file, line, key and what was expected; or if strangers would be let in.
 * @throws {UsageError} If the command line names a client wrongly.
 */
export async function loadConfig(
  parsed: Parsed<typeof MONITOR>,
  readFile: ReadFile,
): Promise<{ config: Config; warnings: readonly string[] }> {
  const file = await readConfig(parsed.options.config, readFile);
  const clients = new Map<string, ClientConfig>();
  for (const client of await readInstances(parsed.options.lab, readFile)) clients.set(client.name, client);
  for (const client of file.clients) clients.set(client.name, client);
  for (const client of parsed.operands.map(readSource)) {
    const known = clients.get(client.name);
    clients.set(client.name, known ? { ...known, address: client.address, enabled: true } : client);
  }
  const config = { ...DEFAULTS, ...file.settings, ...settingsOf(parsed), clients: [...clients.values()] };
  if (!parsed.options.console) checkReach(config);
  return { config, warnings: file.warnings };
}

/** Every device of the lab that has an address is watched, unless the configuration says more of it. */
async function readInstances(lab: string | undefined, readFile: ReadFile): Promise<ClientConfig[]> {
  if (lab === undefined) return [];
  const text = await readFile(lab);
  if (text === undefined) throw new ConfigError(`${lab}: expected the lab's instances, got no such file`);
  return [...readLab(text, lab).instances.values()].flatMap(({ name, address }) =>
    address === undefined ? [] : [plainClient(name, address)]
  );
}

async function readConfig(named: string | undefined, readFile: ReadFile): Promise<Said> {
  for (const file of named === undefined ? CONFIG_FILES : [named]) {
    const text = await readFile(file);
    if (text !== undefined) return /\.ya?ml$/.test(file) ? readYaml(text, file) : readIni(text, file);
  }
  if (named !== undefined) throw new ConfigError(`${named}: expected a configuration, got no such file`);
  return { settings: {}, clients: [], warnings: [] };
}
