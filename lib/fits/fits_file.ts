/** A file on the disk, read piece by piece. @module */
import { FitsError } from "../errors.ts";
import { BLOCK, CARD } from "./card.ts";
import { decodeImage, decodeValues } from "./decode_image.ts";
import type { StoredHdu } from "./hdu.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { endOf, type HduInfo, layoutOf } from "./layout.ts";
import { checkStart, type ReadOptions } from "./parse_fits.ts";
import { findEnd, type FitsWarning, parseHeader } from "./parse_header.ts";
import { scaleOf } from "./scale.ts";

/** So much is read at once while an END is looked for. */
const HEADER_PIECE = 8 * BLOCK;
/** No header is longer. */
const HEADER_LIMIT = 64 * 1024 * 1024;

/** So many bytes of data are read at once, not more. */
const DATA_LIMIT = 4 * 1024 ** 3;

/** Which HDU is meant: its number from 0, or its `EXTNAME`. */
export type HduChoice = number | string;

/**
 * A FITS file that is open. Its headers have been read; data are read as they are asked for, so it may be larger than
 * the memory.
 */
export class FitsFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  /** What is in it. */
  readonly hdus: readonly HduInfo[];
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile, hdus: readonly HduInfo[]) {
    this.path = path;
    this.#file = file;
    this.hdus = hdus;
  }

  /**
   * Opens a file and reads its headers.
   *
   * @param path The file.
   * @param options Who is told of what is not as it should be.
   * @throws {FitsError} If it is no FITS file, or is cut off.
   */
  static async open(path: string, options: ReadOptions = {}): Promise<FitsFile> {
    const file = await Deno.open(path);
    try {
      return new FitsFile(path, file, await scan(file, options));
    } catch (error) {
      file.close();
      throw error instanceof FitsError ? error.at({ file: path }) : error;
    }
  }

  /**
   * Finds an HDU.
   *
   * @param choice Its number or name; default: the first one with an image.
   * @throws {FitsError} If there is none.
   */
  hdu(choice?: HduChoice): HduInfo {
    const found = choice === undefined
      ? this.hdus.find(({ kind, dataBytes }) => (kind === "image" || kind === "compressed") && dataBytes > 0)
      : this.hdus.find(({ index, name }) => index === choice || name === choice);
    if (found) return found;
    const wanted = choice === undefined ? "an image" : `HDU ${JSON.stringify(choice)}`;
    const names = this.hdus.map(({ index, name }) => name ?? String(index)).join(", ");
    throw new FitsError(`there is not ${wanted} in it (it has ${names})`, { file: this.path });
  }

  /** Reads an HDU with its data as they are stored. */
  async stored(choice?: HduChoice): Promise<StoredHdu> {
    const hdu = this.hdu(choice);
    return { ...hdu, data: await this.#read(hdu, hdu.dataOffset, hdu.dataBytes) };
  }

  /** Reads an image. */
  async image(choice?: HduChoice, options: DecodeOptions = {}): Promise<Image> {
    const hdu = this.hdu(choice);
    if (hdu.kind !== "image") {
      return this.#told(() => this.stored(hdu.index).then((it) => decodeImage(it, options)));
    }
    const { header, shape, bitpix } = hdu;
    const data = await this.#read(hdu, hdu.dataOffset, hdu.dataBytes);
    return {
      header,
      shape,
      ...decodeValues(data, bitpix, scaleOf(header, bitpix), { ...options, inPlace: true }),
    };
  }

  /**
   * Reads some rows of an image that is not compressed.
   *
   * @param choice Which HDU.
   * @param first The first row, from 0; rows of further planes count on.
   * @param count How many.
   * @param options What the values are to be.
   * @returns An image of two axes.
   */
  async rows(
    choice: HduChoice | undefined,
    first: number,
    count: number,
    options: DecodeOptions = {},
  ): Promise<Image> {
    const hdu = this.hdu(choice);
    const { header, shape, bitpix, index } = hdu;
    const [width = 0, ...others] = shape;
    const height = others.reduce((product, length) => product * length, 1);
    if (hdu.kind !== "image") {
      throw new FitsError(`rows of ${hdu.kind} cannot be read`, { file: this.path, hdu: index });
    }
    if (!(first >= 0 && count >= 0 && first + count <= height)) {
      const problem = `rows ${first} to ${first + count - 1} are not in an image of ${height}`;
      throw new FitsError(problem, { file: this.path, hdu: index });
    }
    const rowBytes = width * Math.abs(bitpix) / 8;
    const data = await this.#read(hdu, hdu.dataOffset + first * rowBytes, count * rowBytes);
    return {
      header,
      shape: [width, count],
      ...decodeValues(data, bitpix, scaleOf(header, bitpix), { ...options, inPlace: true }),
    };
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }

  async #read(hdu: HduInfo, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length > DATA_LIMIT) {
      const problem = `${length} bytes are not read into memory at once: read it by rows`;
      throw new FitsError(problem, { file: this.path, hdu: hdu.index });
    }
    const bytes = new Uint8Array(length);
    const got = await readAt(this.#file, offset, bytes);
    if (got === length) return bytes;
    const problem = `the data are cut off: ${got} bytes of ${length}`;
    throw new FitsError(problem, { file: this.path, hdu: hdu.index, offset: offset + got });
  }

  async #told<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw error instanceof FitsError ? error.at({ file: this.path }) : error;
    }
  }
}

