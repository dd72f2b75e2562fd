/** RICE_1, the compression of cfitsio for integers: what both directions share. @module */
/** Pixels that share one parameter. */
export const RICE_BLOCK = 32;

/** Bytes of a stored integer. */
export type RiceWidth = 1 | 2 | 4;

/** What the method is for integers of one width. */
export interface RiceParameters {
  /** Bits of the parameter. */
  readonly fsBits: number;
  /** From here on differences are written as they are. */
  readonly fsMax: number;
  /** Bits of a difference as it is. */
  readonly bits: number;
}

/** The parameters by the bytes of an integer. */
export const PARAMETERS: Readonly<Record<RiceWidth, RiceParameters>> = {
  1: { fsBits: 3, fsMax: 6, bits: 8 },
  2: { fsBits: 4, fsMax: 14, bits: 16 },
  4: { fsBits: 5, fsMax: 25, bits: 32 },
};

/** A word with its bytes in the other order. */
export function swapped(word: number): number {
  return word << 24 | (word & 0xff00) << 8 | (word >>> 8) & 0xff00 | word >>> 24;
}
