/** Where sessions are kept while MONITOR is not running: one file that nobody else may read. @module */
import { replaceFile } from "../../../lib/files/mod.ts";

/** For its owner alone. */
const PRIVATE = 0o600;

/** A file of sessions. */
export class SessionFile implements AsyncDisposable {
  readonly #path: string;
  readonly #report: (problem: string) => void;
  #next: string | undefined;
  #writing: Promise<void> | undefined;

  /** A file at a path; `report` is told when it cannot be written. */
  constructor(path: string, report: (problem: string) => void) {
    this.#path = path;
    this.#report = report;
  }

  /** What was kept; undefined where nothing was. */
  async read(): Promise<string | undefined> {
    try {
      return await Deno.readTextFile(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Keeps a text; of several that come while one is written only the last. */
  keep(text: string): void {
    this.#next = text;
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  /** Waits until all is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#next !== undefined) {
      const text = this.#next;
      this.#next = undefined;
      try {
        await replaceFile(this.#path, text, { mode: PRIVATE });
      } catch (error) {
        this.#report(`Sessions cannot be kept: ${(error as Error).message}`);
      }
    }
  }
}
