/** Reorders bytes and adds them up 16 at a time, with the processor's vector instructions. @module */

/** So many bytes go through the vector's memory at once: few enough to stay in a processor's cache. */
const PIECE = 64 * 1024;
/** Bytes of a vector. */
const LANES = 16;

/** Where things are in the vector's memory. */
const AT = { low: 0, high: 16, order: 32, signs: 48, bytes: 64 } as const;

// WebAssembly's opcodes, as far as they are needed.
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const small = (value: number) => [0x41, value];
const load = [0xfd, 0x00, 4, 0];
const store = [0xfd, 0x0b, 4, 0];
const and = [0xfd, 0x4e];
const xor = [0xfd, 0x51];
const swizzle = [0xfd, 0x0e];
const addWords = [0xfd, 0xae, 0x01];
const shiftWords = [0xfd, 0xad, 0x01];
const lowHalves = [0xfd, 0x0c, ...[0, 0, 0, 0].flatMap(() => [0xff, 0xff, 0, 0])];

/** Parameters and locals: where it is, where it ends, order, signs, sums of the words' halves, a vector. */
const [at, end, order, signs, low, high, vector] = [0, 1, 2, 3, 4, 5, 6] as const;

/** For every vector: change the signs, add both halves of its 32-bit words to the sums, put its bytes in order. */
const BODY = [
  ...[1, 5, 0x7b], // five locals that are vectors
  ...[small(AT.order), load, set(order), small(AT.signs), load, set(signs)].flat(),
  ...[0x03, 0x40], // loop
  ...[get(at), get(at), load, get(signs), xor, set(vector)].flat(),
  ...[get(vector), lowHalves, and, get(low), addWords, set(low)].flat(),
  ...[get(vector), small(16), shiftWords, get(high), addWords, set(high)].flat(),
  ...[get(vector), get(order), swizzle, store].flat(),
  ...[get(at), small(LANES), [0x6a], tee(at), get(end), [0x49]].flat(), // at += 16; at < end
  ...[0x0d, 0, 0x0b], // again if so; end of the loop
  ...[small(AT.low), get(low), store, small(AT.high), get(high), store].flat(),
  0x0b,
];

const section = (
  id: number,
  ...content: number[]
) => [id, content.length % 128 | 128, content.length >> 7, ...content];
const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
  ...section(1, 1, 0x60, 2, 0x7f, 0x7f, 0), // a function of two 32-bit integers
  ...section(3, 1, 0),
  ...section(5, 1, 0, 2), // a memory of two pages of 64 KiB
  ...section(7, 2, ...name("memory"), 2, 0, ...name("run"), 0, 0),
  ...section(10, 1, BODY.length % 128 | 128, BODY.length >> 7, ...BODY),
);

const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports as {
  readonly memory: WebAssembly.Memory;
  run(at: number, end: number): void;
};
const bytes = new Uint8Array(memory.buffer);
const sums = new Uint32Array(memory.buffer, AT.low, 8);

/** What is done to every vector. */
export interface VectorChange {
  /** Which of its bytes comes at each place. */
  readonly order: Uint8Array;
  /** Bits that change, before the bytes are put in order. */
  readonly signs: Uint8Array;
}

/** The change that the vector's memory holds. */
let prepared: VectorChange | undefined;

/** Sums of the lower and the upper halves of the 32-bit words as they were before their bytes were put in order. */
export interface HalfSums {
  low: number;
  high: number;
}

/**
 * Changes bytes; those missing to a whole vector count as 0.
 *
 * @param values The bytes; not changed.
 * @param target Where they go; of the same length. It may be the same memory.
 * @param change What is done to them.
 */
export function changeVectors(values: Uint8Array, target: Uint8Array, change: VectorChange): HalfSums {
  const total: HalfSums = { low: 0, high: 0 };
  if (change !== prepared) {
    bytes.set(change.order, AT.order);
    bytes.set(change.signs, AT.signs);
    prepared = change;
  }
  for (let from = 0; from < values.length; from += PIECE) {
    const piece = values.subarray(from, from + PIECE);
    bytes.set(piece, AT.bytes);
    const stop = AT.bytes + piece.length;
    if (piece.length % LANES !== 0) bytes.set(change.signs.subarray(piece.length % LANES), stop); // 0 with its signs changed
    run(AT.bytes, stop);
    target.set(bytes.subarray(AT.bytes, stop), from);
    total.low += sums[0]! + sums[1]! + sums[2]! + sums[3]!;
    total.high += sums[4]! + sums[5]! + sums[6]! + sums[7]!;
  }
  return total;
}
