/** Files that acquisitions are written to. @module */
import { ConfigError } from "../errors.ts";
import type { Column } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FileColumn } from "./file_columns.ts";

/** A file of one acquisition, open for writing. */
export interface CaptureFile {
  /** Rows it likes to be given at once, and multiples of it. */
  readonly batch: number;
  /** Whether others can read it while it grows. */
  readonly isLive: boolean;
  /**
   * Appends rows.
   *
   * @param arrays The columns, in the order in which they were announced; the first `rows` elements of each count.
   * @param rows How many.
   */
  write(arrays: readonly Column[], rows: number): void | Promise<void>;
  /** Ends it in order. */
  close(): void | Promise<void>;
  /** Ends it after a failure: rows that were written whole can be read if it is at all possible. */
  abandon(): void | Promise<void>;
}

/** Makes a file; it is never one that is there already. */
export type CreateFile = (
  path: string,
  start: StartData,
  columns: readonly FileColumn[],
) => CaptureFile | Promise<CaptureFile>;

/** Formats by the endings of names; each is loaded when it is needed. */
const FORMATS: Readonly<Record<string, () => Promise<CreateFile>>> = {
  h5: async () => (await import("./hdf5_file.ts")).createHdf5,
  hdf5: async () => (await import("./hdf5_file.ts")).createHdf5,
  hdf: async () => (await import("./hdf5_file.ts")).createHdf5,
  arrow: async () => (await import("./arrow_file.ts")).createArrow,
  feather: async () => (await import("./arrow_file.ts")).createArrow,
  fits: async () => (await import("./fits_table_file.ts")).createFitsTable,
};

/**
 * The format a file is to have.
 *
 * @param path Its name; the ending says it.
 * @throws {ConfigError} If there is no such format.
 */
export async function formatOf(path: string): Promise<CreateFile> {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const load = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (load) return await load();
  const known = Object.keys(FORMATS).map((name) => `.${name}`).join(", ");
  throw new ConfigError(`Cannot tell the format of "${path}" by its ending: there are ${known}`);
}
