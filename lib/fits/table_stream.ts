/** A binary table written piece by piece, sans-IO. @module */
import { FitsError } from "../errors.ts";
import { paddingAfter } from "./card.ts";
import { Checksum } from "./checksum.ts";
import { encodeTable } from "./encode_table.ts";
import type { Header } from "./header.ts";
import { sealedHeader } from "./hdu_encoder.ts";
import { type Pixels, type PixelType, pixelType, STORAGE } from "./pixels.ts";

/** A column whose values are not there yet. */
export interface TableStreamColumn {
  /** `TTYPE`. */
  readonly name: string;
  /** What its values are, one a row. */
  readonly type: PixelType;
  /** `TUNIT`. */
  readonly unit?: string;
}

/** A table whose rows are not there yet. */
export interface TableStreamInput {
  /** The columns. */
  readonly columns: readonly TableStreamColumn[];
  /** Cards beyond the structure. */
  readonly header?: Header;
  /** `EXTNAME`. */
  readonly name?: string;
}

/**
 * Writes a table of which nobody knows how many rows it will have: bytes out, to be written one after another. The header
 * is written again in its place, as often as one wants: it then says how many rows there are, with checksums.
 *
 * @example Usage
 * ```ts
 * import { encodeFits, parseFits, TableStream, verifyChecksums } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new TableStream({ columns: [{ name: "X", type: "float64", unit: "mm" }] });
 * const primary = encodeFits([{ shape: [], pixels: new Uint8Array() }]);
 * const parts = [primary, stream.header(), stream.push([Float64Array.of(1, 2)]), stream.padding()];
 * const file = Uint8Array.from(parts.flatMap((part) => [...part]));
 * file.set(stream.header(), primary.length);
 * assertEquals(parseFits(file)[1]!.header.number("NAXIS2"), 2);
 * assertEquals(verifyChecksums(file, parseFits(file)[1]!), { data: "right", hdu: "right" });
 * ```
 */
export class TableStream {
  readonly #columns: readonly TableStreamColumn[];
  readonly #header: Header;
  readonly #sum: Checksum | undefined;
  #rows = 0;
  #bytes = 0;

  /**
   * Begins one.
   *
   * @param input Columns, header.
   * @param checksum Whether it gets checksums.
   */
  constructor({ columns, ...rest }: TableStreamInput, checksum = true) {
    const empty = columns.map(({ type, ...column }) => ({ ...column, values: STORAGE[type].make(0) }));
    this.#columns = columns;
    this.#header = encodeTable({ ...rest, columns: empty }, checksum).header;
    this.#sum = checksum ? new Checksum() : undefined;
  }

  /** Rows that were pushed. */
  get rows(): number {
    return this.#rows;
  }

  /** The header for the rows that were pushed. Its length never changes. */
  header(): Uint8Array<ArrayBuffer> {
    return sealedHeader(this.#header.set("NAXIS2", this.#rows), this.#sum?.value ?? 0);
  }

  /**
   * The next rows.
   *
   * @param values The values of each column, of equally many rows.
   * @returns Their bytes.
   * @throws {FitsError} If they are of other types, or not as many in each column.
   */
  push(values: readonly Pixels[]): Uint8Array<ArrayBuffer> {
    const columns = this.#columns.map(({ name, type }, at) => ({
      name,
      values: checked(name, type, values[at]),
    }));
    const encoder = encodeTable({ columns }, false);
    const bytes = new Uint8Array(encoder.dataBytes);
    encoder.write(bytes);
    this.#sum?.add(bytes);
    this.#rows += values[0]?.length ?? 0;
    this.#bytes += bytes.length;
    return bytes;
  }

  /** What fills the last block. */
  padding(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(paddingAfter(this.#bytes));
  }
}

function checked(name: string, type: PixelType, values: Pixels | undefined): Pixels {
  const given = values && pixelType(values);
  if (given === type) return values!;
  throw new FitsError(`column ${name}: ${given ?? "no"} values came, expected ${type}`);
}
