/** Durations as people write them. @module */

/** Units a duration may carry. */
export type DurationUnit = "us" | "ms" | "s" | "min" | "h" | "d";

/**
 * A span of time: a number of milliseconds, or text with its unit.
 *
 * @example Usage
 * ```ts
 * import { type Duration, milliseconds } from "@dewar/sdk";
 * import { assertEquals } from "@std/assert";
 *
 * const settle: Duration = "30 s";
 * assertEquals(milliseconds(settle), 30_000);
 * ```
 */
export type Duration = number | `${number} ${DurationUnit}` | `${number}${DurationUnit}`;

const MILLISECONDS: Readonly<Record<DurationUnit, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const FORM = /^\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(us|ms|s|min|h|d)\s*$/i;

/**
 * Converts a duration to milliseconds.
 *
 * @param duration Milliseconds as a number, or text such as `"30 s"`, `"1.5h"`.
 * @returns Milliseconds, never negative.
 * @throws {TypeError} If the text is not a number with a unit, or the number is negative or NaN.
 *
 * @example Usage
 * ```ts
 * import { milliseconds } from "@dewar/sdk";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(milliseconds("2 min"), 120_000);
 * assertEquals(milliseconds(250), 250);
 * ```
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === "number") {
    if (duration >= 0) return duration;
    throw new TypeError(`Cannot use ${duration} as a duration: it must be zero or more milliseconds`);
  }
  const match = FORM.exec(duration);
  if (!match) {
    throw new TypeError(
      `Cannot read "${duration}" as a duration: expected a number and a unit, such as "30 s" (us, ms, s, min, h, d)`,
    );
  }
  return Number(match[1]) * MILLISECONDS[match[2]!.toLowerCase() as DurationUnit];
}

/**
 * Writes a span for people, in the unit that keeps it short: `"0.2 s"`, `"3 min 20 s"`, `"4 h 5 min"`.
 *
 * @param ms Milliseconds.
 * @returns The text; `"?"` for NaN.
 *
 * @example Usage
 * ```ts
 * import { formatDuration } from "@dewar/sdk";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatDuration(200_000), "3 min 20 s");
 * ```
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "?";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
