/** One line of the table of benches. */
export interface Row {
  /** What was measured. */
  readonly what: string;
  /** Our figure. */
  readonly ours: string;
  /** The limit's figure: a raw loop in the same run. */
  readonly limit?: string;
  /** Ours by the limit's; more is better. */
  readonly ratio?: number;
  /** What is aimed at. */
  readonly goal: string;
  /** What the system it replaces was measured at. */
  readonly old?: string;
}

/** Some benches that belong together. */
export type Part = () => AsyncIterable<Row>;

/** A rate for people: `1.52 M/s`. */
export function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M/s`;
  return perSecond >= 1e3 ? `${(perSecond / 1e3).toFixed(1)} k/s` : `${perSecond.toFixed(0)} /s`;
}
