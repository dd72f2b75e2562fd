/** A file that appears under its name when it is complete, and not before. @module */

/** Options of {@linkcode NewFile.create}. */
export interface NewFileOptions {
  /** Whether it may take the place of a file that is there (default: false). */
  overwrite?: boolean;
  /** What it is called until it is complete, in the same folder (default: the name, a random number and `.new`). */
  temporary?: string;
  /** Who may read and write it, as `chmod` has it: `0o600` (default: as the system gives it). */
  mode?: number;
}

/**
 * A file in the making. It has another name until {@linkcode NewFile.commit}: after a power cut, a full disk or a kill
 * there is under its name either nothing, or what was there, or all of it. Disposing it without a commit removes it.
 */
export class NewFile implements AsyncDisposable {
  /** What it will be called. */
  readonly path: string;
  /** The open file, to be written to. */
  readonly file: Deno.FsFile;
  readonly #temporary: string;
  readonly #overwrite: boolean;
  #isOpen = true;

  private constructor(path: string, temporary: string, file: Deno.FsFile, overwrite: boolean) {
    this.path = path;
    this.file = file;
    this.#temporary = temporary;
    this.#overwrite = overwrite;
  }

  /**
   * Begins a file.
   *
   * @param path What it will be called.
   * @param options Whether it may replace another, and its name until then.
   * @throws {Deno.errors.AlreadyExists} If there is a file of that name and it may not be replaced.
   */
  static async create(path: string, options: NewFileOptions = {}): Promise<NewFile> {
    const { overwrite = false, temporary, mode: permissions } = options;
    if (!overwrite && await exists(path)) throw existing(path);
    const name = temporary ?? `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
    const mode = temporary === undefined ? { createNew: true } : { create: true, truncate: true };
    const file = await Deno.open(name, {
      read: true,
      write: true,
      ...mode,
      ...permissions === undefined ? {} : { mode: permissions },
    });
    return new NewFile(path, name, file, overwrite);
  }

  /** Writes all of the bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.file.write(bytes.subarray(at));
  }

  /**
   * Gives it its name, once all of it is on the disk.
   *
   * @throws {Deno.errors.AlreadyExists} If a file of that name has come in between and may not be replaced.
   */
  async commit(): Promise<void> {
    await this.file.sync();
    if (this.#overwrite) await Deno.rename(this.#temporary, this.path);
    else await this.#linkAs(this.path);
    this.#close();
    await syncFolderOf(this.path);
  }

  /** Removes it if it was not committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#close();
    await Deno.remove(this.#temporary);
  }

  /** A second name, then away with the first: unlike a renaming, this never replaces anything. */
  async #linkAs(path: string): Promise<void> {
    try {
      await Deno.link(this.#temporary, path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) throw existing(path);
      // Some file systems have no links.
      if (await exists(path)) throw existing(path);
      await Deno.rename(this.#temporary, path);
      return;
    }
    await Deno.remove(this.#temporary);
  }

  #close(): void {
    this.#isOpen = false;
    this.file.close();
  }
}

/** Puts a whole new file in the place of the old one: after a power cut there is the one or the other. */
export async function replaceFile(
  path: string,
  text: string,
  options: Pick<NewFileOptions, "mode"> = {},
): Promise<void> {
  await using file = await NewFile.create(path, {
    overwrite: true,
    temporary: `${path}.new`,
    ...options,
  });
  await file.write(new TextEncoder().encode(text));
  await file.commit();
}

function existing(path: string): Error {
  return new Deno.errors.AlreadyExists(`${path} exists already and is not overwritten`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** A name is in its folder, and the folder is to be on the disk as well. */
async function syncFolderOf(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const slash = path.lastIndexOf("/");
  using folder = await Deno.open(slash < 0 ? "." : path.slice(0, slash + 1));
  await folder.sync();
}
