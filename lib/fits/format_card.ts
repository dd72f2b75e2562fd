/** Writes cards. @module */
import { FitsError } from "../errors.ts";
import { CARD, type Card, isStandardKeyword } from "./card.ts";
import { formatNumber } from "./format_number.ts";

/** Where a comment begins in a card of fixed format. */
const COMMENT_COLUMN = 31;
const CONTINUE = "CONTINUE  ";
/** Characters of a string in a line that is continued: from column 12 to the `&'` at its end. */
const STRING_ROOM = 67;

/**
 * Writes a card.
 *
 * @param card The card.
 * @returns Its lines of 80 characters: several for a long string. A comment that has no room behind a
 * number is cut.
 * @throws {FitsError} If no card can hold it.
 */
export function formatCard(card: Card): string[] {
  const { keyword, value, text } = card;
  if (text !== undefined) return formatText(keyword, text);
  const unit = card.unit === undefined ? "" : `[${card.unit}]`;
  const comment = [unit, card.comment ?? ""].filter((part) => part !== "").join(" ");
  const isLong = !isStandardKeyword(keyword);
  const start = isLong ? `HIERARCH ${keyword} = ` : `${keyword.padEnd(8)}= `;
  if (typeof value === "string") return formatString(card, start, comment, isLong);
  const bare = formatValue(value, card.decimals);
  const fixed = isLong ? start + bare : start + bare.padStart(20);
  const line = withComment(fixed, comment);
  if (line.length <= CARD) return [line.padEnd(CARD)];
  const bareStart = start + bare;
  if (bareStart.length > CARD) throw tooLong(keyword);
  // Half a unit would be read as another one.
  const hasUnit = withComment(bareStart, unit).length <= CARD;
  return [withComment(bareStart, hasUnit ? comment : "").slice(0, CARD).replace(/ \/ *$/, "").padEnd(CARD)];
}

function formatValue(value: Exclude<Card["value"], string>, decimals: number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return formatNumber(value, decimals);
  return `(${formatNumber(value.re, 1)}, ${formatNumber(value.im, 1)})`;
}

function withComment(line: string, comment: string): string {
  return comment === "" ? line : `${line.padEnd(COMMENT_COLUMN - 1)} / ${comment}`;
}

function formatText(keyword: string, text: string): string[] {
  return [(keyword.padEnd(8) + text).slice(0, CARD).padEnd(CARD)];
}

function formatString(card: Card, start: string, comment: string, isLong: boolean): string[] {
  const escaped = (card.value as string).replaceAll("'", "''");
  const quoted = `'${isLong ? escaped : escaped.padEnd(8)}'`;
  const whole = withComment((start + quoted).padEnd(isLong ? 0 : COMMENT_COLUMN - 1), comment).trimEnd();
  if (whole.length <= CARD) return [whole.padEnd(CARD)];
  if (start.length + 4 > CARD) throw tooLong(card.keyword);
  return formatContinued(start, escaped, comment);
}

/** A long string by the `CONTINUE` convention; the comment stands behind its last part. */
function formatContinued(start: string, escaped: string, comment: string): string[] {
  const pieces = cutString(escaped, CARD - start.length - 3);
  const lines = pieces.map((piece, index) =>
    `${index === 0 ? start : CONTINUE}'${piece}${index < pieces.length - 1 ? "&" : ""}'`
  );
  if (comment === "") return lines.map((line) => line.padEnd(CARD));
  const last = lines.at(-1)!;
  if (last.length + 3 + comment.length <= CARD) lines[lines.length - 1] = `${last} / ${comment}`;
  else {
    // The string may fill its line: then its end goes on to the next one, with the comment.
    const tail = last.length < CARD ? "" : pieces.at(-1)!.slice(-2);
    lines[lines.length - 1] = `${last.slice(0, last.length - 1 - tail.length)}&'`;
    lines.push(`${CONTINUE}'${tail}' / ${comment}`.slice(0, CARD));
  }
  return lines.map((line) => line.padEnd(CARD));
}

/** Cuts between characters, never between the two quotes that stand for one. */
function cutString(escaped: string, firstRoom: number): string[] {
  const pieces: string[] = [];
  let rest = escaped;
  let room = firstRoom;
  while (rest.length > room) {
    const isSplit = /'*$/.exec(rest.slice(0, room))![0].length % 2 === 1;
    const cut = isSplit ? room - 1 : room;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
    room = STRING_ROOM;
  }
  return [...pieces, rest];
}

function tooLong(keyword: string): FitsError {
  return new FitsError("keyword and value together are longer than a card", { keyword });
}
