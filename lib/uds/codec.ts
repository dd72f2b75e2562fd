/**
 * The script channel on the wire: each message is `%`, the base64 of its UTF-8 text, `$`. Nothing stands between
 * messages, and neither mark occurs within one, so that a reader can always find the next.
 * @module
 */
import { LocalProtocolError } from "../errors.ts";

/** Longest text of a message, in bytes of UTF-8, unless another limit is given. */
export const MESSAGE_LIMIT: number = 8 * 1024 * 1024;

const START = 0x25; // %
const END = 0x24; // $

const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What comes out of a {@linkcode Decoder}. */
export type ScriptEvent =
  /** A message was read. */
  | { readonly type: "message"; readonly text: string }
  /** A message was framed as it should be but cannot be read: not strict base64, not UTF-8, or too long. */
  | { readonly type: "invalid"; readonly reason: string; readonly cause?: unknown }
  /** Bytes that belong to no message were skipped: before a `%`, or begun and broken off by another `%`. */
  | { readonly type: "dropped"; readonly bytes: number };

/** Options of {@linkcode encode} and {@linkcode Decoder}. */
export interface CodecOptions {
  /** Longest text in bytes of UTF-8 (default {@linkcode MESSAGE_LIMIT}). */
  readonly limit?: number | undefined;
}

/**
 * Writes a message.
 *
 * @param text Any text; `""` becomes `%$`, which the Python original never delivers.
 * @param options Limit.
 * @returns The bytes to send.
 * @throws {LocalProtocolError} If the text is longer than the limit or holds half a surrogate pair.
 *
 * @example Usage
 * ```ts
 * import { encode } from "@dewar/sdk/uds";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new TextDecoder().decode(encode("READY")), "%UkVBRFk=$");
 * ```
 */
export function encode(text: string, options: CodecOptions = {}): Uint8Array {
  const { limit = MESSAGE_LIMIT } = options;
  if (!text.isWellFormed()) {
    throw new LocalProtocolError("Cannot send text with half a surrogate pair: it has no UTF-8 form");
  }
  const bytes = encoder.encode(text);
  if (bytes.length > limit) {
    throw new LocalProtocolError(`Cannot send a message of ${bytes.length} bytes: the limit is ${limit}`);
  }
  return encoder.encode(`%${bytes.toBase64()}$`);
}

/**
 * Reads messages from bytes however they are cut; time and memory grow with the bytes, not with their square.
 *
 * Nothing stops it: what cannot be read is reported and the next message is read as if nothing had been.
 *
 * @example Usage
 * ```ts
 * import { Decoder, encode } from "@dewar/sdk/uds";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new Decoder();
 * const bytes = encode("hello");
 * assertEquals(decoder.push(bytes.subarray(0, 4)), []);
 * assertEquals(decoder.push(bytes.subarray(4)), [{ type: "message", text: "hello" }]);
 * ```
 */
export class Decoder {
  readonly #limit: number;
  readonly #bodyLimit: number;
  #inside = false;
  #body = new Uint8Array(0);
  #length = 0;
  #dropped = 0;

  /** Makes one that awaits the first `%`. */
  constructor(options: CodecOptions = {}) {
    this.#limit = options.limit ?? MESSAGE_LIMIT;
    this.#bodyLimit = 4 * Math.ceil(this.#limit / 3);
  }

  /**
   * Reads on.
   *
   * @param chunk The next bytes; they are not kept.
   * @returns What they completed, in order.
   */
  push(chunk: Uint8Array): ScriptEvent[] {
    const events: ScriptEvent[] = [];
    let start = -1;
    let end = -1;
    for (let at = 0; at < chunk.length;) {
      if (start < at) start = find(chunk, START, at);
      if (!this.#inside) {
        this.#drop(start - at, events);
        this.#inside = start < chunk.length;
        at = start + 1;
        continue;
      }
      if (end < at) end = find(chunk, END, at);
      const stop = Math.min(start, end);
      const piece = chunk.subarray(at, stop);
      at = stop;
      if (this.#length + piece.length > this.#bodyLimit) {
        this.#refuse(piece, events);
      } else if (stop === end && stop < chunk.length) {
        this.#finish(piece, events);
        at++;
      } else {
        this.#keep(piece);
        if (stop < chunk.length) this.#breakOff(events);
      }
    }
    return events;
  }

  /**
   * Says that no more bytes come.
   *
   * @returns A `dropped` event if something was left over.
   */
  end(): ScriptEvent[] {
    const events: ScriptEvent[] = [];
    if (this.#inside) this.#breakOff(events);
    this.#report(events);
    return events;
  }

  #finish(piece: Uint8Array, events: ScriptEvent[]): void {
    let body = piece;
    if (this.#length > 0) {
      this.#keep(piece);
      body = this.#body.subarray(0, this.#length);
    }
    this.#report(events);
    events.push(read(body, this.#limit));
    this.#reset();
  }

  /** The byte that passes the limit ends the message; those after it are as good as garbage. */
  #refuse(piece: Uint8Array, events: ScriptEvent[]): void {
    const over = this.#length + piece.length - this.#bodyLimit - 1;
    this.#report(events);
    events.push(tooLong(this.#limit));
    this.#reset();
    this.#drop(over, events);
  }

  #breakOff(events: ScriptEvent[]): void {
    const begun = this.#length + 1;
    this.#reset();
    this.#drop(begun, events);
  }

  #keep(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#body.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(2 * this.#body.length, this.#bodyLimit)));
      larger.set(this.#body.subarray(0, this.#length));
      this.#body = larger;
    }
    this.#body.set(piece, this.#length);
    this.#length = length;
  }

  #reset(): void {
    this.#inside = false;
    this.#length = 0;
    if (this.#body.length > 0) this.#body = new Uint8Array(0);
  }

  #drop(bytes: number, events: ScriptEvent[]): void {
    this.#dropped += bytes;
    // A peer that sends nothing but garbage is reported as it goes on, not only at its end.
    for (; this.#dropped > this.#bodyLimit; this.#dropped -= this.#bodyLimit) {
      events.push({ type: "dropped", bytes: this.#bodyLimit });
    }
  }

  #report(events: ScriptEvent[]): void {
    if (this.#dropped > 0) events.push({ type: "dropped", bytes: this.#dropped });
    this.#dropped = 0;
  }
}

/** Where `byte` is next, or the length where it is not. */
function find(chunk: Uint8Array, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
}

function tooLong(limit: number): ScriptEvent {
  return { type: "invalid", reason: `longer than ${limit} bytes` };
}

function read(body: Uint8Array, limit: number): ScriptEvent {
  const base64 = latin1.decode(body);
  const got = JSON.stringify(base64.length > 40 ? `${base64.slice(0, 40)}…` : base64);
  try {
    // fromBase64 passes over blanks, even when strict.
    if (/\s/.test(base64)) throw new SyntaxError("Found a blank");
    const bytes = Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" });
    return bytes.length > limit ? tooLong(limit) : { type: "message", text: utf8.decode(bytes) };
  } catch (cause) {
    const reason = cause instanceof TypeError ? "not UTF-8" : "not base64";
    return { type: "invalid", reason: `${reason}: ${got}`, cause };
  }
}
