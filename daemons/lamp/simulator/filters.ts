/** The simulated lamp's spectrum and the filters in its wheel. @module */

/** Colour temperature of the lamp, K. */
const COLOUR = 3000;
/** Second radiation constant, nm K. */
const C2 = 1.438777e7;
/** Ends of what a silicon detector sees, nm. */
const [BLUE, RED] = [350, 1050];

/** A filter in the wheel. */
export interface Filter {
  /** Photons behind it, of those without a filter. */
  readonly transmission: number;
  /** Mean wavelength of the photons behind it, nm. */
  readonly wavelength: number;
}

/** Photons of a black body per wavelength, in arbitrary units. */
function photons(wavelength: number): number {
  return (1000 / wavelength) ** 4 / Math.expm1(C2 / wavelength / COLOUR);
}

function band(from: number, to: number, peak: number): { photons: number; wavelength: number } {
  let [sum, moment] = [0, 0];
  for (let wavelength = from + 0.5; wavelength < to; wavelength++) {
    sum += photons(wavelength);
    moment += photons(wavelength) * wavelength;
  }
  return { photons: sum * peak, wavelength: moment / sum };
}

const WHITE = band(BLUE, RED, 1);

/** Interference filters of 40 nm, which let 85 % through in their band. */
function interference(centre: number): Filter {
  const { photons, wavelength } = band(centre - 20, centre + 20, 0.85);
  return { transmission: photons / WHITE.photons, wavelength };
}

/** The wheel: nothing in place 1, then 400, 500, 600, 700 and 900 nm. */
export const FILTERS: readonly Filter[] = [
  { transmission: 1, wavelength: WHITE.wavelength },
  ...[400, 500, 600, 700, 900].map(interference),
];
