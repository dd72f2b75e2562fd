/** `lab.yaml`: the devices that there are, where they are, and what is special about each. @module */
import { type Complain, Fields, shown } from "./fields.ts";
import { parseYaml, yamlRules } from "./source.ts";

/** Narrower limits of one parameter. */
export interface Limits {
  /** Smallest value that may be set. */
  readonly min?: number;
  /** Largest value that may be set. */
  readonly max?: number;
  /** The fastest the target may move, per the model's unit of time. */
  readonly ramp?: number;
  /** Readings outside of it are graded `warn`. */
  readonly warn?: readonly [number, number];
  /** Readings outside of it are graded `alarm`. */
  readonly alarm?: readonly [number, number];
}

/** One device of the lab. */
export interface Instance {
  /** Its name. */
  readonly name: string;
  /** The name of its model, where said. */
  readonly model?: string;
  /** Where its daemon is: `host:port`, or with a protocol. */
  readonly address?: string;
  /** Where its hardware is. */
  readonly hardware?: string;
  /** How people call its channels, by key. */
  readonly labels: Readonly<Record<string, string>>;
  /** Narrower limits by parameter: `temperature`, or `loop.power` for all of a group. */
  readonly limits: Readonly<Record<string, Limits>>;
  /** Options of its binding, such as which sensor is the detector's. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Throws a `ConfigError` about a key of this instance, with file and line. */
  readonly complain: Complain;
}

/** The lab: its devices by name. */
export interface LabConfig {
  /** The devices, in the order of the file. */
  readonly instances: ReadonlyMap<string, Instance>;
}

const NAME = /^[A-Za-z0-9_-]+$/;
const ADDRESS = /^(?:[a-z]+:\/\/\S+|\S+:\d{1,5})$/;

/**
 * Reads a `lab.yaml`; every key is checked.
 *
 * @param text The text of the file.
 * @param file Its name, for messages.
 * @returns The lab.
 * @throws {ConfigError} With file, line, key, what was expected and the nearest known key.
 *
 * @example Usage
 * ```ts
 * import { readLab } from "@dewar/sdk/device";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const lab = readLab("instances:\n  cryocon: { model: cryo-con, address: \"localhost:7024\" }", "lab.yaml");
 * assertEquals(lab.instances.get("cryocon")?.address, "localhost:7024");
 *
 * assertThrows(
 *   () => readLab("instances:\n  cryocon:\n    modle: cryo-con", "lab.yaml"),
 *   Error,
 *   'lab.yaml line 3: instances.cryocon.modle: unknown key; did you mean "model"?',
 * );
 * ```
 */
export function readLab(text: string, file: string): LabConfig {
  const rules = yamlRules(text, file);
  const lab = new Fields(parseYaml(text, file) ?? {}, [], rules);
  lab.only(["instances"]);
  const instances = lab.fields("instances");
  const read = instances?.children().map(([name, fields]): [string, Instance] => {
    if (!NAME.test(name)) instances.fail(name, "expected a name of letters, digits, _ and -");
    return [name, readInstance(name, fields, rules.complain)];
  });
  return { instances: new Map(read) };
}

function readInstance(name: string, fields: Fields, complain: Complain): Instance {
  fields.only(["model", "address", "hardware", "labels", "limits", "options"]);
  const address = fields.text("address");
  if (address !== undefined && !ADDRESS.test(address)) {
    fields.expected("address", "host:port or protocol://…");
  }
  return {
    name,
    ...defined({ model: fields.text("model"), address, hardware: fields.text("hardware") }),
    labels: entries(fields.fields("labels"), (labels, key) => labels.needText(key)),
    limits: entries(fields.fields("limits"), (limits, key) => readLimits(limits.needFields(key))),
    options: entries(fields.fields("options"), readOption),
    complain: (path, problem) => complain([...fields.path, ...path], problem),
  };
}

function entries<T>(fields: Fields | undefined, read: (fields: Fields, key: string) => T): Record<string, T> {
  return Object.fromEntries((fields?.keys ?? []).map((key) => [key, read(fields!, key)]));
}

function readLimits(fields: Fields): Limits {
  fields.only(["min", "max", "ramp", "warn", "alarm"]);
  return defined({
    min: fields.number("min"),
    max: fields.number("max"),
    ramp: fields.number("ramp"),
    warn: fields.range("warn"),
    alarm: fields.range("alarm"),
  });
}

function readOption(fields: Fields, key: string): string | number | boolean {
  const value = fields.get(key);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return fields.fail(key, `expected text, a number, true or false, got ${shown(value)}`);
}

/** An object without the keys that have no value. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** Where an address may come from. */
export interface AddressSources {
  /** What was said on the spot. */
  readonly argument?: string | undefined;
  /** Looks up an environment variable, such as `Deno.env.get`. */
  readonly env?: ((variable: string) => string | undefined) | undefined;
  /** The lab. */
  readonly lab?: LabConfig | undefined;
}

/**
 * The address of a device: as said on the spot, else by environment (`DEWAR_CRYOCON`), else by `lab.yaml`.
 *
 * @param name The device's name.
 * @param sources Where to look.
 * @returns The address, or undefined: then MONITOR may know.
 *
 * @example Usage
 * ```ts
 * import { resolveAddress } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * const env = (variable: string) => variable === "DEWAR_CRYO_CON" ? "localhost:7024" : undefined;
 * assertEquals(resolveAddress("cryo-con", { env }), "localhost:7024");
 * ```
 */
export function resolveAddress(name: string, sources: AddressSources): string | undefined {
  const { argument, env, lab } = sources;
  const variable = `DEWAR_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
  // An empty variable is one that was switched off.
  return argument ?? (env?.(variable) || undefined) ?? lab?.instances.get(name)?.address;
}
