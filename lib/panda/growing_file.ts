/** A file that is whole after every batch that is appended to it. @module */
import { type FileHandle, open } from "node:fs/promises";
import { DewarError } from "../errors.ts";

/**
 * Appends batches to a file whose end says what is in it: with each batch a new end is written behind it, which the next
 * one goes over. When a batch fails, what it has overwritten is restored; there was room for that before.
 */
export class GrowingFile {
  readonly #handle: FileHandle;
  readonly #path: string;
  #length = 0;
  #rows = 0;
  #end: Uint8Array = new Uint8Array(0);
  #restore: readonly [bytes: Uint8Array, at: number] | undefined;

  private constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /**
   * Makes one.
   *
   * @param path Its name.
   * @throws {DewarError} If it cannot be made, or is there already.
   */
  static async create(path: string): Promise<GrowingFile> {
    try {
      return new GrowingFile(await open(path, "wx"), path);
    } catch (error) {
      throw new DewarError(`Cannot make ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Bytes before the end that was written last. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends a batch.
   *
   * @param rows How many rows it has, for messages.
   * @param parts Its bytes.
   * @param end The end of the file with it.
   * @param begin What is written anew in its place then, if anything.
   * @throws {DewarError} If that fails.
   */
  async append(
    rows: number,
    parts: readonly Uint8Array[],
    end: Uint8Array,
    begin?: { readonly bytes: Uint8Array; readonly at: number },
  ): Promise<void> {
    try {
      let at = this.#length;
      for (const bytes of [...parts, end]) {
        await this.#put(bytes, at);
        at += bytes.length;
      }
      if (begin) {
        await this.#put(begin.bytes, begin.at);
        this.#restore = [begin.bytes, begin.at];
      }
      this.#length = at - end.length;
      this.#end = end;
      this.#rows += rows;
    } catch (error) {
      const message = `Cannot write ${this.#path} beyond row ${this.#rows}: ${(error as Error).message}`;
      throw new DewarError(message, { cause: error });
    }
  }

  /** Closes it. */
  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Brings it back to where it was after the last batch that was written whole, and closes it. */
  async abandon(): Promise<void> {
    try {
      await this.#handle.truncate(this.#length + this.#end.length);
      await this.#put(this.#end, this.#length);
      if (this.#restore) await this.#put(...this.#restore);
    } finally {
      await this.#handle.close();
    }
  }

  async #put(bytes: Uint8Array, at: number): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += (await this.#handle.write(bytes, sent, bytes.length - sent, at + sent)).bytesWritten;
    }
  }
}
