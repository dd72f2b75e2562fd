/** A picture in a FITS file: what its bytes mean, its amplifiers, and its pixels strip by strip. @module */
import { FitsError, type HduInfo, type Header, readHeaders, readImage } from "../../../lib/fits/mod.ts";
import type { Amplifier } from "../image/frame.ts";
import { type Raster, type RasterForm, SAMPLE_BYTES, type SampleType } from "../image/raster.ts";
import { mosaicOf } from "./mosaic.ts";
import { amplifiersIn } from "./sections.ts";

/** In which order a picture is read. */
export interface StripOptions {
  /** Rows of a strip; the last has fewer. */
  readonly rows: number;
  /** From the highest strip down (default: from the lowest up). Rows within a strip always go up. */
  readonly fromTop?: boolean;
}

/** A picture that can be read, more than once. */
export interface Picture {
  /** Its header. */
  readonly header: Header;
  /** All HDUs of the file. */
  readonly hdus: readonly HduInfo[];
  /** Which of them it is in; undefined where it is put together from several. */
  readonly hdu: HduInfo | undefined;
  /** What its bytes mean. */
  readonly form: RasterForm;
  /** BITPIX of what is stored. */
  readonly bitpix: number;
  /** Its amplifiers. */
  readonly amplifiers: readonly Amplifier[];
  /** Planes it has; the first one is read. */
  readonly planes: number;
  /** The pixels, in strips, each valid until the next is asked for. */
  strips(options: StripOptions): AsyncIterable<Raster>;
}

const TYPES: Readonly<Record<number, SampleType>> = {
  8: "u8",
  16: "i16",
  32: "i32",
  [-32]: "f32",
  [-64]: "f64",
};

/** An image that has to be decoded is held whole: it may have no more pixels than this. */
const MOST_HELD = 2 ** 26;

/** Whether an HDU has a picture in it. */
export function hasPicture({ kind, shape, header }: HduInfo): boolean {
  if (kind === "compressed") return true;
  return kind === "image" && header.get("NAXIS") !== 0 && shape.length > 0 &&
    shape.every((length) => length > 0);
}

/**
 * Opens a picture. Of a picture that is stored as it is only headers are read.
 *
 * @param path The file.
 * @param wanted Number of the HDU (default: the first with a picture; where each amplifier has its own, all of them).
 * @returns The picture.
 * @throws {FitsError} If there is none, or its data are cut off.
 */
export async function openPicture(path: string, wanted?: number): Promise<Picture> {
  const hdus = await readHeaders(path);
  if (wanted === undefined) {
    const mosaic = await mosaicOf(path, hdus);
    if (mosaic) return mosaic;
  }
  const hdu = wanted === undefined ? hdus.find(hasPicture) : hdus[wanted];
  if (!hdu) {
    const problem = wanted === undefined
      ? "there is no picture in it"
      : `it has ${hdus.length} HDUs, there is no number ${wanted}`;
    throw new FitsError(problem, { file: path });
  }
  if (!hasPicture(hdu)) {
    const what = hdu.kind === "image" ? "an image without data" : `a ${hdu.kind}`;
    throw new FitsError(`it is no picture but ${what}`, { file: path, hdu: hdu.index });
  }
  return hdu.kind === "image" && hdu.bitpix !== 64
    ? await storedPicture(path, hdu, hdus)
    : await decodedPicture(path, hdu, hdus);
}

/** What the bytes of an HDU mean whose pixels are stored as they are. */
export function formOf({ header, shape: [width = 0, height = 1], bitpix }: HduInfo): RasterForm {
  const type = TYPES[bitpix]!;
  return {
    width,
    height,
    type,
    littleEndian: false,
    scale: numberIn(header, "BSCALE") || 1,
    zero: numberIn(header, "BZERO") ?? 0,
    blank: type.startsWith("f") ? null : numberIn(header, "BLANK") ?? null,
  };
}

/** Makes sure that all pixels of an HDU are in the file. */
export async function checkData(path: string, hdu: HduInfo): Promise<void> {
  const { width, height, type } = formOf(hdu);
  const { size } = await Deno.stat(path);
  const wanted = width * height * SAMPLE_BYTES[type];
  if (size >= hdu.dataOffset + wanted) return;
  const problem = `the data are cut off: ${Math.max(0, size - hdu.dataOffset)} bytes of ${wanted}`;
  throw new FitsError(problem, { file: path, hdu: hdu.index, offset: size });
}

