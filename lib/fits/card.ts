/** A line of a header. @module */

/** A complex number. */
export interface Complex {
  /** Real part. */
  readonly re: number;
  /** Imaginary part. */
  readonly im: number;
}

/** What a keyword can have as value; undefined where the card gives none. Integers beyond 2^53 are `bigint`. */
export type HeaderValue = string | number | bigint | boolean | Complex | undefined;

/** A card: a keyword with value, unit and comment, or with a text. A long string is one card, however many lines it takes. */
export interface Card {
  /** The keyword in capitals; empty for a card that has only a text. Longer than 8 characters, or with blanks, it is written as `HIERARCH`. */
  readonly keyword: string;
  /** The value. */
  readonly value?: HeaderValue;
  /** The unit, written in brackets before the comment. */
  readonly unit?: string;
  /** The comment. */
  readonly comment?: string;
  /** For numbers: at least so many decimals are written, so that 2 becomes `2.0`. */
  readonly decimals?: number;
  /** What `COMMENT`, `HISTORY` and blank cards say. Other keywords have it only where their card could not be understood. */
  readonly text?: string;
}

/** Length of a card, bytes. */
export const CARD = 80;
/** FITS files are made of blocks of so many bytes. */
export const BLOCK = 2880;

/** Cards whose rest is text. */
export function isCommentary(keyword: string): boolean {
  return keyword === "COMMENT" || keyword === "HISTORY" || keyword === "";
}

/** Whether a keyword fits the eight columns of the standard. */
export function isStandardKeyword(keyword: string): boolean {
  return /^[A-Z0-9_-]{1,8}$/.test(keyword);
}

/** What is missing to a whole block. */
export function paddingAfter(bytes: number): number {
  return (BLOCK - bytes % BLOCK) % BLOCK;
}

/** Words that mean something else where a keyword stands. */
const RESERVED = new Set(["END", "CONTINUE", "HIERARCH"]);

/** Whether a card with a value can have this keyword. */
export function isKeyword(keyword: string): boolean {
  return /^[!-~ ]+$/.test(keyword) && !/[='/]/.test(keyword) && !RESERVED.has(keyword) &&
    !isCommentary(keyword);
}
