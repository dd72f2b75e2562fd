/** Values of several channels as one table, row by row: what is exported, whatever the format. @module */
import type { Series } from "../../lab.ts";
import type { Value } from "../../../../lib/device/types.ts";
import type { PastValue } from "../../store/past.ts";
import type { Asked, ChannelAsked, Kind } from "./ask.ts";
import { recordsOf } from "./lab_routes.ts";
import { Refusal } from "./refusal.ts";

/** A column beside the times. */
export interface TableColumn {
  /** Its name: `cryocon.temperature`, or `cryocon.temperature.min` of a bin. */
  readonly name: string;
  /** Its unit; empty for pure numbers. */
  readonly unit: string;
  /** What stands in it. */
  readonly kind: Kind;
}

/** What stands in a cell; null for a gap. */
export type Cell = number | boolean | string | null;

/** A row: unix seconds, and a cell for each column. */
export interface TableRow {
  /** Unix seconds; of a bin its middle. */
  readonly time: number;
  /** One for each column. */
  readonly cells: readonly Cell[];
}

/** A table whose rows come as they are read. */
export interface Table {
  /** Its columns. */
  readonly columns: readonly TableColumn[];
  /** Its rows, in some at a time. */
  rows(): AsyncGenerator<readonly TableRow[]>;
}

/** A stretch of time, unix seconds. */
export interface TableRange {
  /** Its begin. */
  readonly from: number;
  /** Its end. */
  readonly to: number;
}

/** Rows handed on at a time. */
const ROWS = 2000;
/** What is asked of the history at a time, in bins. */
const BINS = 5000;

/**
 * Every stored value. Each row is all channels as they were at a moment at which one of them was stored: a value holds
 * until the next, or until there is a gap. The first rows are of before the begin: what held then, each value with the
 * time at which it was stored.
 *
 * @param asked The lab.
 * @param channels The channels.
 * @param range From when to when.
 * @throws {Refusal} If nothing is stored.
 */
export function rawTable({ lab }: Asked, channels: readonly ChannelAsked[], range: TableRange): Table {
  const records = recordsOf(lab);
  const places = new Map(channels.map(({ name }, place) => [name, place]));
  return {
    columns: channels,
    async *rows() {
      const cells: Cell[] = channels.map(() => null);
      let rows: TableRow[] = [];
      let time: number | undefined;
      for await (const past of records.raw(channels, range)) {
        if (time !== undefined && past.reading.time > time) {
          rows.push({ time, cells: [...cells] });
          if (rows.length >= ROWS) {
            yield rows;
            rows = [];
          }
        }
        time = past.reading.time;
        const place = places.get(`${past.client}.${past.key}`);
        if (place !== undefined) cells[place] = cellOf(past, channels[place]!.kind);
      }
      if (time !== undefined) rows.push({ time, cells });
      yield rows;
    },
  };
}

function cellOf({ reading: { value, quality } }: PastValue, kind: Kind): Cell {
  if (value === undefined || quality !== "good") return null;
  if (kind === "text") return textOf(value);
  if (kind === "flag") return typeof value === "boolean" ? value : null;
  return typeof value === "number" ? value : null;
}

const textOf = (value: Value): string => typeof value === "string" ? value : JSON.stringify(value);

/**
 * The mean, smallest and largest value of each channel in bins of the same length.
 *
 * @param asked The lab.
 * @param channels The channels.
 * @param range From when to when.
 * @param count How many bins.
 * @throws {Refusal} If a channel has no mean.
 */
export function binTable(
  { lab }: Asked,
  channels: readonly ChannelAsked[],
  { from, to }: TableRange,
  count: number,
): Table {
  const text = channels.find(({ kind }) => kind === "text");
  if (text) throw new Refusal(400, `${text.name} is text and has no mean: export it without bins`);
  const width = (to - from) / count;
  return {
    columns: channels.flatMap(({ name, unit }) =>
      ["mean", "min", "max"].map((what) => ({ name: `${name}.${what}`, unit, kind: "number" as const }))
    ),
    async *rows() {
      for (let first = 0; first < count; first += BINS) {
        const points = Math.min(BINS, count - first);
        const range = {
          from: from + first * width,
          to: from + (first + points) * width,
          points,
          exact: true,
        };
        const all: Bins[] = [];
        for (const { client, key } of channels) {
          all.push(intoBins(await lab.history(client, key, range), range));
        }
        yield Array.from({ length: points }, (_, n) => ({
          time: range.from + (n + 0.5) * width,
          cells: all.flatMap(({ mean, min, max }) => [mean[n]!, min[n]!, max[n]!]),
        }));
      }
    },
  };
}

/** Bins of one channel. */
export interface Bins {
  /** null: a gap. */
  readonly mean: readonly (number | null)[];
  /** null: a gap. */
  readonly min: readonly (number | null)[];
  /** null: a gap. */
  readonly max: readonly (number | null)[];
}

/** A series in bins: as it is if it has some, otherwise each of its points in the bin it falls into. */
export function intoBins(
  { time, value, min, max }: Series,
  { from, to, points }: TableRange & { readonly points: number },
): Bins {
  if (min && max) return { mean: value, min, max };
  const width = (to - from) / points;
  const bins: { mean: (number | null)[]; min: (number | null)[]; max: (number | null)[] } = {
    mean: [],
    min: [],
    max: [],
  };
  let at = 0;
  let held: number | null = null;
  for (let n = 0; n < points; n++) {
    let [count, sum, least, most] = [0, 0, Infinity, -Infinity];
    const end = n === points - 1 ? Infinity : from + (n + 1) * width;
    for (; at < time.length && time[at]! < end; at++) {
      held = value[at]!;
      if (held === null) continue;
      count += 1;
      sum += held;
      least = Math.min(least, held);
      most = Math.max(most, held);
    }
    bins.mean.push(count > 0 ? sum / count : held);
    bins.min.push(count > 0 ? least : held);
    bins.max.push(count > 0 ? most : held);
  }
  return bins;
}
