/** Brightness by table: a logarithm for each of millions of pixels would take seconds. @module */
import { type ColourMap, coloursOf } from "./colour_map.ts";
import type { Limits } from "./limits.ts";
import { brightness, type Stretch } from "./stretch.ts";

/** Steps between the limits that are told apart. */
export const STEPS = 2 ** 16;

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
export function toneOf(stretch: Stretch, limits: Limits): (value: number) => number {
  const table = tableOf(stretch);
  const step = stepOf(limits);
  return (value) => table[step(value)]!;
}

/** Makes a function that gives the step of a value: 0 at the lower limit and for NaN, the last at the higher. */
export function stepOf({ low, high }: Limits): (value: number) => number {
  const perStep = (STEPS - 1) / (high - low);
  return (value) => {
    const step = Math.round((value - low) * perStep);
    return step > 0 ? step < STEPS ? step : STEPS - 1 : 0;
  };
}

/**
 * The colours of all steps.
 *
 * @param stretch How brightness follows the value.
 * @param map Which colours.
 * @returns {@linkcode STEPS} colours, each red, green, blue and 255.
 */
export function coloursOfSteps(stretch: Stretch, map: ColourMap): Uint8Array<ArrayBuffer> {
  const colours = coloursOf(map);
  const table = new Uint8Array(4 * STEPS);
  tableOf(stretch).forEach((tone, n) => {
    table[4 * n] = colours[3 * tone]!;
    table[4 * n + 1] = colours[3 * tone + 1]!;
    table[4 * n + 2] = colours[3 * tone + 2]!;
    table[4 * n + 3] = 255;
  });
  return table;
}
