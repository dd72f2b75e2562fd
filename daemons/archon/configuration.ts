/** The configuration of a controller, as far as its daemon knows and changes it. @module */
import {
  type Acf,
  type ArchonClient,
  type ArchonSystem,
  checkAcf,
  type FrameBuffer,
  type Geometry,
  geometryOf,
  type ParameterValue,
  readAcf,
} from "../../lib/archon/mod.ts";
import { CommandError, ConfigError } from "../../lib/errors.ts";

/** Options of what takes long. */
interface Long {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** What is in the controller's memory, and the values its parameters were given since. */
export class Configuration {
  #acf: Acf | undefined;
  #name = "";
  readonly #given = new Map<string, number>();

  /** Whether there is one that was applied. */
  get isApplied(): boolean {
    return this.#acf !== undefined;
  }

  /** What it is called; empty where there is none. */
  get name(): string {
    return this.#acf === undefined ? "" : this.#name;
  }

  /** The configuration. */
  get acf(): Acf {
    if (this.#acf) return this.#acf;
    throw new CommandError("device", "The Archon has no configuration: load one");
  }

  /** The present values of all parameters, by their names. */
  get parameters(): ReadonlyMap<string, number> {
    const values = new Map(this.#acf?.parameters());
    for (const [name, value] of this.#given) values.set(name, value);
    return values;
  }

  /** The name of a parameter as the configuration writes it; undefined where there is none. */
  find(name: string): string | undefined {
    return [...this.#acf?.parameters().keys() ?? []].find((known) =>
      known.toUpperCase() === name.toUpperCase()
    );
  }

  /** The present value of a parameter. */
  readonly value: ParameterValue = (name) => {
    const known = this.find(name);
    return known === undefined ? undefined : this.parameters.get(known);
  };

  /** The controller has none any more, or none that is whole. */
  forget(): void {
    this.#acf = undefined;
    this.#given.clear();
  }

  /** Takes what is in the controller's memory for what was applied. */
  async readFrom(archon: ArchonClient, name: string, options: Long): Promise<void> {
    const memory = await archon.readConfiguration(options);
    this.forget();
    if (memory.entries.length === 0) return;
    this.#acf = memory;
    this.#name = name;
  }

  /**
   * Loads and applies a configuration.
   *
   * @returns What is odd about it.
   */
  async load(archon: ArchonClient, acf: Acf, system: ArchonSystem, options: Long): Promise<string[]> {
    const odd = checkAcf(acf, system);
    this.forget();
    await archon.configure(acf, options);
    await archon.send("APPLYALL", { signal: options.signal });
    this.#acf = acf;
    this.#name = acf.name;
    return odd;
  }

  /** Applies what is in the controller's memory. */
  async apply(archon: ArchonClient, options: Long): Promise<void> {
    const name = this.#name;
    await this.readFrom(archon, name, options);
    if (!this.#acf) {
      throw new CommandError("device", "The Archon's configuration memory is empty: load a configuration");
    }
    await archon.send("APPLYALL", options);
  }

  /** Gives keys other values and applies the least that is needed; returns the commands that did. */
  async change(archon: ArchonClient, values: Readonly<Record<string, string | number>>): Promise<string[]> {
    const now = this.acf.clone();
    for (const [key, value] of Object.entries(values)) now.set(key, value);
    checkAcf(now);
    const commands = await archon.change(this.acf, now);
    if (commands.some((command) => /^(APPLYALL|LOADTIMING)$/.test(command))) this.#given.clear();
    this.#acf = now;
    return commands;
  }

  /**
   * Gives a parameter a value at once.
   *
   * @param keep Whether the configuration in the controller's memory gets it as well: it holds after a restart then.
   */
  async setParameter(archon: ArchonClient, name: string, value: number, keep = false): Promise<void> {
    const known = this.find(name);
    if (known === undefined) {
      const all = [...this.acf.parameters().keys()].join(", ");
      throw new CommandError("invalid", `The timing script has no parameter ${name}: it has ${all}`);
    }
    await archon.setParameter(known, value);
    this.#given.set(known, value);
    if (keep) await this.#keep(archon, known, value);
  }

  /** Splits a frame into its amplifiers. */
  geometryOf(frame: FrameBuffer): Geometry {
    return geometryOf(this.acf, this.value, frame);
  }

  async #keep(archon: ArchonClient, name: string, value: number): Promise<void> {
    const entry = this.acf.entries.find(({ key, value }) =>
      /^PARAMETER\d+$/i.test(key) && value.split("=")[0]!.trim() === name
    );
    if (!entry) return;
    this.acf.set(entry.key, `${name}=${value}`);
    const text = this.acf.text({ key: entry.key, value: `${name}=${value}` });
    await archon.writeLine(this.acf.lineOf(entry.key)!, text);
  }
}

/** Reads a configuration from a file. */
export async function readAcfFile(path: string): Promise<Acf> {
  let text: string;
  try {
    text = new TextDecoder("latin1").decode(await Deno.readFile(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError("invalid", `Cannot read the configuration ${path}: ${why}`, { cause: error });
  }
  return understood(() => readAcf(text, path));
}

/** Reads a configuration from base64 of its file. */
export function readAcfText(name: string, base64: string): Acf {
  let text: string;
  try {
    text = atob(base64);
  } catch (error) {
    throw new CommandError("invalid", `The configuration ${name} is no base64`, { cause: error });
  }
  return understood(() => readAcf(text, name));
}

/** A configuration that is wrong is the caller's to mend. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError("invalid", error.message, { cause: error });
    throw error;
  }
}
