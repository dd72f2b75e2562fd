/** What must not be forgotten when the daemon is killed: the exposure under way. @module */
import { replaceFile } from "../../lib/files/mod.ts";
import type { ExposureInfo } from "./frame_info.ts";

const VERSION = 1;

/** One exposure on disk, from before it begins until its image is in a file. */
export class Journal {
  readonly #path: string;

  /** It is a file of that path; nothing is done to it yet. */
  constructor(path: string) {
    this.#path = path;
  }

  /** The exposure that was under way; undefined where there was none. */
  async read(): Promise<ExposureInfo | undefined> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
    const content = parsed(text);
    if (content?.version === VERSION) return content.exposure;
    const aside = `${this.#path}.bad`;
    await Deno.rename(this.#path, aside);
    throw new Error(`The journal ${this.#path} is unreadable; it is kept as ${aside}`);
  }

  /** Remembers an exposure, on disk when it returns. */
  async write(exposure: ExposureInfo): Promise<void> {
    await replaceFile(this.#path, JSON.stringify({ version: VERSION, exposure }));
  }

  /** The exposure has come to its end. */
  async clear(): Promise<void> {
    try {
      await Deno.remove(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function parsed(text: string): { version?: number; exposure: ExposureInfo } | undefined {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
