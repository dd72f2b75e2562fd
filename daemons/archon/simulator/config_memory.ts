/** The controller's configuration memory: numbered lines of text. @module */
import { Refused } from "./refused.ts";
import { Settings } from "./settings.ts";

const LINES = 16384;
const LONGEST = 2048;

/** 16384 lines of `KEY=VALUE`; what they say counts only once it is applied. */
export class ConfigMemory {
  readonly #lines = new Map<number, string>();

  /** Writes a line. */
  write(line: number, text: string): void {
    if (line >= LINES) throw new Refused(`There is no configuration line ${line}`);
    if (text.length > LONGEST) throw new Refused(`Configuration line ${line} is longer than ${LONGEST}`);
    if (text === "") this.#lines.delete(line);
    else this.#lines.set(line, unquoted(text));
  }

  /** A line as it was written but for quotes around its value; empty where none was. */
  read(line: number): string {
    if (line >= LINES) throw new Refused(`There is no configuration line ${line}`);
    return this.#lines.get(line) ?? "";
  }

  /** Forgets every line. */
  clear(): void {
    this.#lines.clear();
  }

  /** Every line as it was written, with its number, in the order of the numbers. */
  lines(): [line: number, text: string][] {
    return [...this.#lines].sort(([a], [b]) => a - b);
  }

  /** Takes lines back as {@linkcode lines} gave them. */
  restore(lines: Iterable<readonly [line: number, text: string]>): void {
    this.#lines.clear();
    for (const [line, text] of lines) this.#lines.set(line, text);
  }

  /** What the lines say; of a key that is there twice the later one counts (an assumption). */
  settings(): Settings {
    const values = new Map<string, string>();
    for (const [, text] of this.lines()) {
      const at = text.indexOf("=");
      if (at <= 0) continue;
      values.set(text.slice(0, at).trim().toUpperCase().replaceAll("\\", "/"), text.slice(at + 1).trim());
    }
    return new Settings(values);
  }
}

/** `KEY="VALUE"` without the one pair of quotes around its value. */
function unquoted(text: string): string {
  return text.replace(/^([^=]*=)\s*"(.*)"\s*$/, "$1$2");
}
