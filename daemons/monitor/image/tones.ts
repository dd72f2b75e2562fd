/** Brightness by table: a logarithm for each of millions of pixels would take seconds. @module */
import type { Limits } from "./limits.ts";
import { brightness, type Stretch } from "./stretch.ts";

/** Steps between the limits that are told apart. */
const STEPS = 2 ** 16;

const tables = new Map<Stretch, Uint8Array>();

function tableOf(stretch: Stretch): Uint8Array {
  let table = tables.get(stretch);
  if (!table) {
    table = Uint8Array.from(
      { length: STEPS },
      (_, n) => Math.round(255 * brightness(stretch, n / (STEPS - 1))),
    );
    tables.set(stretch, table);
  }
  return table;
}

/**
 * Makes a function that gives the brightness of a value.
 *
 * @param stretch How it follows the value.
 * @param limits Black and white.
 * @returns 0 to 255 for a value, 0 for NaN.
 */
export function toneOf(stretch: Stretch, { low, high }: Limits): (value: number) => number {
  const table = tableOf(stretch);
  const perStep = (STEPS - 1) / (high - low);
  return (value) => {
    const step = Math.round((value - low) * perStep);
    return step > 0 ? table[step < STEPS ? step : STEPS - 1]! : 0;
  };
}
