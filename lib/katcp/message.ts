/** A KATCP message: what it is, its name, its id and its arguments. @module */
import { PeerProtocolError } from "../errors.ts";
import { unescape } from "./spans.ts";
import type { ValueType, Version } from "./types.ts";
import { textIn } from "./words.ts";

/** What a message is: a question, its one answer, or something told. */
export type MessageType = "request" | "reply" | "inform";

/** An argument to send: bytes as they are, text as UTF-8. Escaping is the codec's. */
export type Argument = string | Uint8Array;

/** The character each type of message begins with. */
export const MARKS: Readonly<Record<MessageType, string>> = { request: "?", reply: "!", inform: "#" };

const encoder = new TextEncoder();

/** Where the arguments of a message are. */
export interface Placement {
  /** Begin and end of each in turn, among those of other messages. */
  readonly block: Int32Array;
  /** Where those of this message begin in the block. */
  readonly from: number;
  /** Where they end in it. */
  readonly to: number;
}

/**
 * A message as read or as made. Arguments are bytes; {@linkcode Message.text} is for those known to be text.
 *
 * A message that was read is a view of the bytes it came in and keeps them in memory: {@linkcode Message.detached} is
 * what to store.
 */
export class Message {
  /** Whether it is a request, a reply or an inform. */
  readonly type: MessageType;
  /** Its name: letters, digits and hyphens, a letter first. */
  readonly name: string;
  /** Its id, 1 to 2^31 - 1, if it has one. */
  readonly mid: number | undefined;
  /** How many arguments it has. */
  readonly length: number;
  readonly #source: Uint8Array;
  readonly #block: Int32Array;
  readonly #from: number;
  readonly #isEscaped: boolean;

  /** {@linkcode message} makes one; parsers do it this way. */
  constructor(
    type: MessageType,
    name: string,
    mid: number | undefined,
    source: Uint8Array,
    { block, from, to }: Placement,
    isEscaped: boolean,
  ) {
    this.type = type;
    this.name = name;
    this.mid = mid;
    this.length = (to - from) >> 1;
    this.#source = source;
    this.#block = block;
    this.#from = from;
    this.#isEscaped = isEscaped;
  }

  /**
   * One argument, without its escapes.
   *
   * @param index Which, from 0.
   * @throws {PeerProtocolError} If the message has fewer.
   */
  bytes(index: number): Uint8Array {
    const at = this.#at(index);
    const raw = this.#source.subarray(this.#block[at]!, this.#block[at + 1]!);
    return this.#isEscaped ? unescape(raw) : raw;
  }

  /**
   * One argument as text; what is not UTF-8 becomes U+FFFD.
   *
   * @param index Which, from 0.
   * @throws {PeerProtocolError} If the message has fewer.
   */
  text(index: number): string {
    if (this.#isEscaped) return textOf(this.bytes(index));
    const at = this.#at(index);
    return textIn(this.#source, this.#block[at]!, this.#block[at + 1]!);
  }

  /**
   * One argument as a value of a type.
   *
   * @param index Which, from 0.
   * @param type What it is.
   * @param version The version of the protocol it is written in (default 5).
   * @throws {PeerProtocolError} If it is none, or the message has fewer.
   */
  value<T>(index: number, type: ValueType<T>, version: Version = 5): T {
    if (this.#isEscaped || !type.parseIn) return type.parse(this.bytes(index), version);
    const at = this.#at(index);
    return type.parseIn(this.#source, this.#block[at]!, this.#block[at + 1]!, version);
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
    return message(this.type, this.name, this.args, this.mid);
  }

  /** For people: `!sensor-value[7] ok 1`, with an argument that holds anything odd in quotes. */
  toString(): string {
    const mid = this.mid === undefined ? "" : `[${this.mid}]`;
    const args = this.args.map((bytes) => ` ${shown(textOf(bytes))}`);
    return `${MARKS[this.type]}${this.name}${mid}${args.join("")}`;
  }

  #at(index: number): number {
    if (index >= 0 && index < this.length) return this.#from + 2 * index;
    const what = `${MARKS[this.type]}${this.name}`;
    throw new PeerProtocolError(`${what} has ${this.length} arguments, expected at least ${index + 1}`);
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
  const parts = args.map(bytesOf);
  const block = new Int32Array(2 * parts.length);
  let to = 0;
  for (let index = 0; index < parts.length; index++) {
    block[2 * index] = to;
    to += parts[index]!.length;
    block[2 * index + 1] = to;
  }
  const source = new Uint8Array(to);
  for (let index = 0; index < parts.length; index++) source.set(parts[index]!, block[2 * index]);
  return new Message(type, name, mid, source, { block, from: 0, to: block.length }, false);
}

/** The bytes of an argument. */
export function bytesOf(argument: Argument): Uint8Array {
  return typeof argument === "string" ? encoder.encode(argument) : argument;
}

/** Bytes as text; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return textIn(bytes, 0, bytes.length);
}

/** Text as it is where that is clear, else in quotes. */
export function shown(text: string): string {
  return /^[!-~]+$/.test(text) ? text : JSON.stringify(text);
}
