/** The folders whose images MONITOR reads; no other file is ever opened. @module */
import { DewarError } from "../../../lib/errors.ts";

/** Folders in folders are looked into so deep. */
const DEEPEST = 8;

/** Names of FITS files. A name that begins with a dot is of a file that is being written. */
const FITS = /^[^.].*\.(fits?|fts|fit)(\.fz)?$/i;

/** The folders with images. */
export class ImageFolders {
  /** Their paths, as somebody wrote them. */
  readonly paths: readonly string[];

  /** Makes them of paths that may be relative and need not exist yet. */
  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  /**
   * Makes sure that a file may be read.
   *
   * @param path Where it is said to be.
   * @returns Where it really is: an absolute path without links in it.
   * @throws {DewarError} If it is in none of the folders, is no FITS file by its name, or is not there.
   */
  async admit(path: string): Promise<string> {
    const refuse = (problem: string, cause?: unknown) =>
      new DewarError(`${path} is not read: ${problem}`, { cause });
    if (this.paths.length === 0) throw refuse("no folder of images is configured");
    let real: string;
    try {
      real = await Deno.realPath(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw refuse("there is no such file", error);
      throw refuse("it is in no folder of images", error);
    }
    const folders = await this.#real();
    if (!folders.some((folder) => real.startsWith(folder.endsWith("/") ? folder : `${folder}/`))) {
      throw refuse(`it is in no folder of images (${this.paths.join(", ")})`);
    }
    if (!FITS.test(real.slice(real.lastIndexOf("/") + 1))) {
      throw refuse("expected a name that ends with .fits, .fit, .fts or .fz");
    }
    return real;
  }

  /**
   * Folders that have changed, with the FITS files in them.
   *
   * @param seen When each folder had changed when it was looked through last; not changed by this.
   */
  async *changed(
    seen: ReadonlyMap<string, number>,
  ): AsyncGenerator<{ readonly folder: string; readonly changed: number; readonly files: string[] }> {
    for (const folder of await this.#real()) yield* look(folder, seen, 0);
  }

  async #real(): Promise<string[]> {
    const found = await Promise.all(this.paths.map(async (path) => {
      try {
        return await Deno.realPath(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined; // it may come
        throw error;
      }
    }));
    return found.filter((path) => path !== undefined);
  }
}

async function* look(
  folder: string,
  seen: ReadonlyMap<string, number>,
  depth: number,
): AsyncGenerator<{ readonly folder: string; readonly changed: number; readonly files: string[] }> {
  const { mtime } = await Deno.stat(folder);
  const changed = mtime?.getTime() ?? 0;
  const files: string[] = [];
  const folders: string[] = [];
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    if (isFile && FITS.test(name)) files.push(`${folder}/${name}`);
    if (isDirectory && !name.startsWith(".")) folders.push(`${folder}/${name}`);
  }
  if (seen.get(folder) !== changed) yield { folder, changed, files: files.sort() };
  if (depth < DEEPEST) { for (const inner of folders.sort()) yield* look(inner, seen, depth + 1); }
}
