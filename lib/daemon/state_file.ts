/** What a daemon remembers over a restart: one small file, written whole or not at all. @module */
import type { Value } from "../device/types.ts";
import { replaceFile } from "../files/mod.ts";
import type { Clock, Duration, Timer } from "../time/mod.ts";
import type { Log } from "./log.ts";

const VERSION = 1;
const DELAY: Duration = "1 s";

interface Content {
  readonly version: number;
  readonly model: string;
  readonly saved: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** What a state file needs. */
export interface StateFileOptions {
  /** The folder it is in; made if it is not there. */
  readonly folder: string;
  /** The name of the instance; the file is `<name>.json`. */
  readonly name: string;
  /** The model it belongs to; a file of another one is put aside. */
  readonly model: string;
  /** The clock. */
  readonly clock: Clock;
  /** Where troubles are told. */
  readonly log: Log;
}

/** Values by channel key that outlive the process. They are on disk a second after they changed, and at the end. */
export class StateFile {
  readonly #options: StateFileOptions;
  readonly #values: Map<string, Value>;
  #timer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();

  private constructor(options: StateFileOptions, values: Map<string, Value>) {
    this.#options = options;
    this.#values = values;
  }

  /**
   * Reads the file. One that cannot be understood is kept under another name and reported; the daemon then starts
   * without a memory.
   */
  static async open(options: StateFileOptions): Promise<StateFile> {
    return new StateFile(options, await read(options));
  }

  /** What is remembered, by channel key. */
  get values(): ReadonlyMap<string, Value> {
    return this.#values;
  }

  /** Remembers a value. */
  remember(key: string, value: Value): void {
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    this.#timer ??= this.#options.clock.after(DELAY, () => void this.#save());
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    if (this.#timer) await this.#save();
    await this.#saving;
  }

  #save(): Promise<void> {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    const { model, clock, log } = this.#options;
    const path = pathOf(this.#options);
    const saved = new Date(clock.time() * 1000).toISOString();
    const content: Content = { version: VERSION, model, saved, values: Object.fromEntries(this.#values) };
    try {
      await replaceFile(path, JSON.stringify(content, undefined, 2) + "\n");
    } catch (error) {
      log.write("error", `Cannot write the state file ${path}: ${messageOf(error)}`);
    }
  }
}

async function read(options: StateFileOptions): Promise<Map<string, Value>> {
  const { folder, model, clock, log } = options;
  const path = pathOf(options);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.mkdir(folder, { recursive: true });
    return new Map();
  }
  try {
    return new Map(Object.entries(understand(text, model)));
  } catch (error) {
    const aside = `${path}.${Math.round(clock.time())}.bad`;
    await Deno.rename(path, aside);
    log.write("error", `The state file ${path} is unusable (${messageOf(error)}); it is kept as ${aside}`);
    return new Map();
  }
}

function understand(text: string, model: string): Readonly<Record<string, Value>> {
  const content: Partial<Content> | null = JSON.parse(text);
  if (content?.version !== VERSION) throw new Error(`version ${content?.version}, expected ${VERSION}`);
  if (content.model !== model) throw new Error(`of the model ${content.model}, expected ${model}`);
  if (typeof content.values !== "object" || content.values === null) throw new Error("no values in it");
  return content.values;
}

function pathOf({ folder, name }: StateFileOptions): string {
  return `${folder}/${name}.json`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
