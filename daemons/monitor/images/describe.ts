/** What a header says of a picture, for people and for the table. @module */
import { type Card, FitsError, type Header, type HeaderValue, parseDate } from "../../../lib/fits/mod.ts";
import type { CardRow } from "../image/frame.ts";
import { numberIn, textIn } from "./picture.ts";

/** Cards of a header that are kept and shown; no more. */
const MOST_CARDS = 5000;

/** A header as JSON: keyword and value. */
export type HeaderJson = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** The parts of the whole header, in words. */
export function cardRows(header: Header): CardRow[] {
  const rows: CardRow[] = [];
  for (const card of header) {
    if (rows.length === MOST_CARDS) break;
    rows.push([card.keyword, card.text ?? valueText(card.value, card), commentOf(card)]);
  }
  return rows;
}

function commentOf({ unit, comment = "" }: Card): string {
  return unit === undefined ? comment : `[${unit}] ${comment}`.trim();
}

function valueText(value: HeaderValue, { decimals }: Pick<Card, "decimals"> = {}): string {
  switch (typeof value) {
    case "undefined":
      return "";
    case "boolean":
      return value ? "T" : "F";
    case "number":
      return decimals !== undefined && decimals > 0 && Number.isInteger(value) && Math.abs(value) < 1e15
        ? value.toFixed(Math.min(decimals, 20))
        : String(value);
    case "object":
      return `(${value.re}, ${value.im})`;
    default:
      return String(value);
  }
}

/** The header as it is kept in the table and searched; the order of the cards is that of the file. */
export function headerJson(header: Header): HeaderJson {
  const json: Record<string, string | number | boolean | null | string[]> = {};
  let count = 0;
  for (const { keyword, value, text } of header) {
    if (count++ === MOST_CARDS) break;
    if (text !== undefined) {
      const texts = json[keyword];
      if (Array.isArray(texts)) texts.push(text);
      else json[keyword] = [text];
    } else json[keyword] = jsonOf(value);
  }
  return json;
}

function jsonOf(value: HeaderValue): string | number | boolean | null {
  if (value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  return typeof value === "boolean" || typeof value === "string" ? value : valueText(value);
}

/** When the exposure began, unix seconds; undefined where the header does not tell. */
export function startIn(header: Header): number | undefined {
  const date = textIn(header, "DATE-OBS");
  const time = textIn(header, "TIME-OBS");
  if (date !== undefined) {
    try {
      return parseDate(date.includes("T") || time === undefined ? date : `${date}T${time}`);
    } catch (error) {
      if (!(error instanceof FitsError)) throw error; // a picture with an odd date is a picture all the same
    }
  }
  const day = numberIn(header, "MJD-OBS");
  return day === undefined ? undefined : (day - 40587) * 86400;
}

/** What is short to say of a picture: `flat, 600 nm, 4 s`. */
export function detailIn(header: Header): string {
  const exposure = numberIn(header, "EXPTIME") ?? numberIn(header, "EXPOSURE");
  const parts = [
    textIn(header, "IMAGETYP"),
    textIn(header, "OBJECT"),
    textIn(header, "FILTER"),
    exposure === undefined ? undefined : `${Number(exposure.toPrecision(4))} s`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}
