/** The values of a batch as a database takes them: by columns, each of them one text. @module */
import type { Channels } from "./channels.ts";
import { arrayText } from "./database.ts";
import type { Entry, ValueRow } from "./entry.ts";
import { HOUR } from "./rollup.ts";
import { microsecond } from "./sums.ts";

/** The values of some records. */
export interface BatchValues {
  /** The number of each one's channel. */
  readonly channels: readonly number[];
  /** The time of each, unix seconds, as the database will have it. */
  readonly times: readonly number[];
  /** They themselves. */
  readonly rows: readonly ValueRow[];
  /** The same for the database. */
  readonly columns: Columns;
}

/** Columns of values, and the hours they are in. */
interface Columns {
  readonly channels: string;
  readonly times: string;
  readonly numbers: string;
  readonly texts: string;
  readonly qualities: string;
  readonly severities: string;
  readonly reasons: string;
  /** Channels and begins of hours in which there are values, and the earliest of these. */
  readonly hours: { readonly channels: string; readonly begins: string; readonly earliest: string };
}

/** The values of records whose channels are all known. */
export function valuesOf(entries: readonly Entry[], channels: Channels): BatchValues {
  const ids: number[] = [];
  const times: number[] = [];
  const rows: ValueRow[] = [];
  const hours = new Hours();
  for (const entry of entries) {
    if (entry.kind !== "values") continue;
    const known = channels.of(entry.client);
    for (const row of entry.rows) {
      const id = known.get(row[0])!;
      const time = microsecond(row[1]);
      ids.push(id);
      times.push(time);
      rows.push(row);
      hours.add(id, time);
    }
  }
  const columns = {
    channels: arrayText(ids),
    times: arrayText(times),
    numbers: column(rows, 2, null),
    texts: column(rows, 3, null),
    qualities: column(rows, 4, 0),
    severities: column(rows, 5, 0),
    reasons: column(rows, 6, null),
    hours: hours.columns,
  };
  return { channels: ids, times, rows, columns };
}

/**
 * A column without its tail of what is usual, which is most of it or all: the database fills it up. Where something must
 * be, but is not, stands a word that the database refuses.
 */
function column(rows: readonly ValueRow[], place: 2 | 3 | 4 | 5 | 6, usual: number | null): string {
  const last = rows.findLastIndex((row) => row[place] !== usual);
  return arrayText(rows.slice(0, last + 1).map((row) => row[place] ?? (usual === null ? null : "missing")));
}

interface Hour {
  readonly channel: number;
  readonly begin: number;
  earliest: number;
}

/** The hours in which each channel has values; one may be there twice. */
class Hours {
  readonly #all: Hour[] = [];
  readonly #last = new Map<number, Hour>();

  add(channel: number, time: number): void {
    const last = this.#last.get(channel);
    if (last && time >= last.begin && time < last.begin + HOUR) {
      if (time < last.earliest) last.earliest = time;
      return;
    }
    const hour = { channel, begin: Math.floor(time / HOUR) * HOUR, earliest: time };
    this.#last.set(channel, hour);
    this.#all.push(hour);
  }

  get columns(): Columns["hours"] {
    return {
      channels: arrayText(this.#all.map(({ channel }) => channel)),
      begins: arrayText(this.#all.map(({ begin }) => begin)),
      earliest: arrayText(this.#all.map(({ earliest }) => earliest)),
    };
  }
}
