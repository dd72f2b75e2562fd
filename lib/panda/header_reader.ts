/** Gathers the lines of a header. @module */
import { PeerProtocolError } from "../errors.ts";
import type { StartData } from "./data_event.ts";
import { readTextHeader } from "./header_text.ts";
import { readXmlHeader } from "./header_xml.ts";

/** Longest header, characters. */
const LIMIT = 1024 * 1024;

/** Reads one header after another from lines. */
export class HeaderReader {
  readonly #form: "xml" | "text";
  #lines: string[] = [];
  #length = 0;

  /** Makes one that awaits a header of this form. */
  constructor(form: "xml" | "text") {
    this.#form = form;
  }

  /** Whether a header has begun. */
  get hasBegun(): boolean {
    return this.#lines.length > 0;
  }

  /** Whether a header can have this character first. */
  mayBeginWith(character: string): boolean {
    return this.#form === "xml" ? character === "<" : /^[a-z]$/.test(character);
  }

  /**
   * Takes a line. What comes before a header is passed over.
   *
   * @param line The line.
   * @returns The acquisition, with the empty line that ends its header.
   * @throws {PeerProtocolError} If it is no header.
   */
  take(line: string): StartData | undefined {
    const isXml = this.#form === "xml";
    if (!this.hasBegun && (isXml ? line !== "<header>" : line === "")) return undefined;
    if (line === "" && (!isXml || this.#lines.at(-1) === "</header>")) return this.#read();
    if (this.#lines.at(-1) === "</header>") {
      throw new PeerProtocolError(`expected an empty line after the header, got ${JSON.stringify(line)}`);
    }
    this.#length += line.length + 1;
    if (this.#length > LIMIT) throw new PeerProtocolError(`it is longer than ${LIMIT} characters`);
    this.#lines.push(line);
    return undefined;
  }

  #read(): StartData {
    const lines = this.#lines;
    this.#lines = [];
    this.#length = 0;
    return this.#form === "xml" ? readXmlHeader(lines.join("\n")) : readTextHeader(lines);
  }
}