/** Reads exactly as many bytes as there is room for. */
export async function fill(file: Deno.FsFile, bytes: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) throw new FitsError("it became shorter while it was read", { file: path });
    at += read;
  }
}

/** Begin and end of each strip, in order. */
export function* stripRows(
  height: number,
  { rows, fromTop }: StripOptions,
): Generator<[from: number, to: number]> {
  if (fromTop) { for (let to = height; to > 0; to -= rows) yield [Math.max(0, to - rows), to]; }
  else for (let from = 0; from < height; from += rows) yield [from, Math.min(height, from + rows)];
}

/** Pixels that lie in the file as they are. */
async function storedPicture(path: string, hdu: HduInfo, hdus: readonly HduInfo[]): Promise<Picture> {
  await checkData(path, hdu);
  const form = formOf(hdu);
  const { header, bitpix } = hdu;
  return {
    header,
    hdu,
    hdus,
    form,
    bitpix,
    amplifiers: amplifiersIn(header, form),
    planes: planesOf(hdu.shape),
    async *strips(options) {
      const perRow = form.width * SAMPLE_BYTES[form.type];
      using file = await Deno.open(path);
      const bytes = new Uint8Array(perRow * Math.min(options.rows, form.height));
      for (const [from, to] of stripRows(form.height, options)) {
        await file.seek(hdu.dataOffset + from * perRow, Deno.SeekMode.Start);
        const strip = bytes.subarray(0, perRow * (to - from));
        await fill(file, strip, path);
        yield { ...form, height: to - from, bytes: strip };
      }
    },
  };
}

/** Pixels that have to be computed: compressed ones, and whole numbers of 64 bits. */
async function decodedPicture(path: string, hdu: HduInfo, hdus: readonly HduInfo[]): Promise<Picture> {
  const [across = 0, up = 1] = hdu.kind === "compressed"
    ? [numberIn(hdu.header, "ZNAXIS1"), numberIn(hdu.header, "ZNAXIS2")]
    : hdu.shape;
  if (across * up > MOST_HELD) {
    throw new FitsError(`${across} x ${up} pixels are more than can be held to decode them`, { file: path });
  }
  const { header, shape, pixels, blank } = await readImage(path, {
    hdu: hdu.index,
    values: hdu.bitpix === 64 ? "float" : "natural",
  });
  const values = pixels instanceof Int8Array ? Int16Array.from(pixels) : pixels;
  const form: RasterForm = {
    width: shape[0] ?? 0,
    height: shape[1] ?? 1,
    type: typeOf(values) ?? "f64",
    littleEndian: true,
    scale: 1,
    zero: 0,
    blank: blank === undefined ? null : Number(blank),
  };
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const perRow = form.width * SAMPLE_BYTES[form.type];
  return {
    header,
    hdu,
    hdus,
    form,
    bitpix: numberIn(hdu.header, "ZBITPIX") ?? hdu.bitpix,
    amplifiers: amplifiersIn(header, form),
    planes: planesOf(shape),
    async *strips(options) {
      for (const [from, to] of stripRows(form.height, options)) {
        yield await Promise.resolve({
          ...form,
          height: to - from,
          bytes: bytes.subarray(from * perRow, to * perRow),
        });
      }
    },
  };
}

const planesOf = (shape: readonly number[]): number =>
  shape.slice(2).reduce((product, length) => product * length, 1);

/** The name of an array's type; undefined for those no picture is sent in. */
export function typeOf(pixels: ArrayBufferView): SampleType | undefined {
  if (pixels instanceof Uint8Array) return "u8";
  if (pixels instanceof Int16Array) return "i16";
  if (pixels instanceof Uint16Array) return "u16";
  if (pixels instanceof Int32Array) return "i32";
  if (pixels instanceof Uint32Array) return "u32";
  if (pixels instanceof Float32Array) return "f32";
  return pixels instanceof Float64Array ? "f64" : undefined;
}

/** The number under a keyword, if it is one. */
export function numberIn(header: Header, keyword: string): number | undefined {
  const value = header.get(keyword);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The text under a keyword, if there is any. */
export function textIn(header: Header, keyword: string): string | undefined {
  const value = header.get(keyword);
  const text = value === undefined ? "" : String(value).trim();
  return text === "" ? undefined : text;
}
