/** Times in headers. @module */
import { FitsError } from "../errors.ts";

/** Modified Julian date of 1970-01-01. */
const MJD_OF_EPOCH = 40587;
const DAY = 86400;

/**
 * Writes a time for `DATE-OBS` and its like: UTC, milliseconds.
 *
 * @param time Unix seconds.
 * @throws {FitsError} If it is none.
 */
export function dateText(time: number): string {
  const date = new Date(Math.round(time * 1000));
  if (Number.isNaN(date.getTime())) throw new FitsError(`${time} is no time`);
  return date.toISOString().slice(0, -1);
}

/**
 * Reads a time from a header: a date with or without a time of day, also the old `dd/mm/yy`, taken for UTC.
 *
 * @param text The value of `DATE-OBS` or its like.
 * @returns Unix seconds.
 * @throws {FitsError} If it is none.
 *
 * @example Usage
 * ```ts
 * import { dateText, modifiedJulianDate, parseDate } from "@dewar/sdk/fits";
 * import { assertEquals } from "@std/assert";
 *
 * const time = parseDate("2026-11-20T12:00:00.125");
 * assertEquals(dateText(time), "2026-11-20T12:00:00.125");
 * assertEquals(modifiedJulianDate(parseDate("2026-11-20T12:00:00")), 61364.5);
 * ```
 */
export function parseDate(text: string): number {
  const old = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(text.trim());
  const iso = old ? `19${old[3]}-${old[2]}-${old[1]}` : text.trim();
  const parts = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(\.\d+)?)?Z?$/.exec(iso);
  const whole = parts ? Date.parse(`${parts[1]}T${parts[2] ?? "00:00:00"}Z`) : NaN;
  if (Number.isNaN(whole)) {
    throw new FitsError(`expected a date like 2026-11-20T15:00:00.123, got ${JSON.stringify(text)}`);
  }
  return whole / 1000 + Number(parts![3] ?? 0);
}

/**
 * The modified Julian date of a time, for `MJD-OBS`.
 *
 * @param time Unix seconds.
 */
export function modifiedJulianDate(time: number): number {
  return MJD_OF_EPOCH + time / DAY;
}
