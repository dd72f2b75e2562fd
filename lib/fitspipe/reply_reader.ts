/** What a server answers. @module */
import { PeerProtocolError } from "../errors.ts";
import { GET_REPLY, parseGetReply } from "./codec.ts";
import type { ReceivedFrame } from "./frame.ts";

const BLOCK = 2880;
const CARD = 80;
/** Longest text and longest header, bytes. */
const TEXT_LIMIT = 16 * 1024 * 1024;

/** An answer. */
export type Reply =
  /** `. OK`, with what the lines before it say. */
  | { readonly kind: "done"; readonly lines: readonly string[] }
  /** What went wrong. */
  | { readonly kind: "error"; readonly problem: string }
  /** A frame. */
  | { readonly kind: "frame"; readonly frame: ReceivedFrame };

/** What is awaited: lines, or a frame with or without its header. */
export type Expected = "lines" | "frame" | "frame with header";

/** Reads the answer to one request after another; before each it is told what to expect. */
export class ReplyReader {
  readonly #frameLimit: number;
  #expected: Expected = "lines";
  #held = new Uint8Array(4096);
  #length = 0;
  #lines: string[] = [];
  #info: { number: number; width: number; height: number } | undefined;
  #header: Uint8Array | undefined;
  #data: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  /** Makes one that refuses frames with more bytes of pixels. */
  constructor(frameLimit: number) {
    this.#frameLimit = frameLimit;
  }

  /** Says what comes next. */
  expect(expected: Expected): void {
    this.#expected = expected;
    this.#lines = [];
    this.#info = this.#header = this.#data = undefined;
    this.#length = this.#filled = 0;
  }

  /**
   * Takes bytes until the answer is complete.
   *
   * @param bytes The bytes, cut anywhere; they are copied.
   * @returns How many were taken, and the answer if it is complete.
   * @throws {PeerProtocolError} If they are no answer: there is no way on.
   */
  take(bytes: Uint8Array): { taken: number; reply?: Reply } {
    let taken = 0;
    while (taken < bytes.length) {
      const rest = bytes.subarray(taken);
      if (this.#expected === "lines") taken += this.#takeLine(rest);
      else if (!this.#info) taken += this.#takeStart(rest);
      else if (!this.#data) taken += this.#takeHeader(rest);
      else taken += this.#takePixels(rest);
      const reply = this.#reply;
      if (reply) {
        this.#reply = undefined;
        return { taken, reply };
      }
    }
    return { taken };
  }

  #reply: Reply | undefined;

  #takeLine(bytes: Uint8Array): number {
    const newline = bytes.indexOf(10);
    const piece = newline < 0 ? bytes : bytes.subarray(0, newline);
    this.#hold(piece);
    if (newline < 0) return bytes.length;
    const line = this.#heldText().replace(/\r$/, "");
    this.#length = 0;
    const text = line.slice(2);
    if (line.startsWith("+ ") || line === "+") this.#lines.push(text);
    else if (line.startsWith(".")) this.#reply = { kind: "done", lines: this.#lines };
    else if (line.startsWith("! ")) this.#reply = { kind: "error", problem: text.trimEnd() };
    else {throw new PeerProtocolError(
        `expected a line that begins with + . or !, got ${JSON.stringify(line)}`,
      );}
    return newline + 1;
  }

  #takeStart(bytes: Uint8Array): number {
    const piece = bytes.subarray(0, GET_REPLY - this.#length);
    this.#hold(piece);
    if (this.#length < GET_REPLY) return piece.length;
    const text = this.#heldText();
    this.#length = 0;
    if (text.startsWith("! ")) {
      this.#reply = { kind: "error", problem: text.slice(2).trimEnd() };
      return piece.length;
    }
    const info = parseGetReply(text);
    const size = 2 * info.width * info.height;
    if (size > this.#frameLimit) {
      throw new PeerProtocolError(
        `a frame of ${info.width} x ${info.height} is larger than ${this.#frameLimit} bytes`,
      );
    }
    this.#info = info;
    if (this.#expected === "frame") this.#begin();
    return piece.length;
  }

  #takeHeader(bytes: Uint8Array): number {
    const piece = bytes.subarray(0, BLOCK - this.#length % BLOCK);
    this.#hold(piece);
    if (this.#length % BLOCK !== 0) return piece.length;
    for (let at = this.#length - BLOCK; at < this.#length; at += CARD) {
      if (String.fromCharCode(...this.#held.subarray(at, at + 8)) !== "END     ") continue;
      this.#header = this.#held.slice(0, this.#length);
      this.#length = 0;
      this.#begin();
      break;
    }
    return piece.length;
  }

  #begin(): void {
    const { width, height } = this.#info!;
    this.#data = new Uint8Array(2 * width * height);
    if (this.#data.length === 0) this.#finish();
  }

  #takePixels(bytes: Uint8Array): number {
    const data = this.#data!;
    const piece = bytes.subarray(0, data.length - this.#filled);
    data.set(piece, this.#filled);
    this.#filled += piece.length;
    if (this.#filled === data.length) this.#finish();
    return piece.length;
  }

  #finish(): void {
    this.#reply = { kind: "frame", frame: { ...this.#info!, header: this.#header, data: this.#data! } };
  }

  #hold(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > TEXT_LIMIT) throw new PeerProtocolError(`an answer is longer than ${TEXT_LIMIT} bytes`);
    if (length > this.#held.length) {
      const longer = new Uint8Array(Math.max(length, 2 * this.#held.length));
      longer.set(this.#held.subarray(0, this.#length));
      this.#held = longer;
    }
    this.#held.set(piece, this.#length);
    this.#length = length;
  }

  #heldText(): string {
    return new TextDecoder("latin1").decode(this.#held.subarray(0, this.#length));
  }
}
