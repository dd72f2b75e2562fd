/** What clients send a server: commands, and FITS in between. @module */
import { type FitsHandler, FitsReader, type HduInfo } from "../fits/mod.ts";
import { type Command, COMMAND_LIMIT, DEFAULT_FEED, parseCommand } from "./codec.ts";
import type { IncomingFrame } from "./stored_frame.ts";

/** What a client has sent. */
export type Request =
  | { readonly kind: "command"; readonly command: Command }
  /** A frame for a feed. */
  | { readonly kind: "frame"; readonly feed: string; readonly frame: IncomingFrame }
  /** Something that was passed over: a frame of another kind, a command that is too long. */
  | { readonly kind: "refused"; readonly problem: string };

/** Words of commands: one of them needs no newline, a moment's silence ends it as well. */
const WORDS = new Set([
  "version",
  "help",
  "put",
  "get",
  "list",
  "ls",
  "composite",
  "shutdown",
  "exit",
  "quit",
  "q",
]);
const FITS_START = "SIMPLE  =";
const EXTENSION_START = "XTENSION=";

/** What a {@linkcode RequestReader} is made for. */
export interface RequestReaderOptions {
  /** Frames with more bytes of pixels are passed over. */
  readonly frameLimit: number;
  /** Gives memory for a frame's pixels; it need not be empty. */
  readonly allocate: (bytes: number) => Uint8Array<ArrayBuffer>;
}

/**
 * Reads what a client sends, one request at a time, cut anywhere.
 *
 * A command ends with a newline. Clients there are send none: for them, silence ends a command that begins with a known
 * word ({@linkcode RequestReader.idle}). Bytes that begin like a FITS file are one: frame after frame goes into the feed
 * that `put` has named, or into `default`.
 */
export class RequestReader {
  readonly #options: RequestReaderOptions;
  readonly #fits = new FitsReader({ repeated: true, sum: false });
  #text = "";
  #isSkipping = false;
  #isFits = false;
  #feed = DEFAULT_FEED;
  #frame: IncomingFrame | undefined;
  #problem = "";
  #request: Request | undefined;

  /** Makes one at the beginning of a connection. */
  constructor(options: RequestReaderOptions) {
    this.#options = options;
  }

  /** Whether silence would end a command. */
  get isWaitingForSilence(): boolean {
    return !this.#isFits && WORDS.has(this.#text.trim().split(/\s+/, 1)[0]!.toLowerCase());
  }

  /** The feed for what comes next. */
  set feed(feed: string) {
    this.#feed = feed;
  }

  /**
   * Takes bytes until a request is complete.
   *
   * @param bytes The bytes, cut anywhere. They are copied.
   * @returns The request, if one is complete, and how many of the bytes were taken.
   * @throws {FitsError} If FITS has begun and is none: there is no way on.
   */
  take(bytes: Uint8Array): { taken: number; request?: Request } {
    let taken = 0;
    this.#request = undefined;
    while (taken < bytes.length && !this.#request) {
      const rest = bytes.subarray(taken);
      taken += this.#isFits ? this.#takeFits(rest) : this.#takeText(rest);
    }
    return { taken, ...this.#request ? { request: this.#request } : {} };
  }

  /** Says that nothing has come for a while: ends a command that has no newline. */
  idle(): Request | undefined {
    if (!this.isWaitingForSilence) return undefined;
    const text = this.#text;
    this.#text = "";
    return commandOf(text);
  }

  /**
   * Says that nothing more comes.
   *
   * @returns What is complete by that.
   * @throws {FitsError} If a frame was cut off.
   */
  end(): Request | undefined {
    if (!this.#isFits) {
      const text = this.#text;
      this.#text = "";
      return this.#isSkipping ? undefined : commandOf(text);
    }
    this.#request = undefined;
    this.#fits.end(this.#handle);
    return this.#request;
  }

  #takeText(bytes: Uint8Array): number {
    const newline = bytes.indexOf(10);
    const end = newline < 0 ? bytes.length : newline;
    if (this.#isSkipping) {
      this.#isSkipping = newline < 0;
      return newline < 0 ? bytes.length : newline + 1;
    }
    const before = this.#text.length;
    const piece = bytes.subarray(0, Math.min(end, COMMAND_LIMIT + 1));
    const text = (this.#text + String.fromCharCode(...piece)).replaceAll("\r", " ");
    const fits = startOfFits(text);
    if (fits >= 0) return this.#beginFits(text, fits, before);
    if (text.length > COMMAND_LIMIT) {
      this.#text = "";
      this.#isSkipping = true;
      this.#request = { kind: "refused", problem: `a command is longer than ${COMMAND_LIMIT} characters` };
      return piece.length;
    }
    this.#text = newline < 0 ? text : "";
    if (newline >= 0) this.#request = commandOf(text);
    return newline < 0 ? bytes.length : newline + 1;
  }

  /**
   * FITS has begun, alone or behind a command that has no newline.
   *
   * @param text What is held, and what has just come.
   * @param at Where FITS begins in it.
   * @param held How much of it was held.
   * @returns How much of what has just come was taken.
   */
  #beginFits(text: string, at: number, held: number): number {
    this.#request = commandOf(text.slice(0, at));
    this.#text = "";
    const start = text.slice(at, Math.max(at, held));
    if (this.#request) this.#text = start;
    else {
      this.#isFits = true;
      this.#fits.take(Uint8Array.from(start, (letter) => letter.charCodeAt(0)), this.#handle);
    }
    return Math.max(0, at - held);
  }

  #takeFits(bytes: Uint8Array): number {
    const taken = this.#fits.take(bytes, this.#handle);
    if (this.#fits.isBetween) this.#isFits = false;
    return taken;
  }

  readonly #handle: FitsHandler = (event) => {
    if (event.kind === "header") this.#begin(event.hdu, event.bytes);
    else if (event.kind === "data") this.#frame?.data.set(event.bytes, event.offset);
    else if (event.kind === "end") this.#finish();
  };

  #begin(hdu: HduInfo, header: Uint8Array): void {
    const { bitpix, shape, dataBytes, kind } = hdu;
    const [width = 0, height = 0] = shape;
    const { frameLimit, allocate } = this.#options;
    this.#frame = undefined;
    if (kind !== "image") this.#problem = `only images, not a ${kind}`;
    else if (shape.length !== 2) this.#problem = `only NAXIS 2, not ${shape.length}`;
    else if (bitpix !== 16) this.#problem = `only BITPIX 16, not ${bitpix}`;
    else if (dataBytes === 0) this.#problem = "the frame is empty";
    else if (dataBytes > frameLimit) this.#problem = `a frame has at most ${frameLimit} bytes`;
    else this.#frame = { width, height, header: header.slice(), data: allocate(dataBytes) };
  }

  #finish(): void {
    const frame = this.#frame;
    this.#frame = undefined;
    this.#isFits = false;
    this.#request = frame
      ? { kind: "frame", feed: this.#feed, frame }
      : { kind: "refused", problem: this.#problem };
  }
}

function commandOf(text: string): Request | undefined {
  const command = parseCommand(text);
  return command && { kind: "command", command };
}

/** Where a FITS file begins in text: at its start, or behind a `put` that has no newline. */
function startOfFits(text: string): number {
  const start = text.length - text.trimStart().length;
  const rest = text.slice(start);
  if (rest.startsWith(FITS_START) || rest.startsWith(EXTENSION_START)) return start;
  return rest.startsWith("put") ? text.indexOf(FITS_START) : -1;
}
