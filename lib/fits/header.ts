/** The header of an HDU. @module */
import { FitsError } from "../errors.ts";
import { BLOCK, CARD, type Card, type HeaderValue, isCommentary } from "./card.ts";
import { checkCard, splitText } from "./check_card.ts";
import { formatCard } from "./format_card.ts";

/** Options of {@linkcode Header.set}. */
export interface SetCardOptions {
  /** The comment; default: the one that is there. */
  comment?: string;
  /** The unit; default: the one that is there. */
  unit?: string;
  /** For numbers: at least so many decimals; 1 writes an integer as a real. Default: as it was. */
  decimals?: number;
  /** A new card goes before this keyword. */
  before?: string;
  /** A new card goes behind this keyword. */
  after?: string;
}

/**
 * A header: cards in their order, with units and comments. Keywords are found in any case; of several with one keyword
 * the first counts. What no file could hold is refused when it is set.
 *
 * @example Usage
 * ```ts
 * import { Header } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const header = new Header()
 *   .set("EXPTIME", 30, { unit: "s", comment: "exposure time", decimals: 1 })
 *   .set("OBJECT", "flat lamp")
 *   .set("ARCHON MOD2 TEMP", 31.5)
 *   .history("taken for the gain");
 * assertEquals(header.number("exptime"), 30);
 * assertEquals(header.unit("EXPTIME"), "s");
 * assertEquals(
 *   new TextDecoder().decode(header.toBytes().subarray(0, 80)).trimEnd(),
 *   "EXPTIME =                 30.0 / [s] exposure time",
 * );
 * ```
 */
export class Header implements Iterable<Card> {
  readonly #cards: Card[] = [];
  /** Keyword to its first card. */
  readonly #first = new Map<string, Card>();

  /**
   * Makes one of these cards.
   *
   * @throws {FitsError} If one of them could not be written.
   */
  constructor(cards: Iterable<Card> = []) {
    this.append(cards);
  }

  /** How many cards it has, `END` not among them. */
  get size(): number {
    return this.#cards.length;
  }

  /** The cards in their order. */
  [Symbol.iterator](): Iterator<Card> {
    return this.#cards.values();
  }

  /** Every keyword once, in its order; commentary not among them. */
  keywords(): string[] {
    return [...this.#first.keys()].filter((keyword) => !isCommentary(keyword));
  }

  /** Whether there is a card with this keyword. */
  has(keyword: string): boolean {
    return this.#first.has(keyword.toUpperCase());
  }

  /** The first card with this keyword. */
  card(keyword: string): Card | undefined {
    return this.#first.get(keyword.toUpperCase());
  }

  /** The value; undefined if there is no such card or it has none. */
  get(keyword: string): HeaderValue {
    return this.card(keyword)?.value;
  }

  /** The unit of a keyword. */
  unit(keyword: string): string | undefined {
    return this.card(keyword)?.unit;
  }

  /**
   * A number; a `bigint` comes as the nearest one.
   *
   * @throws {FitsError} If the value is something else.
   */
  number(keyword: string): number | undefined {
    const value = this.get(keyword);
    if (typeof value === "bigint") return Number(value);
    if (value === undefined || typeof value === "number") return value;
    throw unexpected(keyword, "a number", value);
  }

  /**
   * A string.
   *
   * @throws {FitsError} If the value is something else.
   */
  string(keyword: string): string | undefined {
    const value = this.get(keyword);
    if (value === undefined || typeof value === "string") return value;
    throw unexpected(keyword, "a string", value);
  }

  /**
   * True or false.
   *
   * @throws {FitsError} If the value is something else.
   */
  boolean(keyword: string): boolean | undefined {
    const value = this.get(keyword);
    if (value === undefined || typeof value === "boolean") return value;
    throw unexpected(keyword, "T or F", value);
  }

  /** What the cards `COMMENT`, `HISTORY` or the blank ones (`""`) say, one a line. */
  texts(keyword: "COMMENT" | "HISTORY" | ""): string[] {
    return this.#cards.filter((card) => card.keyword === keyword).map(({ text }) => text ?? "");
  }

  /**
   * Gives a keyword a value: in its place if it is there, else at the end or where the options say.
   *
   * @param keyword The keyword.
   * @param value The value; undefined writes a card without one.
   * @param options Comment, unit, decimals, place.
   * @throws {FitsError} If no card can hold it.
   */
  set(keyword: string, value: HeaderValue, options: SetCardOptions = {}): this {
    const name = keyword.toUpperCase();
    const old = this.#first.get(name);
    const { unit = old?.unit, comment = old?.comment, decimals = old?.decimals } = options;
    const card = checkCard({
      keyword: name,
      value,
      ...unit === undefined ? {} : { unit },
      ...comment === undefined ? {} : { comment },
      ...decimals === undefined || typeof value !== "number" ? {} : { decimals },
    });
    if (old) this.#cards[this.#cards.indexOf(old)] = card;
    else this.#cards.splice(this.#placeFor(options), 0, card);
    this.#first.set(name, card);
    return this;
  }

  /** Takes out every card with this keyword; false if there was none. */
  delete(keyword: string): boolean {
    const name = keyword.toUpperCase();
    if (!this.#first.delete(name)) return false;
    let kept = 0;
    for (const card of this.#cards) if (card.keyword !== name) this.#cards[kept++] = card;
    this.#cards.length = kept;
    return true;
  }

  /** Adds cards at the end, also with keywords that are there already. */
  append(cards: Iterable<Card>): this {
    for (const card of cards) {
      const checked = checkCard(card);
      this.#cards.push(checked);
      if (!this.#first.has(checked.keyword)) this.#first.set(checked.keyword, checked);
    }
    return this;
  }

  /** Adds a comment, in as many cards as it takes. */
  comment(text: string): this {
    return this.append(splitText("COMMENT", text));
  }

  /** Adds a line of history, in as many cards as it takes. */
  history(text: string): this {
    return this.append(splitText("HISTORY", text));
  }

  /** Adds an empty card. */
  blank(): this {
    return this.append([{ keyword: "", text: "" }]);
  }

  /** Another one with the same cards. */
  clone(): Header {
    return new Header(this.#cards);
  }

  /** Its lines of 80 characters, `END` not among them. */
  lines(): string[] {
    return this.#cards.flatMap((card) => formatCard(card));
  }

  /** As it stands in a file: whole blocks, with `END`. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const text = [...this.lines(), "END".padEnd(CARD)].join("");
    const bytes = new Uint8Array(Math.ceil(text.length / BLOCK) * BLOCK).fill(0x20);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  }

  #placeFor({ before, after }: SetCardOptions): number {
    const beside = this.card(before ?? after ?? "");
    if (!beside) return this.#cards.length;
    return this.#cards.indexOf(beside) + (before === undefined ? 1 : 0);
  }
}

function unexpected(keyword: string, expected: string, value: HeaderValue): FitsError {
  const got = typeof value === "object" ? `(${value.re}, ${value.im})` : JSON.stringify(String(value));
  return new FitsError(`expected ${expected}, got ${got}`, { keyword: keyword.toUpperCase() });
}
