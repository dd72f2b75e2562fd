/** What MONITOR told of the other devices of the lab, for the headers of images. @module */
import type { Header } from "../../lib/fits/mod.ts";

/** Most values that are kept: a header has to stay readable. */
const MOST = 2000;
/** Characters of a card of a header. */
const CARD = 80;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** The latest values, by their names: `cryocon.temperature`. */
export class Keywords {
  readonly #values = new Map<string, string>();

  /** Takes values. */
  set(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (!/^[A-Za-z_][\w.-]{0,59}$/.test(name)) continue; // no keyword of FITS can carry it
      if (this.#values.size >= MOST && !this.#values.has(name)) continue;
      this.#values.set(name, value);
    }
  }

  /** The value of one of them. */
  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** All of them. */
  get entries(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }
}

/**
 * Writes values into a header as `HIERARCH` keywords: `cryocon.temperature` is `CRYOCON TEMPERATURE`.
 *
 * @param header The header.
 * @param values The values by their names.
 * @param first A word before each name.
 */
export function putKeywords(header: Header, values: Readonly<Record<string, string>>, first = ""): void {
  for (const [name, value] of Object.entries(values)) {
    const words = `${first} ${name}`.toUpperCase().split(/[^A-Z0-9_-]+/).filter((word) => word !== "");
    // One word of up to 8 characters would be a keyword of its own standing: a device must not write over `EXPTIME`.
    const keyword = words.length > 1 ? words.join(" ") : ["LAB", ...words].join(" ");
    const room = CARD - `HIERARCH ${keyword} = ''`.length;
    if (room < 1) continue;
    header.set(keyword, NUMBER.test(value) ? Number(value) : printable(value).slice(0, room));
  }
}

/** What a card can hold, quotes doubled. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]|'/g, "?");
}