/** Fills the bytes from there on; tells how many there were. */
async function readAt(file: Deno.FsFile, offset: number, bytes: Uint8Array): Promise<number> {
  await file.seek(offset, Deno.SeekMode.Start);
  let at = 0;
  while (at < bytes.length) {
    const got = await file.read(bytes.subarray(at));
    if (got === null) break;
    at += got;
  }
  return at;
}

async function scan(file: Deno.FsFile, { onWarning }: ReadOptions): Promise<HduInfo[]> {
  const { size } = await file.stat();
  const hdus: HduInfo[] = [];
  let offset = 0;
  do {
    const index = hdus.length;
    const found = await headerAt(file, offset, index);
    if (found === undefined) {
      const problem = `${size - offset} bytes behind the last HDU are no extension`;
      onWarning?.({ problem, place: { hdu: index, offset } });
      break;
    }
    const header = parseHeader(found, { hdu: index, offset, ...onWarning ? { onWarning } : {} });
    const info = layoutOf(header, index, offset, found.length);
    const there = size - info.dataOffset;
    if (there < info.dataBytes) {
      const problem = `the data are cut off: ${Math.max(there, 0)} bytes of ${info.dataBytes}`;
      throw new FitsError(problem, { hdu: index, offset: size });
    }
    hdus.push(info);
    offset = endOf(info);
    if (offset > size) warnOfPadding(index, size, onWarning);
  } while (offset < size);
  return hdus;
}

function warnOfPadding(
  hdu: number,
  offset: number,
  onWarning: ((warning: FitsWarning) => void) | undefined,
): void {
  onWarning?.({ problem: "the padding of the data is missing", place: { hdu, offset } });
}

/** The blocks of a header; undefined if something else is there behind the first HDU. */
async function headerAt(file: Deno.FsFile, offset: number, index: number): Promise<Uint8Array | undefined> {
  let bytes = new Uint8Array(HEADER_PIECE);
  let length = 0;
  let end = -1;
  let searched = 0;
  while (end < 0) {
    const got = await readAt(file, offset + length, bytes.subarray(length));
    length += got;
    const there = bytes.subarray(0, length);
    if (searched === 0) {
      if (index > 0 && String.fromCharCode(...there.subarray(0, 8)) !== "XTENSION") return undefined;
      checkStart(there, index, offset);
    }
    end = findEnd(there, searched);
    if (end >= 0) break;
    if (got === 0 || length >= HEADER_LIMIT) {
      throw new FitsError(`the header has no END in its ${length} bytes`, {
        hdu: index,
        offset: offset + length,
      });
    }
    searched = length - length % CARD;
    const longer = new Uint8Array(2 * bytes.length);
    longer.set(there);
    bytes = longer;
  }
  return bytes.subarray(0, Math.ceil((end + CARD) / BLOCK) * BLOCK);
}

/** Options of {@linkcode readImage}. */
export interface ReadImageOptions extends DecodeOptions, ReadOptions {
  /** Which HDU (default: the first one with an image). */
  hdu?: HduChoice;
}

/**
 * Reads an image from a file.
 *
 * @param path The file.
 * @param options Which HDU, and what the values are to be.
 * @throws {FitsError} If there is none.
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Image> {
  using file = await FitsFile.open(path, options);
  return await file.image(options.hdu, options);
}

/**
 * Reads the headers of a file, however long its data are.
 *
 * @param path The file.
 * @param options Who is told of what is not as it should be.
 * @throws {FitsError} If it is no FITS file, or is cut off.
 */
export async function readHeaders(path: string, options: ReadOptions = {}): Promise<readonly HduInfo[]> {
  using file = await FitsFile.open(path, options);
  return file.hdus;
}
