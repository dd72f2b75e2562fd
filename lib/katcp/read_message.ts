/** Messages that are views of the bytes they came in. @module */
import { ESCAPE, KIND, NOTHING, UNESCAPED } from "./grammar.ts";
import { Message, type MessageType } from "./message.ts";

/** How many numbers one block holds. */
const BLOCK = 512;

/** Where the arguments of messages begin and end. Blocks are shared by many messages, so that none costs an array. */
export class Spans {
  /** Begin and end of each argument, in turn. */
  block: Int32Array = new Int32Array(0);
  /** Where those of the message at hand begin. */
  from = 0;
  /** Where they end. */
  to = 0;

  /** Begins a message. */
  begin(): void {
    this.from = this.to;
  }

  /** Adds an argument. */
  add(start: number, end: number): void {
    if (this.to === this.block.length) this.#grow();
    this.block[this.to++] = start;
    this.block[this.to++] = end;
  }

  /** Earlier messages keep the block they have. */
  #grow(): void {
    const mine = this.block.subarray(this.from, this.to);
    this.block = new Int32Array(Math.max(BLOCK, 2 * mine.length));
    this.block.set(mine);
    this.from = 0;
    this.to = mine.length;
  }
}

/** A message on the bytes it came in. */
export class ReadMessage extends Message {
  /** How many arguments it has. */
  readonly length: number;
  readonly #source: Uint8Array;
  readonly #block: Int32Array;
  readonly #from: number;
  readonly #isEscaped: boolean;

  /** Takes over what the spans hold of it. */
  constructor(
    type: MessageType,
    name: string,
    mid: number | undefined,
    source: Uint8Array,
    spans: Spans,
    isEscaped: boolean,
  ) {
    super(type, name, mid);
    this.length = (spans.to - spans.from) >> 1;
    this.#source = source;
    this.#block = spans.block;
    this.#from = spans.from;
    this.#isEscaped = isEscaped;
  }

  /** One argument, without its escapes. */
  bytes(index: number): Uint8Array {
    if (!(index >= 0 && index < this.length)) throw this.missing(index);
    const at = this.#from + 2 * index;
    const raw = this.#source.subarray(this.#block[at]!, this.#block[at + 1]!);
    return this.#isEscaped ? unescape(raw) : raw;
  }
}

/** Without the escapes, of which all are known to be valid; the same array where there are none. */
function unescape(raw: Uint8Array): Uint8Array {
  if (!raw.includes(0x5c)) return raw;
  const bytes = new Uint8Array(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at]!;
    const meant = KIND[byte] === ESCAPE ? UNESCAPED[raw[++at]!]! : byte;
    if (meant !== NOTHING) bytes[length++] = meant;
  }
  return bytes.subarray(0, length);
}
