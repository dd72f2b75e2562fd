/** A KATCP message: what it is, its name, its id and its arguments. @module */
import { PeerProtocolError } from "../errors.ts";

/** What a message is: a question, its one answer, or something told. */
export type MessageType = "request" | "reply" | "inform";

/** An argument to send: bytes as they are, text as UTF-8. Escaping is the codec's. */
export type Argument = string | Uint8Array;

/** The character each type of message begins with. */
export const MARKS: Readonly<Record<MessageType, string>> = { request: "?", reply: "!", inform: "#" };

/** Longest argument that is decoded byte by byte: above it a decoder is faster. */
const SHORT = 48;

const encoder = new TextEncoder();
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A message as read or as made. Arguments are bytes; {@linkcode Message.text} is for those known to be text.
 *
 * A message that was read is a view of the bytes it came in and keeps them in memory: {@linkcode Message.detached} is
 * what to store.
 */
export abstract class Message {
  /** Whether it is a request, a reply or an inform. */
  readonly type: MessageType;
  /** Its name: letters, digits and hyphens, a letter first. */
  readonly name: string;
  /** Its id, 1 to 2^31 - 1, if it has one. */
  readonly mid: number | undefined;

  /** Names it. */
  protected constructor(type: MessageType, name: string, mid: number | undefined) {
    this.type = type;
    this.name = name;
    this.mid = mid;
  }

  /** How many arguments it has. */
  abstract readonly length: number;

  /**
   * One argument, without its escapes.
   *
   * @param index Which, from 0.
   * @throws {PeerProtocolError} If the message has fewer.
   */
  abstract bytes(index: number): Uint8Array;

  /**
   * One argument as text; what is not UTF-8 becomes U+FFFD.
   *
   * @param index Which, from 0.
   * @throws {PeerProtocolError} If the message has fewer.
   */
  text(index: number): string {
    return textOf(this.bytes(index));
  }

  /** All arguments, without their escapes. */
  get args(): Uint8Array[] {
    return Array.from({ length: this.length }, (_, index) => this.bytes(index));
  }

  /** Whether it is a reply that says `ok`. */
  get ok(): boolean {
    return this.type === "reply" && this.length > 0 && this.text(0) === "ok";
  }

  /** The same message on bytes of its own. */
  detached(): Message {
    return new MadeMessage(this.type, this.name, this.args.map((bytes) => bytes.slice()), this.mid);
  }

  /** For people: `!sensor-value[7] ok 1`, with an argument that holds anything odd in quotes. */
  toString(): string {
    const mid = this.mid === undefined ? "" : `[${this.mid}]`;
    const args = this.args.map((bytes) => ` ${shown(textOf(bytes))}`);
    return `${MARKS[this.type]}${this.name}${mid}${args.join("")}`;
  }

  /** The error for an argument that is not there. */
  protected missing(index: number): PeerProtocolError {
    const what = `${MARKS[this.type]}${this.name}`;
    return new PeerProtocolError(`${what} has ${this.length} arguments, expected at least ${index + 1}`);
  }
}

class MadeMessage extends Message {
  readonly #args: readonly Uint8Array[];

  constructor(type: MessageType, name: string, args: readonly Uint8Array[], mid: number | undefined) {
    super(type, name, mid);
    this.#args = args;
  }

  get length(): number {
    return this.#args.length;
  }

  bytes(index: number): Uint8Array {
    const bytes = this.#args[index];
    if (!bytes) throw this.missing(index);
    return bytes;
  }
}

/**
 * Makes a message.
 *
 * @param type What it is.
 * @param name Its name; checked when it is written.
 * @param args Its arguments.
 * @param mid Its id, if it has one.
 * @returns The message.
 */
export function message(type: MessageType, name: string, args: readonly Argument[], mid?: number): Message {
  return new MadeMessage(type, name, args.map(bytesOf), mid);
}

/** The bytes of an argument. */
export function bytesOf(argument: Argument): Uint8Array {
  return typeof argument === "string" ? encoder.encode(argument) : argument;
}

/** Bytes as text; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return lenient.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return lenient.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Text as it is where that is clear, else in quotes. */
export function shown(text: string): string {
  return /^[!-~]+$/.test(text) ? text : JSON.stringify(text);
}
