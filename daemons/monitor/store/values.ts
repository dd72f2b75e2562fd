/**
 * The values of a batch as a database takes them: by columns, each of them one text.
 *
 * They come in pieces, of which nothing stays but numbers and text: ten thousand values as objects that live for a second
 * would be copied around by the collector of garbage, and hold everybody up.
 * @module
 */
import { setImmediate as turn } from "node:timers/promises";
import type { Channels } from "./channels.ts";
import { arrayItem, arrayText } from "./database.ts";
import type { Entry } from "./entry.ts";
import { HOUR } from "./rollup.ts";
import { microsecond } from "./sums.ts";

/** Columns of values, and the hours they are in. */
export interface Columns {
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

/** The values of some records. */
export class BatchValues {
  /** The number of each one's channel. */
  readonly channels: number[] = [];
  /** The time of each, unix seconds, as the database will have it. */
  readonly times: number[] = [];
  /** The number that each is; not one where it is none, or not good. */
  readonly numbers: number[] = [];
  /** Whether each is good: 0 or 1. */
  readonly good: number[] = [];
  readonly #channels = new Column();
  readonly #times = new Column();
  readonly #numbers = new Column();
  readonly #texts = new Column();
  readonly #qualities = new Column();
  readonly #severities = new Column();
  readonly #reasons = new Column();
  readonly #hours = new Hours();

  /** Adds the values of records whose channels are all known. */
  add(entries: readonly Entry[], channels: Channels): void {
    for (const entry of entries) {
      if (entry.kind !== "values") continue;
      const ids = channels.of(entry.client);
      for (const [key, told, number, text, quality, severity, reason] of entry.rows) {
        const place = this.times.length;
        const id = ids.get(key)!;
        const time = microsecond(told);
        const isGood = quality === 0;
        this.channels.push(id);
        this.times.push(time);
        this.numbers.push(isGood && number !== null ? Number(number) : NaN);
        this.good.push(isGood ? 1 : 0);
        this.#hours.add(id, time);
        this.#channels.put(place, id);
        this.#times.put(place, time);
        if (number !== null) this.#numbers.put(place, arrayItem(number));
        if (text !== null) this.#texts.put(place, arrayItem(text));
        // Where something must be, but is not, stands a word that the database refuses.
        if (quality !== 0) this.#qualities.put(place, quality ?? MISSING);
        if (severity !== 0) this.#severities.put(place, severity ?? MISSING);
        if (reason !== null) this.#reasons.put(place, arrayItem(reason));
      }
    }
    for (const column of this.#all) column.close();
  }

  /** All for the database. Everybody else has their turn between one column and the next. */
  async columns(): Promise<Columns> {
    const texts: string[] = [];
    for (const column of this.#all) {
      texts.push(column.text);
      if (this.times.length > FEW) await turn();
    }
    const [channels, times, numbers, text, qualities, severities, reasons] = texts as Texts;
    const hours = this.#hours.columns;
    return { channels, times, numbers, texts: text, qualities, severities, reasons, hours };
  }

  get #all(): readonly Column[] {
    return [
      this.#channels,
      this.#times,
      this.#numbers,
      this.#texts,
      this.#qualities,
      this.#severities,
      this.#reasons,
    ];
  }
}

type Texts = [string, string, string, string, string, string, string];

/** So many values are no work. */
const FEW = 500;
const MISSING = `"missing"`;

/** A column without its tail of nothing, which is most of it or all: the database fills it up. */
class Column {
  readonly #pieces: string[] = [];
  #items: (string | number)[] = [];
  #length = 0;

  /** Puts the text of an item into its place, behind all others. */
  put(place: number, item: string | number): void {
    for (; this.#length < place; this.#length++) this.#items.push("NULL");
    this.#items.push(item);
    this.#length++;
  }

  /** Ends a piece. */
  close(): void {
    if (this.#items.length === 0) return;
    this.#pieces.push(this.#items.join());
    this.#items = [];
  }

  /** All that was put, of pieces that have ended. */
  get text(): string {
    return `{${this.#pieces.join()}}`;
  }
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
