/** Reads a header from its bytes. @module */
import { FitsError, type FitsPlace } from "../errors.ts";
import { CARD, type Card } from "./card.ts";
import { Header } from "./header.ts";
import { parseCard } from "./parse_card.ts";

/** Something that is not as the standard has it, and was read all the same. */
export interface FitsWarning {
  /** What. */
  readonly problem: string;
  /** Where. */
  readonly place: FitsPlace;
}

/** Options of {@linkcode parseHeader}. */
export interface ParseHeaderOptions {
  /** Which HDU it is, for messages. */
  hdu?: number;
  /** Where it begins in the file, for messages. */
  offset?: number;
  /** Told of cards that are wrong; they are kept as text. */
  onWarning?: (warning: FitsWarning) => void;
}

/**
 * Reads a header.
 *
 * @param bytes Its bytes from the first card to `END`; what follows is not looked at.
 * @param options Where it stands, and who is told of wrong cards.
 * @throws {FitsError} If there is no `END`.
 */
export function parseHeader(bytes: Uint8Array, options: ParseHeaderOptions = {}): Header {
  const end = findEnd(bytes, 0);
  const { hdu, offset = 0 } = options;
  if (end < 0) {
    const place = { ...hdu === undefined ? {} : { hdu }, offset: offset + bytes.length };
    throw new FitsError(`the header has no END in its ${bytes.length} bytes`, place);
  }
  const cards: Card[] = [];
  for (let at = 0; at < end; at += CARD) readCard(bytes.subarray(at, at + CARD), at, cards, options);
  return new Header(cards);
}

/**
 * Finds the card `END`.
 *
 * @param bytes The header.
 * @param from Where to begin, a multiple of 80.
 * @returns Where it is, or -1.
 */
export function findEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + CARD <= bytes.length; at += CARD) {
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x4e || bytes[at + 2] !== 0x44) continue;
    let column = 3;
    while (column < 8 && bytes[at + column] === 0x20) column += 1;
    if (column === 8) return at;
  }
  return -1;
}

function readCard(bytes: Uint8Array, at: number, cards: Card[], options: ParseHeaderOptions): void {
  const { hdu, offset = 0, onWarning } = options;
  const warn = (problem: string, keyword: string) =>
    onWarning?.({
      problem,
      place: { ...hdu === undefined ? {} : { hdu }, card: at / CARD + 1, keyword, offset: offset + at },
    });
  let text = String.fromCharCode(...bytes);
  if (/[^ -~]/.test(text)) {
    text = text.replace(/[^ -~]/g, "?");
    warn("characters that are not printable ASCII, read as ?", text.slice(0, 8).trimEnd());
  }
  const { card, problem } = parseCard(text);
  if (problem !== undefined) warn(problem, card.keyword);
  if (card.keyword !== "CONTINUE" || card.text !== undefined) return void cards.push(card);
  const before = cards.at(-1);
  if (typeof before?.value === "string" && before.value.endsWith("&") && typeof card.value === "string") {
    cards[cards.length - 1] = continued(before, card);
    return;
  }
  warn("it continues no string", "CONTINUE");
  cards.push({ keyword: "CONTINUE", text: text.slice(8).trimEnd() });
}

function continued(before: Card, card: Card): Card {
  const unit = before.unit ?? card.unit;
  const comment = [before.comment, card.comment].filter((part) => part !== undefined).join(" ");
  return {
    keyword: before.keyword,
    value: (before.value as string).slice(0, -1) + (card.value as string),
    ...unit === undefined ? {} : { unit },
    ...comment === "" ? {} : { comment },
  };
}
