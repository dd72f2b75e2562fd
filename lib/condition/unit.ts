/** Units of numbers in conditions: times are converted, all others have to be the same. @module */

const SECONDS: ReadonlyMap<string, number> = new Map([
  ["us", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["min", 60],
  ["h", 3600],
  ["d", 86_400],
]);

/**
 * By what a number of one unit is multiplied to be one of another.
 *
 * @param from The unit it has.
 * @param to The unit wanted.
 * @returns The factor; undefined if they are different things.
 */
export function factorBetween(from: string, to: string): number | undefined {
  if (from === to) return 1;
  const [a, b] = [SECONDS.get(from), SECONDS.get(to)];
  if (a !== undefined && b !== undefined) return a / b;
  const [, over, per] = /^(.+)\/([^/]+)$/.exec(from) ?? [];
  const [, overTo, perTo] = /^(.+)\/([^/]+)$/.exec(to) ?? [];
  if (over === undefined || over !== overTo) return undefined;
  const time = factorBetween(perTo!, per!);
  return time !== undefined && SECONDS.has(per!) ? time : undefined;
}

/** A time in seconds; undefined if the unit is none of time. */
export function secondsOf(value: number, unit: string): number | undefined {
  const factor = SECONDS.get(unit);
  return factor === undefined ? undefined : value * factor;
}
