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
  const date = readMoment(word);
  if (date !== undefined) return date;
  try {
    return now - milliseconds(word.replace(/^-/, "") as Duration) / 1000;
  } catch {
    return undefined;
  }
}

/**
 * Reads a moment: unix seconds, or a date with or without a time as ISO and the original's archive write it
 * (`2026-11-27T18:04`, `2026.11.27 18:04:05`), UTC where no zone is said.
 *
 * @returns Unix seconds; undefined if it is no moment.
 */
export function readMoment(text: string | undefined): number | undefined {
  const words = text?.trim() ?? "";
  if (/^\d{5,11}(?:\.\d+)?$/.test(words)) return Number(words);
  const iso = words.replace(/^(\d{4})[.-](\d{2})[.-](\d{2})/, "$1-$2-$3").replace(" ", "T");
  if (!/^\d{4}-\d{2}-\d{2}/.test(iso)) return undefined;
  const hasZone = /T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(iso);
  const time = Date.parse(hasZone ? iso : iso.includes("T") ? `${iso}Z` : iso) / 1000;
  return Number.isFinite(time) ? time : undefined;
}
