/** KATCP on the wire: bytes in, messages out. {@linkcode MessageWriter} is the way back. @module */
import { PeerProtocolError } from "../errors.ts";
import {
  BLANK,
  END,
  ESCAPE,
  FORBIDDEN,
  INVALID,
  KIND,
  LINE_LIMIT,
  MAX_MID,
  NAME,
  PLAIN,
  UNESCAPED,
} from "./grammar.ts";
import { bytesOf, Message, type MessageType } from "./message.ts";
import { Spans } from "./spans.ts";
import { hashed, wordIn } from "./words.ts";

/** A line that is no message; those behind it are not touched. */
export interface BadLine {
  /** Tells it from the types of messages. */
  readonly type: "bad";
  /** Its form is wrong, or it is longer than the limit. */
  readonly code: "syntax" | "too_long";
  /** Which byte of the line is wrong, from 0. */
  readonly at: number;
  /** What is wrong, and where. */
  readonly problem: string;
}

/** Options of {@linkcode MessageParser}. */
export interface MessageParserOptions {
  /** Longest line in bytes, without its end (default 2 MiB). */
  readonly limit?: number | undefined;
}

const TYPES: (MessageType | undefined)[] = new Array(256).fill(undefined);
TYPES[0x3f] = "request";
TYPES[0x21] = "reply";
TYPES[0x23] = "inform";

const OPEN = 0x5b; // [
const CLOSE = 0x5d; // ]
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const empty = new Uint8Array(0);

/**
 * Cuts a stream of bytes into messages, however it is cut itself; time is linear in what is fed, and no more than the
 * line limit is kept. Arguments are found, not decoded: they are when they are asked for.
 *
 * Lines end with LF or CR; blank ones are passed over. The rest of the grammar is strict.
 *
 * @example A message in two pieces, and a line that is none
 * ```ts
 * import type { Message } from "@dewar/sdk/katcp";
 * import { assertEquals } from "@std/assert";
 *
 * const parser = new MessageParser();
 * const found: string[] = [];
 * const note = (item: Message | BadLine) => void found.push(item.type === "bad" ? item.problem : String(item));
 * parser.feed(new TextEncoder().encode("?watch"), note);
 * parser.feed(new TextEncoder().encode("dog[7]\nwatchdog\n"), note);
 * assertEquals(found, ["?watchdog[7]", 'byte 0 of the line is "w": a message begins with ?, ! or #']);
 * ```
 */
export class MessageParser {
  readonly #limit: number;
  readonly #spans = new Spans();
  #partial: Uint8Array = empty;
  #partialLength = 0;
  #skipping = false;
  #found: Message | BadLine | undefined;

  /** Makes one at the beginning of a stream. */
  constructor(options: MessageParserOptions = {}) {
    this.#limit = options.limit ?? LINE_LIMIT;
  }

  /**
   * Takes the next bytes. Messages are views of them, so they must not be changed afterwards.
   *
   * @param chunk The bytes, cut anywhere.
   * @param handle Gets every message and every line that is none, in order; returning false stops after this one.
   * @returns How many bytes were taken: all, unless it was stopped. Feed the others later.
   */
  feed(chunk: Uint8Array, handle: (found: Message | BadLine) => boolean | void): number {
    let at = 0;
    while (at < chunk.length) {
      this.#found = undefined;
      at = this.#skipping || this.#partialLength > 0 ? this.#goOn(chunk, at) : this.#begin(chunk, at);
      if (this.#found && handle(this.#found) === false) break;
    }
    return at;
  }

  #begin(chunk: Uint8Array, start: number): number {
    const end = this.#line(chunk, start);
    if (end - start > this.#limit) this.#found = this.#tooLong();
    if (end < chunk.length) return end + 1;
    if (this.#found) this.#skipping = true;
    else this.#keep(chunk.subarray(start));
    return chunk.length;
  }

  /** Goes on with a line that began in an earlier chunk. */
  #goOn(chunk: Uint8Array, start: number): number {
    const end = endOfLine(chunk, start);
    const isWhole = end < chunk.length;
    if (this.#skipping) {
      this.#skipping = !isWhole;
    } else if (this.#partialLength + end - start > this.#limit) {
      this.#forget();
      this.#found = this.#tooLong();
      this.#skipping = !isWhole;
    } else {
      this.#keep(chunk.subarray(start, end + 1));
      if (isWhole) {
        this.#line(this.#partial.subarray(0, this.#partialLength), 0);
        this.#forget();
      }
    }
    return isWhole ? end + 1 : end;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#partialLength + bytes.length;
    if (length > this.#partial.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#partial.length, 64));
      larger.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = larger;
    }
    this.#partial.set(bytes, this.#partialLength);
    this.#partialLength = length;
  }

  /** The bytes are the message's now. */
  #forget(): void {
    this.#partial = empty;
    this.#partialLength = 0;
  }

