/** The parameters of the timing core. @module */
import { Refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

const MOST = 64;
/** What a command may load. */
const LARGEST = 1_000_000;

/** Parameters by name: 64 at most, of 20 bits. Upper and lower case do not matter. */
export class Parameters {
  /** Their names, in capitals, in the order of the core. */
  readonly names: readonly string[];
  /** Their values, which the core changes as well. */
  readonly values: Int32Array;
  /** Counts the changes from outside: a core that idles looks at it. */
  version = 0;
  readonly #prepared = new Map<number, number>();

  /** Reads `PARAMETERn`. Slots that are empty or a comment are none. */
  constructor(settings: Settings) {
    const defined = definitions(settings);
    this.names = [...defined.keys()];
    if (this.names.length > MOST) throw new Refused(`There are more than ${MOST} parameters`);
    this.values = Int32Array.from(defined.values());
  }

  /** Loads all from a configuration, one at a time and in order; new names are not taken up. */
  load(settings: Settings): void {
    for (const [name, value] of definitions(settings)) {
      const index = this.names.indexOf(name);
      if (index >= 0) this.#set(index, value);
    }
  }

  /** Loads one from a configuration. */
  loadOne(settings: Settings, name: string): void {
    this.#set(this.#index(name), this.#configured(settings, name));
  }

  /** Loads one. */
  set(name: string, text: string): void {
    this.#set(this.#index(name), valueOf(name, text));
  }

  /** Prepares one from a configuration: it is loaded at every external trigger from now on. */
  prepareOne(settings: Settings, name: string): void {
    this.#prepared.set(this.#index(name), this.#configured(settings, name));
  }

  /** Prepares one. */
  prepare(name: string, text: string): void {
    this.#prepared.set(this.#index(name), valueOf(name, text));
  }

  /** The external trigger: what is prepared is loaded. */
  trigger(): void {
    for (const [index, value] of this.#prepared) this.#set(index, value);
  }

  #set(index: number, value: number): void {
    this.values[index] = value;
    this.version++;
  }

  #index(name: string): number {
    const index = this.names.indexOf(name.toUpperCase());
    if (index < 0) throw new Refused(`There is no parameter ${name}`);
    return index;
  }

  #configured(settings: Settings, name: string): number {
    const value = definitions(settings).get(name.toUpperCase());
    if (value === undefined) throw new Refused(`There is no parameter ${name}`);
    return value;
  }
}

function definitions(settings: Settings): Map<string, number> {
  const defined = new Map<string, number>();
  settings.list("PARAMETERS", "PARAMETER", 255).forEach((text, index) => {
    if (text.trim() === "" || text.startsWith("#")) return;
    const match = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(text);
    if (!match) throw new Refused(`PARAMETER${index}=${text}`);
    defined.set(match[1]!.toUpperCase(), valueOf(match[1]!, match[2]!));
  });
  return defined;
}

function valueOf(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= LARGEST) return value;
  throw new Refused(`${name}=${text} is not within 0 to ${LARGEST}`);
}
