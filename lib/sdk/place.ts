/** Where a device is to be found: by its address, or by its name. @module */
import type { Needs } from "../cli/permissions.ts";
import { type LabConfig, type Model, readLab, resolveAddress } from "../device/mod.ts";
import { ConfigError } from "../errors.ts";
import { reachedAt } from "../link/open_link.ts";

/** Where `connect` goes. */
export interface Place {
  /** An address: the daemon's, or MONITOR's. */
  readonly address: string;
  /** The name under which MONITOR at that address has it; undefined where the address is its own. */
  readonly name?: string;
}

/**
 * Finds out where a device is. What the program has no permission to look at is passed over.
 *
 * @param model What it is.
 * @param where Its address, or its name (default: that of the first instance of the model in `lab.yaml`, else the model's).
 * @returns Its address by environment (`DEWAR_CRYOCON`) or by `lab.yaml`, else MONITOR's.
 * @throws {ConfigError} If `lab.yaml` cannot be used.
 */
export async function placeOf(model: Model, where?: string): Promise<Place> {
  if (isAddress(where)) return { address: where };
  const lab = await labConfig(labFile());
  const instance = [...lab?.instances.values() ?? []].find((each) => each.model === model.model);
  const name = where ?? instance?.name ?? model.model;
  const address = resolveAddress(name, { env: environment, lab });
  return address === undefined ? { address: monitorAddress(), name } : { address };
}

/**
 * What a program needs to `connect`: where the device is, and, where it is looked up, what it is looked up in.
 *
 * @param model What the device is.
 * @param where Its address or name, as for `connect`.
 * @returns What to give it permission for.
 */
export async function needsToConnect(model: Model, where?: string): Promise<Needs> {
  const net = [reachedAt((await placeOf(model, where)).address)];
  const ca = environment("DEWAR_CA");
  const read = ca === undefined ? [] : [ca];
  return isAddress(where)
    ? { net, env: ["DEWAR_TOKEN", "DEWAR_CA"], read }
    : { net, env: ["DEWAR_*"], read: [labFile(), ...read] };
}

/** MONITOR's address: `DEWAR_MONITOR`, else `"localhost:7100"`. */
export function monitorAddress(): string {
  return environment("DEWAR_MONITOR") ?? "localhost:7100";
}

/** What a program shows and believes: the token in `DEWAR_TOKEN`, the certificates in the file that `DEWAR_CA` names. */
export async function credentials(): Promise<{ token?: string; ca?: string }> {
  const token = environment("DEWAR_TOKEN");
  const file = environment("DEWAR_CA");
  return {
    ...token === undefined ? {} : { token },
    ...file === undefined ? {} : { ca: await certificates(file) },
  };
}

async function certificates(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ConfigError(`DEWAR_CA: expected a readable file of certificates: ${reason}`, { cause });
  }
}

function isAddress(where: string | undefined): where is string {
  return where?.includes(":") ?? false;
}

function labFile(): string {
  return environment("DEWAR_LAB") ?? "lab.yaml";
}

/** An environment variable, where it is set and may be read. */
export function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

/** What the lab's file says, where there is one that may be read. */
async function labConfig(path: string): Promise<LabConfig | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return undefined;
  try {
    return readLab(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
