/**
 * Records in a spool file: bytes in, records out. A record is a mark, its length, a checksum, and its payload.
 *
 * The mark has bytes that no UTF-8 text has, so that the next record can be found behind a damaged one.
 * @module
 */
import { crc32 } from "node:zlib";

const MARK = new Uint8Array([0xff, 0xd3, 0x9a, 0xfe]);

/** Bytes that a record takes besides its payload. */
export const HEADER_BYTES = 12;

/** Longest payload of a record, bytes. */
export const MAX_PAYLOAD = 16 * 2 ** 20;

/** The length is the checksum's seed, so that it is covered as well. */
function checksum(length: number, payload: Uint8Array): number {
  return crc32(payload, length) >>> 0;
}

/**
 * Makes a record.
 *
 * @param payload What it says, at most {@linkcode MAX_PAYLOAD} bytes.
 * @returns The record's bytes.
 * @throws {RangeError} If the payload is too long.
 */
export function frame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  if (payload.length > MAX_PAYLOAD) {
    throw new RangeError(`A record of ${payload.length} bytes is too long: at most ${MAX_PAYLOAD}`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes.set(payload, HEADER_BYTES);
  seal(bytes, 0, payload.length);
  return bytes;
}

/**
 * Makes a record of a payload that is in its place already.
 *
 * @param bytes Where it is.
 * @param start Where the record starts; the payload is {@linkcode HEADER_BYTES} behind it.
 * @param length Bytes of the payload.
 */
export function seal(bytes: Uint8Array, start: number, length: number): void {
  const payload = bytes.subarray(start + HEADER_BYTES, start + HEADER_BYTES + length);
  bytes.set(MARK, start);
  write32(bytes, start + 4, length);
  write32(bytes, start + 8, checksum(length, payload));
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Part of a file, from byte `start` to before byte `end`. */
export interface Span {
  /** First byte. */
  readonly start: number;
  /** First byte after it. */
  readonly end: number;
}

/** A record found. */
export interface Found extends Span {
  /** What it says: a view of the bytes scanned. */
  readonly payload: Uint8Array;
}

/** What {@linkcode scan} found. */
export interface Scan {
  /** The sound records, in order. */
  readonly records: readonly Found[];
  /** Damaged stretches between sound records. */
  readonly damaged: readonly Span[];
  /** Where the last sound record ends; what follows is an unfinished record, or damage up to the end. */
  readonly end: number;
}

type Look = Found | "unfinished" | "damaged";

function look(bytes: Uint8Array, view: DataView, start: number): Look {
  const left = bytes.length - start;
  if (!MARK.every((byte, i) => i >= left || bytes[start + i] === byte)) return "damaged";
  if (left < HEADER_BYTES) return "unfinished";
  const length = view.getUint32(start + 4);
  if (length > MAX_PAYLOAD) return "damaged";
  const end = start + HEADER_BYTES + length;
  if (end > bytes.length) return "unfinished";
  const payload = bytes.subarray(start + HEADER_BYTES, end);
  return view.getUint32(start + 8) === checksum(length, payload) ? { start, end, payload } : "damaged";
}

function nextSound(bytes: Uint8Array, view: DataView, from: number): Found | undefined {
  for (let at = bytes.indexOf(MARK[0]!, from); at >= 0; at = bytes.indexOf(MARK[0]!, at + 1)) {
    const found = look(bytes, view, at);
    if (typeof found === "object") return found;
  }
}

/**
 * Finds the records in a stretch of a file that starts with one.
 *
 * @param bytes The stretch.
 * @param options `whole`: nothing follows, so that an unfinished record will never be finished.
 * @returns The records, and what is damaged between them.
 */
export function scan(bytes: Uint8Array, options: { whole: boolean }): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Found[] = [];
  const damaged: Span[] = [];
  let end = 0;
  while (end < bytes.length) {
    let found = look(bytes, view, end);
    if (typeof found === "string") {
      if (found === "unfinished" && !options.whole) break;
      const next = nextSound(bytes, view, end + 1);
      if (!next) break;
      damaged.push({ start: end, end: next.start });
      found = next;
    }
    records.push(found);
    end = found.end;
  }
  return { records, damaged, end };
}
