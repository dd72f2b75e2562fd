/** When MONITORs have been recording: outside of it nothing is known, and nothing becomes older. @module */
import type { Sql } from "postgres";

/** A stretch of time, unix seconds. */
export interface Stretch {
  /** Its begin. */
  readonly from: number;
  /** Its end. */
  readonly to: number;
}

/** Puts together what overlaps; the stretches are in order then. */
export function mergeStretches(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && stretch.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, stretch.to) };
    } else merged.push(stretch);
  }
  return merged;
}

/** The stretches within which a MONITOR was recording, in their order; `own` is this one's. */
export async function readRecordings(sql: Sql, { from, to }: Stretch, own: Stretch): Promise<Stretch[]> {
  const rows = await sql<Stretch[]>`
    select extract(epoch from since)::float8 as from, extract(epoch from seen)::float8 as to
    from dewar.recording where seen >= to_timestamp(${from}) and since <= to_timestamp(${to})`;
  return mergeStretches([...rows, own]);
}

/** All stretches within which a MONITOR was recording, in their order. */
export async function allRecordings(sql: Sql): Promise<Stretch[]> {
  const rows = await sql<Stretch[]>`
    select extract(epoch from since)::float8 as from, extract(epoch from seen)::float8 as to from dewar.recording`;
  return mergeStretches(rows);
}

/**
 * The moment from which on there was so much recording. With a MONITOR that never rests it is that long ago; one that
 * was off, or whose clock was years ahead for a while, makes nothing older than it is.
 *
 * @param recordings All of it, in order.
 * @param seconds How much.
 * @returns Unix seconds; `-Infinity` if there was less.
 */
export function recordedFor(recordings: readonly Stretch[], seconds: number): number {
  let left = seconds;
  for (const { from, to } of recordings.toReversed()) {
    if (to - from >= left) return to - left;
    left -= to - from;
  }
  return -Infinity;
}
