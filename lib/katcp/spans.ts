/** Where the arguments of messages are. @module */
import { ESCAPE, KIND, NOTHING, UNESCAPED } from "./grammar.ts";

/** How many numbers one block holds, at the most. */
const BLOCK = 4096;

/** Where the arguments of messages begin and end. Blocks are shared by many messages, so that none costs an array. */
export class Spans {
  /** Begin and end of each argument, in turn. */
  block: Int32Array = new Int32Array(0);
  /** Where those of the message at hand begin. */
  from = 0;
  /** Where they end. */
  to = 0;

  /** Makes room for more arguments of this message; earlier messages keep the block they have. */
  grow(): void {
    const mine = this.block.subarray(this.from, this.to);
    const length = Math.max(64, 2 * mine.length, Math.min(2 * this.block.length, BLOCK));
    this.block = new Int32Array(length);
    this.block.set(mine);
    this.from = 0;
    this.to = mine.length;
  }
}

/** Without the escapes, of which all are known to be valid; the same array where there are none. */
export function unescape(raw: Uint8Array): Uint8Array {
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
