/** How old a value may be. @module */
import { milliseconds } from "../time/mod.ts";
import type { Param } from "./model.ts";

const DEFAULT = 5000;

/**
 * How old a value may be before it is stale.
 *
 * @param param The parameter.
 * @returns Milliseconds: its `maxAge`, else 5 s, or three times `every` where that is longer.
 */
export function maxAgeOf(param: Param): number {
  if (param.maxAge !== undefined) return milliseconds(param.maxAge);
  return Math.max(DEFAULT, 3 * milliseconds(param.every ?? 0));
}
