/** Between the machine's byte order and that of FITS, which is big-endian. Every machine Deno runs on is little-endian. @module */
import type { Checksum } from "./checksum.ts";
import { changeVectors, type VectorChange } from "./vector.ts";

/** Bytes of a value. */
export type Width = 1 | 2 | 4 | 8;

interface Changes {
  /** Only the bytes' order changes. */
  readonly plain: VectorChange;
  /** The sign bits of the machine's values change too. */
  readonly toFits: VectorChange;
  /** The sign bits of FITS's values change too. */
  readonly fromFits: VectorChange;
}

function changes(width: Width): Changes {
  const place = Uint8Array.from({ length: 16 }, (_, at) => at);
  const order = place.map((at) => at - at % width + width - 1 - at % width);
  const signAt = (byte: number) => place.map((at) => at % width === byte ? 0x80 : 0);
  return {
    plain: { order, signs: new Uint8Array(16) },
    toFits: { order, signs: signAt(width - 1) },
    fromFits: { order, signs: signAt(0) },
  };
}

const CHANGES: Readonly<Record<Width, Changes>> = {
  1: changes(1),
  2: changes(2),
  4: changes(4),
  8: changes(8),
};

/**
 * Turns values into FITS's byte order.
 *
 * @param values The values' bytes in the machine's order; not changed.
 * @param target Where they go: of the same length. It may be the same memory.
 * @param width Bytes of a value.
 * @param flip Whether the sign bit changes, which is what an offset of half the range does to an integer.
 * @param sum Gets the sum of what was written, so that it costs no second pass.
 */
export function toBigEndian(
  values: Uint8Array,
  target: Uint8Array,
  width: Width,
  flip: boolean,
  sum?: Checksum,
): void {
  const { plain, toFits } = CHANGES[width];
  const change = flip ? toFits : plain;
  const words = sum?.isWhole ? values.length - values.length % 4 : 0;
  const { low, high } = changeVectors(values.subarray(0, words), target, change);
  if (words < values.length) changeVectors(values.subarray(words), target.subarray(words), change);
  if (width === 1) return sum?.add(target);
  // Of two values of 16 bits the first one is the lower half of the machine's word, and the upper one of FITS's.
  if (width === 2) sum?.addHalves(low, high);
  else sum?.addHalves(high, low);
  sum?.add(target.subarray(words));
}

/**
 * Turns values from FITS's byte order into the machine's.
 *
 * @param data The values' bytes as FITS has them; not changed.
 * @param target Where they go: of the same length. It may be the same memory.
 * @param width Bytes of a value.
 * @param flip Whether the sign bit changes.
 */
export function fromBigEndian(data: Uint8Array, target: Uint8Array, width: Width, flip: boolean): void {
  const { plain, fromFits } = CHANGES[width];
  changeVectors(data, target, flip ? fromFits : plain);
}
