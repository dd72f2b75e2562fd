/** Units as people read them. @module */

const SHOWN: ReadonlyMap<string, string> = new Map([
  ["degC", "°C"],
  ["degF", "°F"],
  ["deg", "°"],
  ["percent", "%"],
  ["ohm", "Ω"],
  ["kohm", "kΩ"],
  ["Mohm", "MΩ"],
]);

/** A micro prefix before a unit that takes one. */
const MICRO = /^u(?=(?:A|V|W|F|H|m|s|g|bar|Torr|Pa|rad)(?:$|[/*^ ]))/;

/**
 * A unit of a model as it is shown: `°C` for `degC`, `µA` for `uA`, `°C/min` for `degC/min`.
 *
 * @param unit The unit; ASCII, as in the model.
 * @returns How it is shown; units that are not known stay as they are.
 *
 * @example Usage
 * ```ts
 * import { displayUnit } from "@dewar/sdk/device";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(displayUnit("degC/min"), "°C/min");
 * assertEquals(displayUnit("mbar"), "mbar");
 * ```
 */
export function displayUnit(unit: string): string {
  return unit.split("/").map((part) => SHOWN.get(part) ?? part.replace(MICRO, "µ")).join("/");
}
