/** Settings of devices that people have saved: a file each, in a folder for each device. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import { isRecord } from "../../../lib/device/fields.ts";
import { parseValue } from "../../../lib/device/text.ts";
import { isBad } from "../../../lib/device/reading.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { replaceFile } from "../../../lib/files/mod.ts";
import { CLIENT_NAME } from "../config/config.ts";
import type { Client } from "../lab.ts";
import { settingsOf } from "./settings_of.ts";

/** What was saved. */
export interface Saved {
  /** Name of the file, without `.json`. */
  readonly id: string;
  /** When, unix seconds. */
  readonly time: number;
  /** By whom. */
  readonly by: string;
  /** What they said about it. */
  readonly note: string;
  /** Values by the keys that `set` takes, in the device's words. */
  readonly values: Readonly<Record<string, string>>;
}

/** A setting that was saved, beside what it is now. */
export interface Difference {
  /** The key that `set` takes. */
  readonly key: string;
  /** The channel; undefined if the device has nothing of the name to set any more. */
  readonly channel: Channel | undefined;
  /** What was saved, in the device's words. */
  readonly saved: string;
  /** What it is now; undefined if nobody knows. */
  readonly now: string | undefined;
  /** Whether they are the same. */
  readonly same: boolean;
}

/** Larger files are none of ours, bytes. */
const LARGEST = 4_194_304;
const ID = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?$/;

/** What was saved beside what is now. */
export function differences({ values }: Saved, client: Client): Difference[] {
  const now = settingsOf(client);
  const channels = new Map([...client.channels.values()].map((channel) => [channel.settable, channel]));
  return Object.entries(values).map(([key, saved]) => {
    const channel = channels.get(key);
    return { key, channel, saved, now: now[key], same: isSame(channel, saved, now[key]) };
  });
}

/** Words may differ and mean the same: `5` and `5.0`. */
function isSame(channel: Channel | undefined, a: string, b: string | undefined): boolean {
  if (b === undefined || !channel) return a === b;
  const [one, other] = [a, b].map((words) => parseValue(channel.param, words));
  return isBad(one!) || isBad(other!) ? a === b : JSON.stringify(one) === JSON.stringify(other);
}

/** The saved settings of a lab. */
export class SavedSettings {
  readonly #folder: string;

  /** Keeps them in a folder, which need not be there yet. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was saved of a device, the latest first; and what is wrong with files that cannot be read. */
  async list(
    client: string,
  ): Promise<{ readonly saved: readonly Saved[]; readonly problems: readonly string[] }> {
    const saved: Saved[] = [];
    const problems: string[] = [];
    for (const id of await this.#ids(client)) {
      try {
        saved.push(await this.read(client, id));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(error.message);
      }
    }
    return { saved, problems };
  }

  /** Names of what was saved, the latest first. */
  async #ids(client: string): Promise<string[]> {
    const found: string[] = [];
    try {
      for await (const { name } of Deno.readDir(this.#folderOf(client))) {
        const [, id] = /^(.*)\.json$/.exec(name) ?? [];
        if (id !== undefined && ID.test(id)) found.push(id);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort().reverse();
  }

  /**
   * One of them.
   *
   * @throws {ConfigError} If there is none of the name, or it cannot be read.
   */
  async read(client: string, id: string): Promise<Saved> {
    const none = () => new ConfigError(`Nothing was saved of ${client} as ${JSON.stringify(id)}`);
    if (!ID.test(id)) throw none();
    const path = `${this.#folderOf(client)}/${id}.json`;
    let content: unknown;
    try {
      const { size } = await Deno.stat(path);
      if (size > LARGEST) throw new Error(`it has ${size} bytes, at most ${LARGEST} are read`);
      content = JSON.parse(await Deno.readTextFile(path));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) throw none();
      throw new ConfigError(`${path}: expected saved settings: ${(cause as Error).message}`, { cause });
    }
    if (!isRecord(content) || !isRecord(content.values) || typeof content.time !== "number") {
      throw new ConfigError(`${path}: expected saved settings`);
    }
    const { time, by, note, values } = content;
    const words = Object.entries(values).filter((pair): pair is [string, string] =>
      typeof pair[1] === "string"
    );
    return { id, time, by: String(by ?? ""), note: String(note ?? ""), values: Object.fromEntries(words) };
  }

  /** Saves what can be set of a device as it is now. Gives the name of it. */
  async save(client: Client, { time, by, note }: Pick<Saved, "time" | "by" | "note">): Promise<string> {
    const folder = this.#folderOf(client.name);
    await Deno.mkdir(folder, { recursive: true });
    const moment = new Date(time * 1000).toISOString().slice(0, 19).replaceAll(":", "-");
    const taken = new Set(await this.#ids(client.name));
    let id = moment;
    for (let n = 2; taken.has(id); n++) id = `${moment}-${n}`;
    const content = { time, by, note, model: client.description?.model.model, values: settingsOf(client) };
    await replaceFile(`${folder}/${id}.json`, `${JSON.stringify(content, undefined, 2)}\n`);
    return id;
  }

  #folderOf(client: string): string {
    if (!CLIENT_NAME.test(client)) {
      throw new ConfigError(`No settings can be kept of ${JSON.stringify(client)}`);
    }
    return `${this.#folder}/${client}`;
  }
}
