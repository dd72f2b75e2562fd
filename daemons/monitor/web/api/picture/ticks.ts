/** Where an axis has its marks, and what is written there. @module */

/** A mark of an axis. */
export interface Tick {
  /** Where. */
  readonly at: number;
  /** What is written. */
  readonly text: string;
}

/** Steps between times, seconds. */
const TIMES = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 7, 14, 30, 61, 91, 183, 366, 732, 1830, 3660].map((days) => days * 86_400),
];

/**
 * Marks of an axis of numbers.
 *
 * @param from Its begin.
 * @param to Its end, above the begin.
 * @param count About how many there is room for.
 */
export function numberTicks(from: number, to: number, count: number): Tick[] {
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough)!;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const isLong = Math.max(Math.abs(from), Math.abs(to)) >= 1e6 || digits > 6;
  const ticks: Tick[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9 && ticks.length < 100; n++) {
    const at = n * step;
    ticks.push({ at, text: isLong ? at.toExponential(3) : (at + 0).toFixed(Math.min(digits, 20)) });
  }
  return ticks;
}

/** Marks of a logarithmic axis: powers of ten, and between them where these are few. `from` and `to` are logarithms. */
export function logTicks(from: number, to: number, count: number): Tick[] {
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, count)));
  const ticks: Tick[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    const factors = power % every === 0 ? (to - from < 2 ? [1, 2, 5] : [1]) : [];
    for (const factor of factors) {
      const at = power + Math.log10(factor);
      if (at >= from - 1e-9 && at <= to + 1e-9) ticks.push({ at, text: `${factor}e${power}` });
    }
  }
  return ticks;
}

/** Marks of an axis of times, unix seconds, written in UTC: `HH:MM:SS`, with the date where there are several days. */
export function timeTicks(from: number, to: number, count: number): Tick[] {
  const rough = (to - from) / Math.max(1, count);
  const step = TIMES.find((step) => step >= rough) ?? rough;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && ticks.length < 100; at += step) {
    const iso = new Date(at * 1000).toISOString();
    const text = step >= 86_400
      ? iso.slice(0, 10)
      : to - from > 86_400
      ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}`
      : iso.slice(11, 19);
    ticks.push({ at, text });
  }
  return ticks;
}
