/** What a header says of the data behind it. @module */
import { FitsError, type FitsPlace } from "../errors.ts";
import { BLOCK, CARD, type HeaderValue } from "./card.ts";
import { formatCard } from "./format_card.ts";
import type { Header } from "./header.ts";
import type { Bitpix } from "./pixels.ts";

/** What an HDU holds. `groups` are the random groups of old radio data, which are passed over like `other`. */
export type HduKind = "image" | "table" | "compressed" | "ascii table" | "groups" | "other";

/** An HDU without its data. */
export interface HduInfo {
  /** Which it is in its file, from 0. */
  readonly index: number;
  /** What it holds; `compressed` is an image that is kept as a table of tiles. */
  readonly kind: HduKind;
  /** The header. */
  readonly header: Header;
  /** `EXTNAME`. */
  readonly name?: string;
  /** `EXTVER`, 1 where it is not said. */
  readonly version: number;
  /** Bits of a stored value. */
  readonly bitpix: Bitpix;
  /** Axes, `NAXIS1` first: width, height, … of an image. Empty where there are no data. */
  readonly shape: readonly number[];
  /** Where it begins in the file. */
  readonly offset: number;
  /** Where its data begin in the file. */
  readonly dataOffset: number;
  /** Bytes of data, padding not among them. */
  readonly dataBytes: number;
}

/**
 * Understands the structure of a header.
 *
 * @param header The header.
 * @param index Which HDU it is.
 * @param offset Where it begins in the file.
 * @param headerBytes How long it is, `END` and padding included.
 * @throws {FitsError} If its mandatory keywords are missing or impossible.
 */
export function layoutOf(header: Header, index: number, offset: number, headerBytes: number): HduInfo {
  const fail = (keyword: string, problem: string): never => {
    throw new FitsError(problem, placeOf(header, index, offset, keyword));
  };
  const first = index === 0 ? "SIMPLE" : "XTENSION";
  if (header.keywords()[0] !== first) {
    fail(first, `expected ${first} first, got ${header.keywords()[0] ?? "END"}`);
  }
  const integer = (keyword: string, least: number, otherwise?: number): number => {
    const value: HeaderValue = header.get(keyword) ?? otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return fail(keyword, `expected an integer of at least ${least}, got ${String(value ?? "nothing")}`);
  };
  const bitpix = integer("BITPIX", -64) as Bitpix;
  if (![8, 16, 32, 64, -32, -64].includes(bitpix)) {
    fail("BITPIX", `expected 8, 16, 32, 64, -32 or -64, got ${bitpix}`);
  }
  const naxis = integer("NAXIS", 0);
  if (naxis > 999) fail("NAXIS", `expected at most 999, got ${naxis}`);
  const shape = Array.from({ length: naxis }, (_, axis) => integer(`NAXIS${axis + 1}`, 0));
  const isGroups = header.get("GROUPS") === true && shape[0] === 0;
  const hasGroups = index > 0 || isGroups;
  const parameters = hasGroups ? integer("PCOUNT", 0, 0) : 0;
  const groups = hasGroups ? integer("GCOUNT", 0, 1) : 1;
  const axes = isGroups ? shape.slice(1) : shape;
  const values = axes.length === 0 ? 0 : axes.reduce((product, length) => product * length, 1);
  const dataBytes = Math.abs(bitpix) / 8 * groups * (parameters + values);
  if (!Number.isSafeInteger(dataBytes + BLOCK)) {
    fail("NAXIS", `${shape.join(" x ")} values are more than any file can hold`);
  }
  const kind = kindOf(header, isGroups);
  if (kind === "table" || kind === "compressed") {
    if (bitpix !== 8 || naxis !== 2) fail("XTENSION", "a table has BITPIX 8 and two axes");
  }
  const name = header.get("EXTNAME");
  const version = header.get("EXTVER");
  return {
    index,
    kind,
    header,
    ...typeof name === "string" ? { name } : {},
    version: typeof version === "number" ? version : 1,
    bitpix,
    shape,
    offset,
    dataOffset: offset + headerBytes,
    dataBytes,
  };
}

function kindOf(header: Header, isGroups: boolean): HduKind {
  if (isGroups) return "groups";
  switch (header.get("XTENSION")) {
    case undefined:
    case "IMAGE":
    case "IUEIMAGE":
      return "image";
    case "BINTABLE":
    case "A3DTABLE":
      return header.get("ZIMAGE") === true ? "compressed" : "table";
    case "TABLE":
      return "ascii table";
    default:
      return "other";
  }
}

/** Where a keyword stands, for messages. */
export function placeOf(header: Header, index: number, offset: number, keyword: string): FitsPlace {
  let lines = 0;
  for (const card of header) {
    if (card.keyword === keyword) {
      return { hdu: index, card: lines + 1, keyword, offset: offset + CARD * lines };
    }
    lines += formatCard(card).length;
  }
  return { hdu: index, keyword, offset };
}

/** Where the HDU behind this one begins. */
export function endOf({ dataOffset, dataBytes }: HduInfo): number {
  return dataOffset + Math.ceil(dataBytes / BLOCK) * BLOCK;
}
