/** Dark current. @module */

/** Temperature at which the dark current is given, degC. */
export const DARK_REFERENCE = -100;
/** It doubles every so many kelvin. */
const DOUBLING = 6.75;

/**
 * Dark current of a pixel.
 *
 * @param reference That at -100 degC, electrons per second.
 * @param temperature degC.
 * @returns Electrons per second.
 */
export function darkCurrent(reference: number, temperature: number): number {
  return reference * 2 ** ((temperature - DARK_REFERENCE) / DOUBLING);
}
