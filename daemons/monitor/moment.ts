/** Moments as people say them. @module */
import { type Duration, milliseconds } from "../../lib/time/mod.ts";

/**
 * Reads a moment: `now`, a time ago (`2h`, `30 min`), unix seconds, or a date (`2026-11-27`, `2026-11-27T18:00`, with a
 * blank for the T as well; UTC).
 *
 * @param text The moment.
 * @param now Unix seconds.
 * @returns Unix seconds; undefined if it is none of these.
 */
export function parseMoment(text: string, now: number): number | undefined {
  const word = text.trim();
  if (word === "now") return now;
  if (/^\d{5,}(?:\.\d+)?$/.test(word)) return Number(word);
  const date = /^(\d{4})[-.](\d\d)[-.](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?Z?)?$/.exec(word);
  if (date) {
    const [, year, month, day, hour = "00", minute = "00", second = "00"] = date;
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second.padEnd(2, "0")}Z`);
    return Number.isNaN(time) ? undefined : time / 1000;
  }
  try {
    return now - milliseconds(word.replace(/^-/, "") as Duration) / 1000;
  } catch {
    return undefined;
  }
}
