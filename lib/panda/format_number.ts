/** Numbers as C writes them. @module */

/**
 * Writes a number as C's `%.<digits>g` does: no more digits than these, no trailing zeros, an exponent of at least two
 * digits where it is below -4 or the number has no fewer digits before its point.
 *
 * @param value The number.
 * @param digits How many digits count.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatG(8e-9, 12), "8e-09");
 * assertEquals(formatG(1250, 12), "1250");
 * ```
 */
export function formatG(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return shortened(value.toFixed(digits - 1 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${shortened(mantissa!)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function shortened(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
