/** Moments and spans as pages write and read them; UTC throughout. @module */

/** `2026-11-27 18:04:05`. */
export function showMoment(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString().slice(0, 19).replace("T", " ");
}

/** What an `input type=datetime-local` shows, with seconds. */
export function fieldOf(time: number | undefined): string {
  return time === undefined ? "" : new Date(time * 1000).toISOString().slice(0, 19);
}

/** A span for people: `12 s`, `4 min`, `3 h`, `2 d`. */
export function showSpan(seconds: number): string {
  const span = Math.max(0, seconds);
  if (span < 120) return `${Math.round(span)} s`;
  if (span < 7200) return `${Math.round(span / 60)} min`;
  return span < 172_800 ? `${Math.round(span / 3600)} h` : `${Math.round(span / 86_400)} d`;
}
