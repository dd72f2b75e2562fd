/** What `lab.yaml` says of the instance a daemon serves. @module */
import { type Instance, type LabConfig, readLab } from "../device/instance.ts";
import type { Model } from "../device/model.ts";
import { narrow } from "../device/narrow.ts";
import { suggestion } from "../device/nearest.ts";
import { ConfigError } from "../errors.ts";
import { parseAddress } from "../net/mod.ts";
import type { InstanceOptions } from "./device.ts";
import type { AnyBinding } from "./erased.ts";

/** An instance, as far as the lab says something of it. */
export interface LabInstance {
  /** Its name. */
  readonly name: string;
  /** The model, with its limits. */
  readonly model: Model;
  /** The port of its address. The host is not taken: to listen for other machines is said on the command line. */
  readonly port: number | undefined;
  /** Where its hardware is. */
  readonly hardware: string | undefined;
  /** How people call its channels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Options of its binding. */
  readonly options: InstanceOptions;
}

/**
 * Looks an instance up.
 *
 * @param file The `lab.yaml`.
 * @param model The model that is served.
 * @param binding How it is tied to its hardware.
 * @param name The instance; where none is named the only one of the model.
 * @returns What the lab says of it.
 * @throws {ConfigError} If the file cannot be read, does not have the instance, or says something wrong of it.
 */
export async function instanceIn(
  file: string,
  model: Model,
  binding: AnyBinding,
  name: string | undefined,
): Promise<LabInstance> {
  const instance = choose(readLab(await textOf(file), file), file, model, name);
  if (instance.model !== undefined && instance.model !== model.model) {
    instance.complain(["model"], `it is a ${instance.model}, but this daemon serves a ${model.model}`);
  }
  checkOptions(instance, binding);
  return {
    name: instance.name,
    model: narrow(model, instance),
    port: portOf(instance.address),
    hardware: instance.hardware,
    labels: instance.labels,
    options: instance.options,
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new ConfigError(`Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

function choose(
  { instances }: LabConfig,
  file: string,
  { model }: Model,
  name: string | undefined,
): Instance {
  if (name !== undefined) {
    const instance = instances.get(name);
    if (instance) return instance;
    throw new ConfigError(`${file} has no instance "${name}"${suggestion(name, instances.keys())}`);
  }
  const [only, ...others] = [...instances.values()].filter((instance) => instance.model === model);
  if (only && others.length === 0) return only;
  const found = only
    ? `${[only, ...others].map(({ name }) => name).join(", ")}: say which by --name`
    : "none";
  throw new ConfigError(`${file}: expected one instance with the model ${model}, found ${found}`);
}

function checkOptions({ options, complain }: Instance, binding: AnyBinding): void {
  const known = binding.options ?? {};
  for (const [key, value] of Object.entries(options)) {
    const option = known[key] ??
      complain(["options", key], `unknown option${suggestion(key, Object.keys(known))}`);
    if (typeof value === typeof option.default) continue;
    complain(["options", key], `expected a ${typeof option.default}, got ${JSON.stringify(value)}`);
  }
}

function portOf(address: string | undefined): number | undefined {
  const at = address === undefined || address.includes("://") ? undefined : parseAddress(address);
  return at?.kind === "tcp" ? at.port : undefined;
}
