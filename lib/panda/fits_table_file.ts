/** Captures as binary tables of FITS. @module */
import { type FileHandle, open } from "node:fs/promises";
import { DewarError } from "../errors.ts";
import { Header, ImageStream, type PixelType, TableStream } from "../fits/mod.ts";
import type { CaptureFile } from "./capture_file.ts";
import type { Column } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FileColumn } from "./file_columns.ts";

/** Rows that are written at once. */
const BATCH = 16384;

const TYPES: Readonly<Record<FileColumn["type"], PixelType>> = {
  int32: "int32",
  uint32: "uint32",
  int64: "int64",
  uint64: "uint64",
  double: "float64",
};

/**
 * Makes a file with one binary table, `CAPTURE`, that has a column for each of the capture's. After every batch it is a whole
 * FITS file, padded and with its checksums.
 *
 * @param path Its name.
 * @param start The acquisition.
 * @param columns Its columns.
 * @throws {DewarError} If it cannot be made, or is there already.
 */
export async function createFitsTable(
  path: string,
  start: StartData,
  columns: readonly FileColumn[],
): Promise<CaptureFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "wx");
    const file = new FitsTableFile(handle, path, start, columns);
    await file.begin();
    return file;
  } catch (error) {
    await handle?.close();
    throw new DewarError(`Cannot make ${path}: ${(error as Error).message}`, { cause: error });
  }
}

class FitsTableFile implements CaptureFile {
  readonly batch = BATCH;
  readonly isLive = true;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #primary: Uint8Array;
  readonly #table: TableStream;
  #header: Uint8Array;
  /** Rows that are in the file, and their bytes. */
  #rows = 0;
  #bytes = 0;

  constructor(handle: FileHandle, path: string, start: StartData, columns: readonly FileColumn[]) {
    this.#handle = handle;
    this.#path = path;
    this.#primary = new ImageStream({ shape: [], type: "uint8" }, true).header();
    this.#table = new TableStream({
      name: "CAPTURE",
      header: headerOf(start),
      columns: columns.map(({ name, type, units }) => {
        const unit = asciiOf(units);
        return { name, type: TYPES[type], ...(unit === "" ? {} : { unit }) };
      }),
    });
    this.#header = this.#table.header();
  }

  async begin(): Promise<void> {
    await this.#put(this.#primary, 0);
    await this.#put(this.#header, this.#primary.length);
  }

  async write(arrays: readonly Column[], rows: number): Promise<void> {
    const bytes = this.#table.push(arrays.map((array) => array.subarray(0, rows)));
    try {
      await this.#put(bytes, this.#dataAt + this.#bytes);
      await this.#put(this.#table.padding(), this.#dataAt + this.#bytes + bytes.length);
      const header = this.#table.header();
      await this.#put(header, this.#primary.length);
      this.#header = header;
      this.#rows += rows;
      this.#bytes += bytes.length;
    } catch (error) {
      const message = `Cannot write ${this.#path} beyond row ${this.#rows}: ${(error as Error).message}`;
      throw new DewarError(message, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** What a batch that failed has left is cut off, and the padding it went over is restored: there was room for that. */
  async abandon(): Promise<void> {
    try {
      const end = this.#dataAt + this.#bytes;
      const padding = (BLOCK - this.#bytes % BLOCK) % BLOCK;
      await this.#handle.truncate(end + padding);
      await this.#put(new Uint8Array(padding), end);
      await this.#put(this.#header, this.#primary.length);
    } finally {
      await this.#handle.close();
    }
  }

  get #dataAt(): number {
    return this.#primary.length + this.#header.length;
  }

  async #put(bytes: Uint8Array, at: number): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += (await this.#handle.write(bytes, sent, bytes.length - sent, at + sent)).bytesWritten;
    }
  }
}

/** Bytes of a block of a FITS file. */
const BLOCK = 2880;

function headerOf({ armTime, startTime, hwTimeOffset, missed }: StartData): Header {
  const header = new Header();
  const time = (text: string) => text.replace(/Z$/, "");
  if (startTime !== undefined) header.set("DATE-OBS", time(startTime), { comment: "start of the capture" });
  if (armTime !== undefined) header.set("DATE-ARM", time(armTime), { comment: "when it was armed" });
  if (startTime !== undefined) header.set("TIMESYS", "UTC", { comment: "time system" });
  if (hwTimeOffset !== undefined) {
    header.set("HWOFFSET", hwTimeOffset, { comment: "hardware clock ahead of the system's", unit: "ns" });
  }
  return header.set("MISSED", missed, { comment: "rows before these that were not captured" });
}

/** Units as FITS can hold them. */
function asciiOf(units: string): string {
  return units.replace(/[µμ]/g, "u").replace(/°/g, "deg").replace(/[^ -~]/g, "?");
}
