/** The store as the images see it. @module */
import type { Sql } from "postgres";
import {
  findImage,
  findImages,
  type ImageFound,
  type ImagePage,
  type ImageQuery,
  type ImageRow,
  imageSources,
  knownPaths,
  neighboursOf,
  readThumbnail,
} from "./image.ts";

/** What an {@linkcode ImageStore} stands on. */
export interface ImageStoreParts {
  /** Puts a record into the spool; false if the disk takes nothing. */
  append(row: ImageRow): boolean;
  /** Asks the database. */
  query<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Waits until what was appended is in the database, unless it is in trouble. */
  flush(): Promise<void>;
}

/** What there is of an {@linkcode ImageStore} for those who use one. */
export type Images = Pick<ImageStore, keyof ImageStore>;

/** Keeps images and finds them. Each question rejects with a `ConnectionError` when the database cannot be used. */
export class ImageStore {
  readonly #parts: ImageStoreParts;

  /** Makes one on a spool and a database. */
  constructor(parts: ImageStoreParts) {
    this.#parts = parts;
  }

  /** Keeps an image; of a file that is known already the new word counts. False if the disk takes nothing. */
  keep(row: ImageRow): boolean {
    return this.#parts.append(row);
  }

  /** Images, newest first; those kept before this call are among them. */
  async find(query: ImageQuery): Promise<ImagePage> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findImages(sql, query));
  }

  /** One image by its number; undefined if there is none. */
  one(id: number): Promise<ImageFound | undefined> {
    return this.#parts.query((sql) => findImage(sql, id));
  }

  /** The images before and after one, of the same client, nearest first. */
  neighbours(
    image: ImageFound,
    count: number,
  ): Promise<{ readonly older: readonly ImageFound[]; readonly newer: readonly ImageFound[] }> {
    return this.#parts.query((sql) => neighboursOf(sql, image, count));
  }

  /** The small picture of an image, PNG; undefined if there is none. */
  thumbnail(id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#parts.query((sql) => readThumbnail(sql, id));
  }

  /** Which of some files are known already. */
  async known(paths: readonly string[]): Promise<Set<string>> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => knownPaths(sql, paths));
  }

  /** Runs and clients that have images, for choices. */
  sources(): Promise<{ runs: readonly string[]; sources: readonly string[] }> {
    return this.#parts.query(imageSources);
  }
}
