/** Colours for brightness. @module */

type Colour = readonly [red: number, green: number, blue: number];

/** Colours at equal steps of brightness, from dark to bright; between them it is mixed. */
const STOPS = {
  "grey": [[0, 0, 0], [255, 255, 255]],
  "negative": [[255, 255, 255], [0, 0, 0]],
  "viridis": [
    [68, 1, 84],
    [72, 40, 120],
    [62, 74, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [109, 205, 89],
    [180, 222, 44],
    [253, 231, 37],
  ],
  "inferno": [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
  ],
  "heat": [[0, 0, 0], [170, 0, 0], [255, 85, 0], [255, 255, 0], [255, 255, 255]],
  "blue-red": [[33, 60, 150], [130, 170, 220], [240, 240, 240], [225, 140, 110], [150, 20, 40]],
} as const satisfies Record<string, readonly Colour[]>;

/** The name of a colour map. */
export type ColourMap = keyof typeof STOPS;

/** Names of the colour maps. */
export const COLOUR_MAPS = Object.keys(STOPS) as readonly ColourMap[];

/** Steps of brightness in a table of colours. */
export const COLOURS = 256;

/**
 * Makes the table of a colour map.
 *
 * @param name Which.
 * @returns {@linkcode COLOURS} colours, each red, green, blue.
 */
export function coloursOf(name: ColourMap): Uint8Array<ArrayBuffer> {
  const stops: readonly Colour[] = STOPS[name];
  const table = new Uint8Array(3 * COLOURS);
  for (let n = 0; n < COLOURS; n++) {
    const place = n / (COLOURS - 1) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [a, b] = [stops[below]![channel]!, stops[below + 1]![channel]!];
      table[3 * n + channel] = Math.round(a + (b - a) * (place - below));
    }
  }
  return table;
}
