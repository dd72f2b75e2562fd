/** What is searched for among the images: words, and conditions on the header. @module */

/** How a keyword's value is compared. */
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~";

/** One condition; all have to hold. */
export type Term =
  /** A text in the file's path, or in a value of the header. */
  | { readonly kind: "word"; readonly word: string }
  /** A value of the header. */
  | {
    readonly kind: "card";
    readonly keyword: string;
    readonly comparison: Comparison;
    readonly value: string;
  };

/** Most conditions in one search. */
const MOST = 20;

const TERM = /(?:([A-Za-z0-9_-]+)\s*(<=|>=|!=|=|<|>|~)\s*)?(?:"([^"]*)"|'([^']*)'|([^\s"']+))/gy;

/**
 * Reads a search: `flat EXPTIME>3 FILTER="R 600" OBJECT~star`. `~` finds a text in a value.
 *
 * @param text What somebody typed.
 * @returns The conditions; what makes none is a word.
 */
export function readSearch(text: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < text.length && terms.length < MOST) {
    if (/\s/.test(text[at]!)) {
      at += 1;
      continue;
    }
    TERM.lastIndex = at;
    const found = TERM.exec(text);
    if (!found) { // a quote that is not closed
      terms.push({ kind: "word", word: text.slice(at).replace(/^["']/, "") });
      break;
    }
    at = TERM.lastIndex;
    const [, keyword, comparison, ...values] = found;
    const value = values.find((one) => one !== undefined)!;
    if (keyword === undefined) terms.push({ kind: "word", word: value });
    else {
      terms.push({
        kind: "card",
        keyword: keyword.toUpperCase(),
        comparison: comparison as Comparison,
        value,
      });
    }
  }
  return terms.filter((term) => term.kind === "card" || term.word !== "");
}
