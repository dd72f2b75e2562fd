/**
 * Brings images into the store: those that daemons tell of, and those that are found in the folders.
 *
 * The files are what counts. A file that nobody told of, because MONITOR or the link was away, is found when the folders
 * are looked through; so none is lost.
 * @module
 */
import { DewarError } from "../../../lib/errors.ts";
import type { ImageNotice, LogLine } from "../../../lib/link/link.ts";
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { ImageRow } from "../store/image.ts";
import { imageOf, type Origin } from "./image_of.ts";
import type { ImageFolders } from "./folders.ts";

/** What an {@linkcode Indexer} needs of the store. */
export interface ImageKeeper {
  /** Keeps an image; false if the disk takes nothing. */
  keep(row: ImageRow): boolean;
  /** Which of some files are known already. */
  known(paths: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Options of {@linkcode Indexer}. */
export interface IndexerOptions {
  /** Where images are. */
  readonly folders: ImageFolders;
  /** Where they are kept. */
  readonly images: ImageKeeper;
  /** Times it. */
  readonly clock: Clock;
  /** Told what is wrong. */
  readonly report: (type: LogLine["type"], message: string) => void;
  /** Told of each image that was kept. */
  readonly onImage?: (row: ImageRow) => void;
}

/** Images told of that wait; more are found in their folder later. */
const MOST_WAITING = 1000;
/** Files remembered as told of. */
const MOST_TOLD = 10_000;
/** How often the folders are looked through. */
const LOOK_EVERY = "30 s";
/** A file that changed less long ago, milliseconds, may still be written to; it is left for the next time. */
const FRESH = 3000;
/** How long to wait for a disk that takes nothing. */
const DISK_RETRY = "5 s";
/** Paths asked for at once. */
const ASKED = 500;

/** Brings images into the store, one after the other. */
export class Indexer implements AsyncDisposable {
  readonly #options: IndexerOptions;
  readonly #waiting: { readonly path: string; readonly origin: Origin }[] = [];
  readonly #end = new AbortController();
  readonly #timer: Timer;
  readonly #running: Promise<void>;
  /** When each folder had changed when all of its files were known. */
  readonly #seen = new Map<string, number>();
  /** Files that were told of lately: of these more is known than what is found in a folder. */
  readonly #told = new Set<string>();
  #isLookDue = true;
  #lookProblem = "";
  #wake = Promise.withResolvers<void>();

  /** Begins to look through the folders. */
  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#timer = options.clock.every(LOOK_EVERY, () => this.look());
    this.#running = this.#run();
  }

  /** A client tells of an image. */
  announce(source: string, { path, ...notice }: ImageNotice): void {
    if (this.#waiting.length >= MOST_WAITING) this.#leave(this.#waiting.shift()!.path);
    this.#waiting.push({ path, origin: { ...notice, source } });
    this.#told.add(path);
    if (this.#told.size > MOST_TOLD) this.#told.delete(this.#told.values().next().value!);
    this.#notify();
  }

  /** Looks through the folders for files nobody told of. */
  look(): void {
    this.#isLookDue = true;
    this.#notify();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#timer.stop();
    this.#notify();
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is told goes to the spool at once; only to know what nobody told of the database is needed.
    await Promise.all([
      this.#again(() => this.#waiting.length > 0, () => this.#takeNext()),
      this.#again(() => this.#isLookDue, () => this.#look()),
    ]);
  }

  #notify(): void {
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers<void>();
    resolve();
  }

  async #again(isDue: () => boolean, work: () => Promise<void>): Promise<void> {
    while (!this.#end.signal.aborted) {
      if (isDue()) await work();
      else await this.#wake.promise;
    }
  }

  /** A file that was told of is left to be found in its folder, if it is there then. */
  #leave(path: string): void {
    this.#told.delete(path);
    this.#seen.clear();
  }

  async #takeNext(): Promise<void> {
    const { path, origin } = this.#waiting.shift()!;
    await this.#take(path, origin);
  }

  async #take(path: string, origin: Origin): Promise<void> {
    const { folders, images, clock, report, onImage } = this.#options;
    try {
      const row = await imageOf(await folders.admit(path), origin, clock);
      while (!images.keep(row)) await clock.sleep(DISK_RETRY, { signal: this.#end.signal });
      if (row.problem !== null) report("warning", `An image cannot be read: ${row.problem}`);
      onImage?.(row);
    } catch (error) {
      if (this.#end.signal.aborted) return;
      this.#leave(path);
      const who = origin.source === "" ? "" : `${origin.source} told of an image: `;
      report("warning", who + (error as Error).message);
    }
  }

  async #look(): Promise<void> {
    this.#isLookDue = false;
    const { folders, report } = this.#options;
    try {
      for await (const { folder, changed, files } of folders.changed(this.#seen)) {
        const isComplete = await this.#takeUnknown(files);
        if (this.#end.signal.aborted) return;
        if (isComplete) this.#seen.set(folder, changed);
      }
      this.#lookProblem = "";
    } catch (error) {
      if (this.#end.signal.aborted) return;
      const { message } = error as Error;
      // Told once for as long as it lasts; the store tells by itself that its database is away.
      if (message !== this.#lookProblem && !(error instanceof DewarError)) {
        report("warning", `The folders of images cannot be looked through: ${message}`);
      }
      this.#lookProblem = message;
    }
  }

  /** Brings in those files that are not known; whether all of them could be. */
  async #takeUnknown(files: readonly string[]): Promise<boolean> {
    let isComplete = true;
    for (let at = 0; at < files.length; at += ASKED) {
      const some = files.slice(at, at + ASKED);
      const known = await this.#options.images.known(some);
      for (const path of some) {
        if (known.has(path)) continue;
        if (this.#end.signal.aborted) return false;
        if (this.#told.has(path)) continue;
        const { mtime } = await Deno.stat(path);
        if (this.#options.clock.time() * 1000 - (mtime?.getTime() ?? 0) < FRESH) isComplete = false;
        else await this.#take(path, { source: "" });
      }
    }
    return isComplete;
  }
}
