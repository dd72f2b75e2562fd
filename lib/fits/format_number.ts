/** Numbers as a header holds them. @module */

/**
 * Writes a number so that it is read back as the same one.
 *
 * @param value The number, finite.
 * @param decimals At least so many are written; with one or more an integer becomes a real.
 */
export function formatNumber(value: number, decimals = 0): string {
  if (Number.isSafeInteger(value) && decimals === 0 && !Object.is(value, -0)) return String(value);
  const [mantissa, exponent] = (Object.is(value, -0) ? "-0" : String(value)).split("e") as [string, string?];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  const digits = exponent === undefined ? Math.max(decimals, 1) : 1;
  const real = `${whole}.${fraction.padEnd(digits, "0")}`;
  return exponent === undefined ? real : `${real}E${exponent}`;
}

/**
 * How many decimals a number that was read is to be written with again; undefined where it says enough by itself.
 *
 * @param value The number.
 * @param text What it was read from.
 */
export function decimalsToKeep(value: number, text: string): number | undefined {
  const [, written = ""] = /\.(\d*)$/.exec(text) ?? [];
  const [, own = ""] = /\.(\d*)/.exec(formatNumber(value)) ?? [];
  const wanted = Math.max(written.length, 1);
  return wanted > own.length ? wanted : undefined;
}
