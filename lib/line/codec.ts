/** The line protocol's framing: bytes in, lines and binary payloads out. @module */
import { Buffer, isAscii } from "node:buffer";
import { type ParsedLine, readLine } from "./parse.ts";

/** What came out of a stream of bytes. */
export type LineEvent =
  /** A line. `payload` is the number of raw bytes that follow it; they come as payload events. */
  | { readonly kind: "line"; readonly line: ParsedLine; readonly payload?: number }
  /**
   * A piece of the payload of the line before. `data` is a view of the chunk that was fed: valid as long as its owner
   * leaves that alone. An empty payload has no pieces.
   */
  | { readonly kind: "payload"; readonly data: Uint8Array; readonly last: boolean }
  /** A line that was dropped; those behind it are not touched. */
  | {
    readonly kind: "bad";
    /** Its quotes, its encoding (not UTF-8), its announced payload, or its length are wrong. */
    readonly code: "syntax" | "encoding" | "payload" | "too_long";
    /** What is wrong, and where. */
    readonly problem: string;
    /** The line's `@mid`, where it could be found. */
    readonly mid?: string;
  };

/** Options of {@linkcode LineCodec}. */
export interface LineCodecOptions {
  /** Longest line in bytes, without its terminator (default 1 MiB). */
  limit?: number;
}

/** Names of the lines whose bare `length=` announces a payload (the FAST camera's rule). */
const FRAMES: ReadonlySet<string | undefined> = new Set(["current_frame", "total_frame", "running_frame"]);

/** Lines up to this length are remembered, so that the same line again is not taken apart again. */
const MEMORY = 64 * 1024;
/** How much of an over-long line is searched for its `@mid`. */
const HEAD = 4096;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const empty = new Uint8Array(0);

/**
 * Cuts a stream of bytes into lines and payloads. Lines end with `\n` or `\0`, mixed as the sender likes; everything
 * is linear in what is fed, and no more than the line limit is kept.
 *
 * @example Usage
 * ```ts
 * import { LineCodec } from "@dewar/sdk/line";
 * import { assertEquals } from "@std/assert";
 *
 * const names: (string | undefined)[] = [];
 * new LineCodec().feed(new TextEncoder().encode("get_id\nget_status\0half"), (event) => {
 *   if (event.kind === "line") names.push(event.line.name);
 * });
 * assertEquals(names, ["get_id", "get_status"]);
 * ```
 */
export class LineCodec {
  /** Longest line in bytes; it may change between two chunks. */
  limit: number;
  #partial: Uint8Array = empty;
  #partialLength = 0;
  #skipping = false;
  #payload = 0;
  #lastText = "";
  #lastEvent: LineEvent | undefined;

