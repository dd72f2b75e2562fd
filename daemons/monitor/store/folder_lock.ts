/** One MONITOR per data folder: two at once would destroy it. @module */
import { ConfigError } from "../../../lib/errors.ts";
import type { Clock } from "../../../lib/time/mod.ts";

/** A folder held by this process. The operating system gives it up when the process dies, however it dies. */
export interface FolderLock extends Disposable {
  /** The folder. */
  readonly folder: string;
}

/**
 * Locks a data folder, making it if there is none.
 *
 * @param folder The folder.
 * @param clock Stamps the lock.
 * @returns The lock; disposing it gives the folder up.
 * @throws {ConfigError} If another process holds it, saying which one and since when, or it cannot be written.
 */
export async function lockFolder(folder: string, clock: Clock): Promise<FolderLock> {
  const path = `${folder}/lock`;
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(folder, { recursive: true });
    file = await Deno.open(path, { read: true, write: true, create: true });
  } catch (cause) {
    throw new ConfigError(`Cannot use data folder ${folder}: ${(cause as Error).message}`, { cause });
  }
  try {
    if (!await file.tryLock(true)) {
      const holder = (await Deno.readTextFile(path)).trim();
      throw new ConfigError(`Data folder ${folder} is in use by MONITOR (${holder || "no more is known"})`);
    }
    const since = new Date(clock.time() * 1000).toISOString();
    await file.truncate(0);
    await file.write(new TextEncoder().encode(`pid ${Deno.pid}${await onHost()} since ${since}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  return { folder, [Symbol.dispose]: () => file.close() };
}

/** The host matters on a network folder only, so its name is not worth a permission of its own. */
async function onHost(): Promise<string> {
  const { state } = await Deno.permissions.query({ name: "sys", kind: "hostname" });
  return state === "granted" ? ` on ${Deno.hostname()}` : "";
}
