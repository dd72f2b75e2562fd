/** Reads a file that is in memory. @module */
import { FitsError } from "../errors.ts";
import { BLOCK, CARD } from "./card.ts";
import { Checksum } from "./checksum.ts";
import type { StoredHdu } from "./hdu.ts";
import { endOf, layoutOf } from "./layout.ts";
import { findEnd, type FitsWarning, parseHeader } from "./parse_header.ts";

/** Options of whatever reads FITS. */
export interface ReadOptions {
  /** Told of what is not as the standard has it and was read all the same. */
  onWarning?: (warning: FitsWarning) => void;
}

/**
 * Reads a whole file that is in memory. Nothing is copied: the HDUs' data are views.
 *
 * @param file The bytes.
 * @param options Who is told of what is not as it should be.
 * @throws {FitsError} If it is no FITS file, or is cut off.
 */
export function parseFits(file: Uint8Array, options: ReadOptions = {}): StoredHdu[] {
  const { onWarning } = options;
  const hdus: StoredHdu[] = [];
  let offset = 0;
  do {
    const index = hdus.length;
    const bytes = file.subarray(offset);
    checkStart(bytes, index, offset);
    const end = findEnd(bytes, 0);
    const header = parseHeader(bytes, { hdu: index, offset, ...onWarning ? { onWarning } : {} });
    const info = layoutOf(header, index, offset, Math.ceil((end + CARD) / BLOCK) * BLOCK);
    const data = file.subarray(info.dataOffset, info.dataOffset + info.dataBytes);
    if (data.length < info.dataBytes) {
      const problem = `the data are cut off: ${data.length} bytes of ${info.dataBytes}`;
      throw new FitsError(problem, { hdu: index, offset: file.length });
    }
    hdus.push({ ...info, data });
    offset = endOf(info);
    if (offset > file.length) {
      onWarning?.({
        problem: "the padding of the data is missing",
        place: { hdu: index, offset: file.length },
      });
    }
  } while (hasMore(file, offset, hdus.length, onWarning));
  return hdus;
}

/** Whether another HDU begins here. What is behind the last one is told and passed over. */
function hasMore(
  file: Uint8Array,
  offset: number,
  hdu: number,
  onWarning: ReadOptions["onWarning"],
): boolean {
  if (offset >= file.length) return false;
  if (startsWith(file.subarray(offset), "XTENSION")) return true;
  const problem = `${file.length - offset} bytes behind the last HDU are no extension`;
  onWarning?.({ problem, place: { hdu, offset } });
  return false;
}

/** Refuses at once what does not begin like an HDU: it need not be searched for an END. */
export function checkStart(bytes: Uint8Array, hdu: number, offset: number): void {
  const expected = hdu === 0 ? "SIMPLE  =" : "XTENSION=";
  const found = String.fromCharCode(...bytes.subarray(0, expected.length));
  if (expected.startsWith(found) && found !== "" || found === expected) return;
  const got = found === "" ? "the end" : JSON.stringify(found);
  throw new FitsError(`expected ${JSON.stringify(expected)}, got ${got}`, { hdu, card: 1, offset });
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return String.fromCharCode(...bytes.subarray(0, text.length)) === text;
}

/** Whether a checksum is right. */
export type Verdict = "right" | "wrong" | "absent";

/** What came of checking an HDU. */
export interface Verification {
  /** Of `DATASUM`. */
  readonly data: Verdict;
  /** Of `CHECKSUM`, which covers header and data. */
  readonly hdu: Verdict;
}

/**
 * Checks the checksums of an HDU.
 *
 * @param file The bytes of the whole file.
 * @param hdu One of its HDUs.
 */
export function verifyChecksums(file: Uint8Array, hdu: StoredHdu): Verification {
  const sum = new Checksum();
  sum.add(hdu.data);
  const whole = new Checksum();
  whole.add(file.subarray(hdu.offset, hdu.dataOffset));
  whole.add(hdu.data);
  const said = hdu.header.get("DATASUM");
  const isZero = whole.value === 0xffffffff || whole.value === 0;
  return {
    data: said === undefined ? "absent" : String(said).trim() === String(sum.value) ? "right" : "wrong",
    hdu: !hdu.header.has("CHECKSUM") ? "absent" : isZero ? "right" : "wrong",
  };
}