  /** Reads the line at `start`: where it ends, or the length if it does not end here; then nothing is found. */
  #line(bytes: Uint8Array, start: number): number {
    const type = TYPES[bytes[start]!];
    if (type === undefined) return this.#noMessage(bytes, start);
    const { length } = bytes;
    const nameStart = start + 1;
    let at = nameStart;
    let hash = 0;
    while (at < length && NAME[bytes[at]!] !== 0) hash = hashed(hash, bytes[at++]!);
    const nameEnd = at;
    if (at === length) return length;
    if (NAME[bytes[nameStart]!] !== 2) {
      return this.#bad(bytes, start, nameStart, "a name begins with a letter");
    }
    let mid: number | undefined;
    if (bytes[at] === OPEN) {
      mid = 0;
      const first = ++at;
      for (; at < length && bytes[at]! >= 0x30 && bytes[at]! <= 0x39; at++) {
        mid = 10 * mid + bytes[at]! - 0x30;
        if (mid === 0 || mid > MAX_MID) {
          return this.#bad(bytes, start, first, `a message id is 1 to ${MAX_MID}`);
        }
      }
      if (at === length) return length;
      if (at === first || bytes[at] !== CLOSE) {
        return this.#bad(bytes, start, at, "a message id is digits in brackets");
      }
      at++;
      if (at === length) return length;
    }
    let kind = KIND[bytes[at]!]!;
    if (kind !== BLANK && kind !== END) {
      const expected = mid === undefined
        ? "a name is letters, digits and hyphens"
        : "a blank follows a message id";
      return this.#bad(bytes, start, at, expected);
    }
    const spans = this.#spans;
    spans.from = spans.to;
    let { block, to } = spans;
    let isEscaped = false;
    for (;;) {
      while (kind === BLANK && ++at < length) kind = KIND[bytes[at]!]!;
      if (at === length) return length;
      if (kind === END) break;
      const argument = at;
      for (; at < length; at++) {
        const byte = bytes[at]!;
        if (byte > SPACE && byte !== BACKSLASH) continue;
        kind = KIND[byte]!;
        if (kind === PLAIN) continue;
        if (kind !== ESCAPE) break;
        isEscaped = true;
        if (++at < length && UNESCAPED[bytes[at]!] === INVALID) {
          return this.#bad(bytes, start, at - 1, "no such escape");
        }
      }
      if (at >= length) return length;
      if (kind === FORBIDDEN) return this.#bad(bytes, start, at, "NUL and ESC are sent as escapes");
      if (to === block.length) {
        spans.to = to;
        spans.grow();
        ({ block, to } = spans);
      }
      block[to++] = argument;
      block[to++] = at;
    }
    spans.to = to;
    this.#found = new Message(type, wordIn(bytes, nameStart, nameEnd, hash), mid, bytes, spans, isEscaped);
    return at;
  }

  /** A line that does not begin as a message: blank, or wrong. */
  #noMessage(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length && KIND[bytes[at]!] === BLANK) at++;
    if (at === bytes.length || KIND[bytes[at]!] === END) return at;
    return this.#bad(bytes, start, start, "a message begins with ?, ! or #");
  }

  #bad(bytes: Uint8Array, start: number, where: number, expected: string): number {
    const end = endOfLine(bytes, where);
    if (end < bytes.length) {
      const at = where - start;
      const problem = `byte ${at} of the line is ${describe(bytes, where, end)}: ${expected}`;
      this.#found = { type: "bad", code: "syntax", at, problem };
    }
    return end;
  }

  #tooLong(): BadLine {
    const problem = `the line is longer than ${this.#limit} bytes`;
    return { type: "bad", code: "too_long", at: this.#limit, problem };
  }
}

/**
 * Reads one line.
 *
 * @param line A message, with or without its end.
 * @returns The message.
 * @throws {PeerProtocolError} If the line is none, or holds more than one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const reply = parseMessage("!sensor-sampling[3] ok pump\\_1 period 0.5");
 * assertEquals([reply.name, reply.mid, reply.ok, reply.text(1)], ["sensor-sampling", 3, true, "pump 1"]);
 * ```
 */
export function parseMessage(line: string | Uint8Array): Message {
  const parser = new MessageParser({ limit: Infinity });
  const found: (Message | BadLine)[] = [];
  const collect = (item: Message | BadLine) => void found.push(item);
  parser.feed(bytesOf(line), collect);
  parser.feed(new Uint8Array([0x0a]), collect);
  const [item] = found;
  if (item === undefined || found.length > 1) {
    throw new PeerProtocolError(`Expected one KATCP message, got ${found.length}`);
  }
  if (item.type === "bad") throw new PeerProtocolError(`Not a KATCP message: ${item.problem}`);
  return item;
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && KIND[bytes[at]!] !== END) at++;
  return at;
}

function describe(bytes: Uint8Array, at: number, end: number): string {
  if (at === end) return "the end";
  const byte = bytes[at]!;
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `0x${byte.toString(16).padStart(2, "0")}`;
}
