/** Command lines of SCPI-like instruments, as an instrument reads them. @module */

/** One step of a command's path: `LOOP 1` of `LOOP 1:SETPt -100`. */
export interface ScpiNode {
  /** The word as sent. */
  readonly word: string;
  /** What stands behind it: a number of the word itself (`LOOP1`), or text after a blank. */
  readonly argument: string;
}

/** One command of a line. */
export interface ScpiCommand {
  /** Its path from the root; at least one node. */
  readonly path: readonly ScpiNode[];
  /** Whether its last word carries a question mark. */
  readonly isQuery: boolean;
}

const NODE = /^\s*(\*?[a-z]+)(\d*)(\?)?(?:\s+(.*?))?\s*$/i;

/**
 * Takes a line apart at `;`. A command behind a `;` continues in the path of the one before it, less its last word, unless
 * it begins with `:` or `*`. Empty commands are skipped.
 *
 * @param line The line without its terminator.
 * @returns The commands in order; undefined in place of one that is no command at all.
 */
export function parseScpi(line: string): (ScpiCommand | undefined)[] {
  let parent: readonly ScpiNode[] = [];
  return line.split(";").filter((text) => text.trim() !== "").map((text) => {
    const isRooted = /^\s*[:*]/.test(text);
    const parts = text.trim().replace(/^:/, "").split(":").map((part) => NODE.exec(part));
    if (parts.some((part) => part === null || (part[3] && part !== parts.at(-1)))) return undefined;
    const nodes = parts.map((part) => ({ word: part![1]!, argument: part![2] || (part![4] ?? "") }));
    const path = isRooted ? nodes : [...parent, ...nodes];
    if (!path[0]!.word.startsWith("*")) parent = path.slice(0, -1);
    return { path, isQuery: parts.at(-1)![3] !== undefined };
  });
}

/**
 * Whether a word means a keyword, in its short or its long form: `SETPt` is meant by `setp` and `SetPt`, not by `set`.
 *
 * @param keyword The keyword with its short form in capitals.
 * @param word The word as sent.
 */
export function meansKeyword(keyword: string, word: string): boolean {
  const sent = word.toUpperCase();
  return sent === keyword.toUpperCase() || sent === keyword.replace(/[a-z]+$/, "");
}
