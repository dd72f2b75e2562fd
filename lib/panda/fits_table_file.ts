/** Captures as binary tables of FITS. @module */
import { Header, ImageStream, type PixelType, TableStream } from "../fits/mod.ts";
import type { CaptureFile } from "./capture_file.ts";
import type { Column } from "./columns.ts";
import type { StartData } from "./data_event.ts";
import type { FileColumn } from "./file_columns.ts";
import { GrowingFile } from "./growing_file.ts";

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
  const table = new FitsTableFile(await GrowingFile.create(path), start, columns);
  await table.begin();
  return table;
}

class FitsTableFile implements CaptureFile {
  readonly batch = BATCH;
  readonly isLive = true;
  readonly #file: GrowingFile;
  readonly #primary: Uint8Array;
  readonly #table: TableStream;

  constructor(file: GrowingFile, start: StartData, columns: readonly FileColumn[]) {
    this.#file = file;
    this.#primary = new ImageStream({ shape: [], type: "uint8" }, true).header();
    this.#table = new TableStream({
      name: "CAPTURE",
      header: headerOf(start),
      columns: columns.map(({ name, type, units }) => {
        const unit = asciiOf(units);
        return { name, type: TYPES[type], ...(unit === "" ? {} : { unit }) };
      }),
    });
  }

  async begin(): Promise<void> {
    await this.#file.append(0, [this.#primary, this.#table.header()], new Uint8Array(0));
  }

  async write(arrays: readonly Column[], rows: number): Promise<void> {
    const bytes = this.#table.push(arrays.map((array) => array.subarray(0, rows)));
    const header = { bytes: this.#table.header(), at: this.#primary.length };
    await this.#file.append(rows, [bytes], this.#table.padding(), header);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  abandon(): Promise<void> {
    return this.#file.abandon();
  }
}

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
