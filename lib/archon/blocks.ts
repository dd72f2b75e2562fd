/** Blocks of a binary reply: how long they are, and how what is in them comes out. @module */
import { BLOCK_BYTES } from "./request.ts";

/** `<xx:`, before every block. */
export const HEAD_BYTES = 4;
/** A block with its head. */
export const UNIT_BYTES: number = HEAD_BYTES + BLOCK_BYTES;

/**
 * Copies what is in blocks that follow one another.
 *
 * @param chunk Where the blocks are.
 * @param from Where the first one begins, with its head.
 * @param count How many.
 * @param into Where their contents go.
 * @param at Where they begin there.
 */
export function copyBlocks(
  chunk: Uint8Array,
  from: number,
  count: number,
  into: Uint8Array,
  at: number,
): void {
  // Words of 64 bits would be faster once they are compiled, and some ten times slower until then.
  const begin = chunk.byteOffset + from + HEAD_BYTES;
  for (let block = 0; block < count; block++) {
    into.set(new Uint8Array(chunk.buffer, begin + block * UNIT_BYTES, BLOCK_BYTES), at + block * BLOCK_BYTES);
  }
}
