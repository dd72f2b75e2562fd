/** Captures as HDF5, in the layout of the reference client. @module */
import { DewarError } from "../errors.ts";
import type { CaptureFile } from "./capture_file.ts";
import { type Column, makeColumn } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FileColumn } from "./file_columns.ts";
import { type Dataset, type File, loadHdf5, reasonOf } from "./hdf5_library.ts";

/** Rows of a chunk: what a file grows by. */
const CHUNK = 16384;
/** Chunks that are written at once, if that is not too much memory: calls cost more than their bytes. */
const CHUNKS = 16;
/** Chunks of all columns together that are held in memory. */
const HELD = 256;

const DTYPES = { int32: "<i", uint32: "<I", int64: "<q", uint64: "<Q", double: "<d" } as const;

/**
 * Makes a file with a dataset `NAME.CAPTURE` for each column, which grows; the times of the acquisition are attributes of the
 * file. It can be read while it is written (SWMR).
 *
 * @param path Its name.
 * @param start The acquisition.
 * @param columns Its columns.
 * @throws {DewarError} If it cannot be made, or is there already.
 */
export async function createHdf5(
  path: string,
  start: StartData,
  columns: readonly FileColumn[],
): Promise<CaptureFile> {
  const hdf5 = await loadHdf5();
  let file: File | undefined;
  try {
    // The oldest format that can be read while it is written.
    file = new hdf5.File(path, "x", { libver: ["v110", "v110"] });
    return new Hdf5File(file, path, start, columns);
  } catch (error) {
    file?.close();
    throw new DewarError(`Cannot make ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

class Hdf5File implements CaptureFile {
  readonly batch: number;
  readonly isLive = true;
  readonly #file: File;
  readonly #path: string;
  readonly #datasets: readonly Dataset[];
  /** Rows that are on their way to the disk, or on it. */
  #rows = 0;
  /** Rows that have reached it. */
  #safe = 0;

  constructor(file: File, path: string, start: StartData, columns: readonly FileColumn[]) {
    this.batch = CHUNK * Math.max(1, Math.min(CHUNKS, Math.floor(HELD / columns.length)));
    this.#file = file;
    this.#path = path;
    const { armTime, startTime, hwTimeOffset } = start;
    if (armTime !== undefined) file.create_attribute("arm_time", armTime);
    if (startTime !== undefined) file.create_attribute("start_time", startTime);
    if (hwTimeOffset !== undefined) {
      file.create_attribute("hw_time_offset_ns", BigInt64Array.of(BigInt(hwTimeOffset)), [], "<q");
    }
    this.#datasets = columns.map((column) => createDataset(file, column));
    file.start_swmr_write();
  }

  write(arrays: readonly Column[], rows: number): void {
    try {
      for (const [place, dataset] of this.#datasets.entries()) {
        dataset.resize([this.#rows + rows]);
        dataset.write_slice([[this.#rows, this.#rows + rows]], arrays[place]!.subarray(0, rows));
      }
      this.#rows += rows;
      this.#file.flush();
      this.#safe = this.#rows;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  close(): void {
    try {
      this.#file.close();
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** What lies behind the last rows that have reached the disk is cut off, so that nothing of it need be written. */
  abandon(): void {
    try {
      for (const dataset of this.#datasets) dataset.resize([this.#safe]);
    } finally {
      this.#file.close();
    }
  }

  #failure(error: unknown): DewarError {
    const message = `Cannot write ${this.#path} beyond row ${this.#safe}: ${reasonOf(error)}`;
    return new DewarError(message, { cause: error });
  }
}

function createDataset(file: File, { name, type, units }: FileColumn): Dataset {
  const dataset = file.create_dataset({
    name,
    data: makeColumn(type, 0),
    shape: [0],
    maxshape: [null],
    chunks: [CHUNK],
    dtype: DTYPES[type],
  });
  if (units !== "") dataset.create_attribute("units", units);
  return dataset;
}
