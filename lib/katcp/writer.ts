/** Messages written as bytes. @module */
import { LocalProtocolError } from "../errors.ts";
import { ESCAPED, LINE_LIMIT, MAX_MID, NAME } from "./grammar.ts";
import { type Argument, bytesOf, MARKS, type Message, type MessageType, shown } from "./message.ts";

const BACKSLASH = 0x5c;
const SPACE = 0x20;
const AT = 0x40;
const LF = 0x0a;
const OPEN = 0x5b; // [
const CLOSE = 0x5d; // ]
/** Messages are written into blocks, which those that are taken one by one share: the first has so many bytes. */
const SMALL = 256;
/** Each has twice as many as the one before, up to this. */
const BLOCK = 4096;
/** As much room as was needed last is made at once, up to this. */
const LARGE = 65536;
const empty = new Uint8Array(0);

/** Options of {@linkcode MessageWriter}. */
export interface MessageWriterOptions {
  /** Longest line in bytes, without its end (default 2 MiB: what all known peers take). */
  readonly limit?: number | undefined;
}

/** Collects messages as the bytes to send. Each is checked: what it throws leaves nothing behind. */
export class MessageWriter {
  readonly #limit: number;
  #buffer: Uint8Array = empty;
  /** Where what was not taken yet begins; those before it are the taker's. */
  #start = 0;
  #end = 0;
  #lastTaken = 0;

  /** Makes an empty one. */
  constructor(options: MessageWriterOptions = {}) {
    this.#limit = options.limit ?? LINE_LIMIT;
  }

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Adds a message.
   *
   * @param type What it is.
   * @param name Its name.
   * @param mid Its id, if it has one.
   * @param args Its arguments.
   * @throws {LocalProtocolError} If name or id are none, or the line is longer than the limit.
   */
  write(type: MessageType, name: string, mid: number | undefined, args: readonly Argument[]): void {
    const start = this.length;
    try {
      this.#head(type, name, mid);
      for (const argument of args) {
        if (typeof argument === "string") this.#text(argument);
        else this.#bytes(argument);
      }
      const length = this.length - start;
      if (length > this.#limit) {
        throw new LocalProtocolError(`Cannot send ${name} with ${length} bytes: the limit is ${this.#limit}`);
      }
    } catch (error) {
      this.#end = this.#start + start;
      throw error;
    }
    this.#reserve(1);
    this.#buffer[this.#end++] = LF;
  }

  /** Adds whole lines that were written before. */
  append(lines: Uint8Array): void {
    this.#reserve(lines.length);
    this.#buffer.set(lines, this.#end);
    this.#end += lines.length;
  }

  /** Hands out what was collected; the writer begins anew and leaves these bytes alone. */
  take(): Uint8Array {
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    this.#lastTaken = Math.min(bytes.length, LARGE);
    if (this.#buffer.length > BLOCK) {
      this.#buffer = empty;
      this.#end = 0;
    }
    this.#start = this.#end;
    return bytes;
  }

  #head(type: MessageType, name: string, mid: number | undefined): void {
    this.#reserve(name.length + 14);
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at++] = MARKS[type].charCodeAt(0);
    for (let index = 0; index < name.length; index++) {
      const code = name.charCodeAt(index);
      if (!(NAME[code]! > 0)) throw noName(name);
      buffer[at++] = code;
    }
    if (NAME[name.charCodeAt(0)] !== 2) throw noName(name);
    this.#end = at;
    if (mid !== undefined) this.#mid(name, mid);
  }

  #mid(name: string, mid: number): void {
    if (!Number.isInteger(mid) || mid < 1 || mid > MAX_MID) {
      throw new LocalProtocolError(
        `Cannot send ${name} with the message id ${mid}: it must be 1 to ${MAX_MID}`,
      );
    }
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at++] = OPEN;
    let place = 1;
    while (place <= mid / 10) place *= 10;
    for (; place >= 1; place /= 10) buffer[at++] = 0x30 + Math.floor(mid / place) % 10;
    buffer[at++] = CLOSE;
    this.#end = at;
  }

  #text(text: string): void {
    if (text === "") return this.#nothing();
    this.#reserve(2 * text.length + 1);
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at++] = SPACE;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return this.#bytes(bytesOf(text));
      const escape = ESCAPED[code]!;
      if (escape !== 0) buffer[at++] = BACKSLASH;
      buffer[at++] = escape === 0 ? code : escape;
    }
    this.#end = at;
  }

  #bytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return this.#nothing();
    this.#reserve(2 * bytes.length + 1);
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at++] = SPACE;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!;
      const escape = ESCAPED[byte]!;
      if (escape !== 0) buffer[at++] = BACKSLASH;
      buffer[at++] = escape === 0 ? byte : escape;
    }
    this.#end = at;
  }

  #nothing(): void {
    this.#reserve(3);
    this.#buffer[this.#end++] = SPACE;
    this.#buffer[this.#end++] = BACKSLASH;
    this.#buffer[this.#end++] = AT;
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#buffer.length) return;
    const { length } = this;
    const isFresh = length === 0; // a block is used up, or none is there
    const double = 2 * this.#buffer.length;
    const size = isFresh ? Math.max(Math.min(double, BLOCK), 1.25 * this.#lastTaken, SMALL) : double;
    const larger = new Uint8Array(Math.max(length + more, size));
    larger.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = larger;
    this.#start = 0;
    this.#end = length;
  }
}

/**
 * Writes one message.
 *
 * @param message The message.
 * @param options Limit.
 * @returns The bytes to send, with a line feed at their end.
 * @throws {LocalProtocolError} If it is not allowed by the protocol.
 *
 * @example
 * ```ts
 * import { message } from "@dewar/sdk/katcp";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = formatMessage(message("reply", "echo", ["two words", ""], 12));
 * assertEquals(new TextDecoder().decode(bytes), "!echo[12] two\\_words \\@\n");
 * ```
 */
export function formatMessage(message: Message, options: MessageWriterOptions = {}): Uint8Array {
  const writer = new MessageWriter(options);
  writer.write(message.type, message.name, message.mid, message.args);
  return writer.take();
}

function noName(name: string): LocalProtocolError {
  return new LocalProtocolError(
    `Cannot send a message named ${shown(name)}: a name is letters, digits and hyphens, a letter first`,
  );
}
