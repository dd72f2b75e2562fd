/** Floating-point pixels that were rounded to scaled integers before compression, as fpack does it. @module */
import { FitsError } from "../errors.ts";
import type { StoredHdu } from "./hdu.ts";
import { tableLayout } from "./table_layout.ts";

/** How many random numbers there are; every reader has the same. */
const RANDOM_COUNT = 10_000;
/** What stands for NaN where the header does not say. */
const NO_VALUE = -2147483647;
/** What stands for exactly 0 in the second kind of dithering. */
const ZERO = -2147483646;

type Dithering = "NO_DITHER" | "SUBTRACTIVE_DITHER_1" | "SUBTRACTIVE_DITHER_2";

/** Turns the integers of tiles into what they stand for. */
export class Dequantizer {
  readonly #hdu: StoredHdu;
  readonly #dithering: Dithering;
  readonly #seed: number;
  readonly #blank: number;
  readonly #scale: (row: number) => number;
  readonly #zero: (row: number) => number;
  readonly #random: Float32Array;

  /**
   * Reads from the header how it was done.
   *
   * @throws {FitsError} If it was done in a way that is not known.
   */
  constructor(hdu: StoredHdu) {
    const { header } = hdu;
    const dithering = header.get("ZQUANTIZ") ?? "NO_DITHER";
    if (
      dithering !== "NO_DITHER" && dithering !== "SUBTRACTIVE_DITHER_1" &&
      dithering !== "SUBTRACTIVE_DITHER_2"
    ) {
      throw new FitsError(`quantized in a way that is not known: ${String(dithering)}`, { hdu: hdu.index });
    }
    this.#hdu = hdu;
    this.#dithering = dithering;
    this.#seed = header.number("ZDITHER0") ?? 1;
    this.#blank = header.number("ZBLANK") ?? NO_VALUE;
    this.#scale = this.#perTile("ZSCALE");
    this.#zero = this.#perTile("ZZERO");
    this.#random = dithering === "NO_DITHER" ? new Float32Array(0) : randomNumbers();
  }

  /**
   * Computes the pixels of a tile.
   *
   * @param values Its integers.
   * @param row The tile's row in the table.
   * @param pixels Where they go.
   */
  decode(values: Int32Array, row: number, pixels: Float64Array): void {
    const scale = this.#scale(row);
    const zero = this.#zero(row);
    const isDithered = this.#dithering !== "NO_DITHER";
    const zeroValue = this.#dithering === "SUBTRACTIVE_DITHER_2" ? ZERO : undefined;
    const random = this.#random;
    let start = (row + this.#seed - 1) % RANDOM_COUNT;
    let next = isDithered ? Math.trunc(random[start]! * 500) : 0;
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at]!;
      if (value === this.#blank) pixels[at] = NaN;
      else if (value === zeroValue) pixels[at] = 0;
      else pixels[at] = isDithered ? (value - random[next]! + 0.5) * scale + zero : value * scale + zero;
      if (!isDithered || ++next < RANDOM_COUNT) continue;
      start = (start + 1) % RANDOM_COUNT;
      next = Math.trunc(random[start]! * 500);
    }
  }

  /** A column of doubles, or a keyword where all tiles have the same. */
  #perTile(name: string): (row: number) => number {
    const { header, data, index } = this.#hdu;
    const layout = tableLayout(this.#hdu);
    const column = layout.columns.find((one) =>
      one.name === name && one.form.trim().replace(/^1/, "") === "D"
    );
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (column) return (row) => view.getFloat64(row * layout.rowBytes + column.offset);
    const same = header.number(name);
    if (same === undefined) {
      throw new FitsError(`there is neither a column nor a keyword ${name}`, { hdu: index });
    }
    return () => same;
  }
}

let known: Float32Array | undefined;

/** The random numbers of the FITS standard (Park and Miller), in single precision. */
function randomNumbers(): Float32Array {
  if (known) return known;
  known = new Float32Array(RANDOM_COUNT);
  let seed = 1;
  for (let at = 0; at < RANDOM_COUNT; at += 1) {
    seed = 16807 * seed % 2147483647;
    known[at] = seed / 2147483647;
  }
  return known;
}
