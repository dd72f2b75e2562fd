/** Rows in lines of text, each of which begins with a blank. @module */
import { PeerProtocolError } from "../errors.ts";
import type { ByteInput } from "./byte_input.ts";
import type { StartData } from "./data_event.ts";
import type { RowBuffer } from "./row_buffer.ts";
import { END, type RowReader, type RowStep } from "./row_reader.ts";

const BLANK = 32;
const FIRST_OF_END = END & 0xff;

/** Reads lines of rows with one of the functions below. */
export class TextRows implements RowReader {
  readonly isWithin = false;
  readonly #rows: RowBuffer;
  readonly #read: (line: string) => Uint8Array;

  /** Makes one that reads lines with `read`. */
  constructor(rows: RowBuffer, read: (line: string) => Uint8Array) {
    this.#rows = rows;
    this.#read = read;
  }

  step(input: ByteInput): RowStep {
    if (!input.has(1)) return "more";
    if (input.byte(0) === BLANK) {
      const line = input.line();
      if (line === undefined) return "more";
      const bytes = this.#read(line.slice(1));
      this.#rows.push(bytes, 0, bytes.length);
      return "read";
    }
    if (input.byte(0) !== FIRST_OF_END) return "other";
    if (!input.has(4)) return "more";
    if (input.uint32(0) !== END) return "other";
    input.skip(4);
    return "end";
  }
}

/**
 * Reads a line of base64; rows begin and end anywhere in it.
 *
 * @param line The line.
 * @returns Its bytes.
 * @throws {PeerProtocolError} If it is none.
 */
export function readBase64(line: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(line.replace(/\0$/, "")); // servers of 4.1 write a NUL
  } catch (cause) {
    throw new PeerProtocolError(`expected base64, got ${JSON.stringify(line)}`, { cause });
  }
}

/**
 * Reads a line of numbers: of scaled data one per column, of raw data one for every 32 bits.
 *
 * @param line The line.
 * @param start The acquisition.
 * @returns A packed row.
 * @throws {PeerProtocolError} If there are not as many numbers as belong into a row.
 */
export function readAscii(line: string, { process, fields, sampleBytes }: StartData): Uint8Array {
  const numbers = line.split(" ").map(numberOf);
  const types = process === "Raw"
    ? new Array<string>(sampleBytes / 4).fill("uint32")
    : fields.map(({ type }) => type);
  if (numbers.length !== types.length || numbers.includes(undefined)) {
    throw new PeerProtocolError(`expected ${types.length} numbers, got ${JSON.stringify(line)}`);
  }
  const row = new DataView(new ArrayBuffer(sampleBytes));
  let at = 0;
  for (const [place, type] of types.entries()) {
    if (type === "double") row.setFloat64(at, numbers[place]!, true);
    else row.setUint32(at, numbers[place]!, true);
    at += type === "double" ? 8 : 4;
  }
  return new Uint8Array(row.buffer);
}

function numberOf(text: string): number | undefined {
  if (/^(?:0x[0-9a-f]{1,8}|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/i.test(text)) return Number(text);
  const special = /^(-?)(nan|inf)$/.exec(text);
  return special ? (special[2] === "nan" ? NaN : Number(`${special[1]}Infinity`)) : undefined;
}
