/** What a card may hold. @module */
import { FitsError } from "../errors.ts";
import { CARD, type Card, isKeyword, isStandardKeyword } from "./card.ts";
import { formatCard } from "./format_card.ts";
import { parseComment } from "./parse_card.ts";

const PRINTABLE = /^[ -~]*$/;

/**
 * Refuses a card that no file could hold.
 *
 * @returns The card as it will be read back.
 */
export function checkCard(card: Card): Card {
  const keyword = card.keyword.trim().replace(/\s+/g, " ").toUpperCase();
  if (card.text !== undefined) {
    if (!PRINTABLE.test(card.text)) throw notAscii(keyword, card.text);
    if (card.text.length > CARD - 8) throw new FitsError("a text is longer than its card", { keyword });
    return { keyword, text: card.text.trimEnd() };
  }
  if (!isKeyword(keyword)) {
    throw new FitsError(`${JSON.stringify(keyword)} cannot be the keyword of a value`);
  }
  const { decimals } = card;
  const value = typeof card.value === "string" ? card.value.trimEnd() : card.value;
  checkValue(keyword, value);
  const comment = parseComment(
    card.unit === undefined ? card.comment ?? "" : `[${card.unit}] ${card.comment ?? ""}`,
  );
  const written = `${comment.unit ?? ""}${comment.comment ?? ""}`;
  if (!PRINTABLE.test(written)) throw notAscii(keyword, written);
  const checked = { keyword, value, ...comment, ...decimals === undefined ? {} : { decimals } };
  if (!isStandardKeyword(keyword)) formatCard(checked);
  return checked;
}

function checkValue(keyword: string, value: Card["value"]): void {
  if (typeof value === "string" && !PRINTABLE.test(value)) throw notAscii(keyword, value);
  const numbers = typeof value === "number" ? [value] : typeof value === "object" ? [value.re, value.im] : [];
  for (const number of numbers) {
    if (!Number.isFinite(number)) throw new FitsError(`a header cannot hold ${number}`, { keyword });
  }
}

function notAscii(keyword: string, text: string): FitsError {
  return new FitsError(`${JSON.stringify(text)} has characters that are not printable ASCII`, { keyword });
}

/** A long text as cards of 72 characters, cut between words where it can be. */
export function splitText(keyword: string, text: string): Card[] {
  const room = CARD - 8;
  return text.split("\n").flatMap((line) => {
    const cards: Card[] = [];
    let rest = line.trimEnd();
    while (rest.length > room) {
      const space = rest.lastIndexOf(" ", room);
      const cut = space > room / 2 ? space : room;
      cards.push({ keyword, text: rest.slice(0, cut).trimEnd() });
      rest = rest.slice(cut).trimStart();
    }
    return [...cards, { keyword, text: rest }];
  });
}
