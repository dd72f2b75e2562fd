/** Parts of an image, as headers name them. @module */
import { FitsError } from "../errors.ts";

/** A rectangle of pixels: counted from 1, both ends included. A reversed range means that it was read out the other way round. */
export interface Section {
  /** First column. */
  readonly x1: number;
  /** Last column. */
  readonly x2: number;
  /** First row. */
  readonly y1: number;
  /** Last row. */
  readonly y2: number;
}

/**
 * Reads a section.
 *
 * @param text `"[x1:x2,y1:y2]"`.
 * @throws {FitsError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { formatSection, parseSection } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const section = parseSection("[1:1024,512:1]");
 * assertEquals(section, { x1: 1, x2: 1024, y1: 512, y2: 1 });
 * assertEquals(formatSection(section), "[1:1024,512:1]");
 * ```
 */
export function parseSection(text: string): Section {
  const match = /^\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*$/.exec(text);
  const [x1, x2, y1, y2] = match?.slice(1).map(Number) ?? [0, 0, 0, 0];
  if (![x1, x2, y1, y2].every((edge) => Number.isSafeInteger(edge) && edge! >= 1)) {
    throw new FitsError(`expected a section like [1:1024,1:512], got ${JSON.stringify(text)}`);
  }
  return { x1: x1!, x2: x2!, y1: y1!, y2: y2! };
}

/** Writes a section: `"[x1:x2,y1:y2]"`. */
export function formatSection({ x1, x2, y1, y2 }: Section): string {
  return `[${x1}:${x2},${y1}:${y2}]`;
}