  /** Makes one at the beginning of a stream. */
  constructor(options: LineCodecOptions = {}) {
    this.limit = options.limit ?? 1024 * 1024;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes, cut anywhere.
   * @param handle Gets every event, in order; returning false stops after this one.
   * @returns How many bytes were taken: all, unless it was stopped. Feed the others later.
   */
  feed(chunk: Uint8Array, handle: (event: LineEvent) => boolean | void): number {
    let lines: ChunkOfLines | undefined;
    let at = 0;
    while (at < chunk.length) {
      const start = at;
      let event: LineEvent | undefined;
      if (this.#payload > 0) {
        at = Math.min(chunk.length, start + this.#payload);
        this.#payload -= at - start;
        event = { kind: "payload", data: chunk.subarray(start, at), last: this.#payload === 0 };
      } else {
        lines ??= new ChunkOfLines(chunk);
        if (this.#isLastAgain(lines, start)) {
          at += this.#lastText.length + 1;
          event = this.#lastEvent!;
        } else {
          const end = lines.endOf(start);
          event = this.#take(lines, start, end);
          at = Math.min(chunk.length, end + 1);
          if (event?.kind === "line") this.#payload = event.payload ?? 0;
        }
      }
      if (event && handle(event) === false) break;
    }
    return at;
  }

  #isLastAgain(lines: ChunkOfLines, at: number): boolean {
    if (!this.#lastEvent || this.#partialLength > 0 || this.#skipping) return false;
    if (!lines.text.startsWith(this.#lastText, at)) return false;
    const after = lines.text.charCodeAt(at + this.#lastText.length);
    return after === 10 || after === 0;
  }

  /** Takes a line, or the part of it that is there when `end` is infinite. */
  #take(lines: ChunkOfLines, from: number, end: number): LineEvent | undefined {
    const isWhole = end !== Infinity;
    if (this.#skipping) {
      this.#skipping = !isWhole;
      return undefined;
    }
    const to = Math.min(end, lines.bytes.length);
    if (this.#partialLength + to - from > this.limit) {
      this.#keep(lines.bytes.subarray(from, Math.min(to, from + HEAD)));
      const event = this.#tooLong();
      this.#forget();
      this.#skipping = !isWhole;
      return event;
    }
    if (isWhole && this.#partialLength === 0) return this.#read(lines.text.slice(from, to), lines.isAscii);
    this.#keep(lines.bytes.subarray(from, to));
    if (!isWhole) return undefined;
    const line = this.#partial.subarray(0, this.#partialLength);
    const event = this.#read(latin1(line), isAscii(line));
    this.#forget();
    return event;
  }

  #read(raw: string, ascii: boolean): LineEvent {
    const isText = ascii || isAsciiText(raw);
    const decoded = isText ? raw : decode(raw);
    if (decoded === undefined) return notUtf8(raw);
    const line = readLine(decoded);
    if ("problem" in line) return { kind: "bad", code: "syntax", ...line };
    const length = announcedLength(line);
    if (length !== undefined) return announcing(line, length);
    const event: LineEvent = { kind: "line", line };
    if (raw.length <= MEMORY) {
      this.#lastText = raw;
      this.#lastEvent = event;
    }
    return event;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#partialLength + bytes.length;
    if (length > this.#partial.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#partial.length, 256));
      grown.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = grown;
    }
    this.#partial.set(bytes, this.#partialLength);
    this.#partialLength = length;
  }

  #forget(): void {
    this.#partialLength = 0;
    if (this.#partial.length > MEMORY) this.#partial = empty;
  }

  #tooLong(): LineEvent {
    const head = latin1(this.#partial.subarray(0, Math.min(this.#partialLength, HEAD)));
    const { mid } = readLine(head.slice(0, Math.max(0, head.search(/\s\S*$/))));
    const problem = `the line is longer than ${this.limit} bytes`;
    return { kind: "bad", code: "too_long", problem, ...(mid === undefined ? {} : { mid }) };
  }
}

/** A chunk decoded once, in which each terminator is searched once. */
class ChunkOfLines {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly isAscii: boolean;
  #newline = -1;
  #nul = -1;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.text = latin1(bytes);
    this.isAscii = isAscii(bytes);
  }

  /** Where the line at `at` ends; infinite when it does not end here. */
  endOf(at: number): number {
    if (this.#newline < at) this.#newline = this.#find("\n", at);
    if (this.#nul < at) this.#nul = this.#find("\0", at);
    return Math.min(this.#newline, this.#nul);
  }

  #find(terminator: string, at: number): number {
    const index = this.text.indexOf(terminator, at);
    return index < 0 ? Infinity : index;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function isAsciiText(text: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[^\x00-\x7f]/.test(text);
}

function decode(raw: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(raw, "latin1"));
  } catch {
    return undefined;
  }
}

function notUtf8(raw: string): LineEvent {
  const at = firstInvalid(raw);
  const { mid } = readLine(raw);
  const problem = `byte ${at} of the line (0x${raw.charCodeAt(at).toString(16)}) is not UTF-8`;
  return { kind: "bad", code: "encoding", problem, ...(mid === undefined ? {} : { mid }) };
}

/** Where the first bytes (as latin1) that are not UTF-8 are: where decoding replaced something. */
function firstInvalid(raw: string): number {
  let at = 0;
  for (const character of lenientUtf8.decode(Buffer.from(raw, "latin1"))) {
    if (character === "\ufffd" && !raw.startsWith("\xef\xbf\xbd", at)) break;
    const code = character.codePointAt(0)!;
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return at;
}

function announcedLength(line: ParsedLine): string | undefined {
  return line.options["@length"] ?? (FRAMES.has(line.name) ? line.options["length"] : undefined);
}

function announcing(line: ParsedLine, length: string): LineEvent {
  const payload = Number(length);
  if (/^\d+$/.test(length) && Number.isSafeInteger(payload)) return { kind: "line", line, payload };
  const problem = `the announced length ${JSON.stringify(length)} is not a number of bytes`;
  return { kind: "bad", code: "payload", problem, ...(line.mid === undefined ? {} : { mid: line.mid }) };
}
