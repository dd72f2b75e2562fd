/** Carries what a spool has on disk into an open database, batch by batch, each of them once. @module */
import type { Sql } from "postgres";
import { type Clock, withDeadline } from "../../../lib/time/mod.ts";
import { applyBatch } from "./batch.ts";
import { applyChannels, type Channels } from "./channels.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import type { Span } from "./frame.ts";
import type { Months } from "./partitions.ts";
import type { Rollups } from "./rollups.ts";
import type { Report, Spool } from "./spool.ts";
import { BatchValues } from "./values.ts";

/** About how many bytes of the spool go into one transaction: some ten thousand values. */
const BATCH_BYTES = 2 ** 20;
/** About how many of them are looked at in one go: whoever waits for values meanwhile has their turn in between. */
const PIECE_BYTES = 128 * 2 ** 10;
/** A database that answers nothing for so long is taken for lost. */
export const PATIENCE = "60 s";

/** Options of {@linkcode Feeder}. */
export interface FeederOptions {
  /** The database's connection for writing: what is sent first is done first. */
  readonly sql: Sql;
  /** The database's name for people. */
  readonly name: string;
  /** What is carried over. */
  readonly spool: Spool;
  /** The spool's id. */
  readonly id: string;
  /** The position up to which the database has everything. */
  readonly applied: number;
  /** The channels it knows. */
  readonly channels: Channels;
  /** Makes partitions. */
  readonly months: Months;
  /** Is given all values. */
  readonly rollups: Rollups;
  /** Limits the waiting for an answer, and judges which partitions are made. */
  readonly clock: Clock;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** Told of what was lost. */
  readonly report: Report;
  /** Called when the database has more. */
  readonly onApplied: () => void;
  /** Called with how many values the database would not take. */
  readonly onRefused: (values: number) => void;
}

/** A stretch of the spool that was sent. */
interface Batch {
  /** The position after it. */
  readonly next: number;
  /** What of it could not be read. */
  readonly damaged: readonly Span[];
  /** Its values, once the database has them. */
  readonly written: Promise<BatchValues>;
}

/** Feeds one open database. */
export class Feeder {
  readonly #options: FeederOptions;
  #ahead: Batch | undefined;
  #applied: number;
  #latest = 0;
  #writing = 0;

  /** Makes one that has sent nothing yet. */
  constructor(options: FeederOptions) {
    this.#options = options;
    this.#applied = options.applied;
  }

  /** The position up to which the database has everything. */
  get applied(): number {
    return this.#applied;
  }

  /** Time of the last value that it has, unix seconds. */
  get latest(): number {
    return this.#latest;
  }

  /** Whether it is being written to just now. */
  get isWriting(): boolean {
    return this.#writing > 0;
  }

  /**
   * Waits until the database has one more batch. While it works on that, the next is made ready and sent: it takes none
   * without the one before.
   */
  async next(): Promise<void> {
    await this.#carry(true);
  }

  /** Waits until nothing is on its way. */
  async settle(): Promise<void> {
    if (this.#ahead) await this.#carry(false);
  }

  async #carry(goOn: boolean): Promise<void> {
    const { spool, report } = this.#options;
    const batch = this.#ahead ?? await this.#send(this.#applied);
    this.#ahead = undefined;
    try {
      if (goOn && batch.next < spool.durable) this.#ahead = await this.#send(batch.next);
      this.#took(await batch.written, batch.next);
    } catch (error) {
      await this.#ahead?.written.catch(() => {}); // it comes after one that has failed
      this.#ahead = undefined;
      if (!isRefusal(error)) throw error;
      await this.#carrySingly(batch.next);
    }
    for (const { start, end } of batch.damaged) {
      report("error", `The spool is damaged: ${end - start} bytes at position ${start} are lost`);
    }
    await spool.release(this.#applied);
  }

  /** One record that the database cannot take must not hold up all others. */
  async #carrySingly(until: number): Promise<void> {
    while (this.#applied < until) {
      const { records, next } = await this.#options.spool.read(this.#applied, PIECE_BYTES);
      if (records.length === 0) await this.#carryEntry(undefined, next);
      for (const [i, { payload, end }] of records.entries()) {
        if (this.#applied >= until) return;
        await this.#carryEntry(decodeEntry(payload), i === records.length - 1 ? next : end);
      }
    }
  }

  async #carryEntry(entry: Entry | undefined, to: number): Promise<void> {
    const { report, name, onRefused } = this.#options;
    try {
      this.#took(await this.#write(entry ? [entry] : [], to), to);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (entry?.kind === "values") onRefused(entry.rows.length);
      const why = (error as Error).message;
      report("error", `${name} refused a record at position ${this.#applied}: ${why}`);
      this.#took(await this.#write([], to), to);
    }
  }

  /** Sends the next batch. The one after it may be sent when this is done, and comes behind it. */
  async #send(from: number): Promise<Batch> {
    const { spool } = this.#options;
    const values = new BatchValues();
    const others: Entry[] = [];
    const damaged: Span[] = [];
    let next = from;
    const { promise: sent, resolve: onSent } = Promise.withResolvers<void>();
    const send = async () => {
      do {
        const piece = await spool.read(next, PIECE_BYTES);
        next = piece.next;
        damaged.push(...piece.damaged);
        await this.#add(piece.records.map(({ payload }) => decodeEntry(payload)), values, others);
      } while (next - from < BATCH_BYTES && next < spool.durable);
      return await this.#apply(values, others, from, next, onSent);
    };
    const written = send();
    void written.then(() => {}, () => {}).then(onSent); // what went wrong is said when it is awaited
    await sent;
    return { next, damaged, written };
  }

  async #write(entries: readonly Entry[], to: number): Promise<BatchValues> {
    const values = new BatchValues();
    const others: Entry[] = [];
    await this.#add(entries, values, others);
    return await this.#apply(values, others, this.#applied, to);
  }

  /** Sorts records into values and what is none, and makes their channels known. */
  async #add(entries: readonly Entry[], values: BatchValues, others: Entry[]): Promise<void> {
    const { sql, channels } = this.#options;
    await this.#answered(() => applyChannels(sql, channels, entries));
    values.add(entries, channels);
    for (const entry of entries) if (entry.kind !== "values" && entry.kind !== "channels") others.push(entry);
  }

  async #apply(
    values: BatchValues,
    others: readonly Entry[],
    from: number,
    to: number,
    onSent: () => void = () => {},
  ): Promise<BatchValues> {
    const { sql, id, months, clock } = this.#options;
    const columns = await values.columns();
    await this.#answered(async () => {
      await months.make(sql, values.times, clock.time());
      const applying = applyBatch(sql, others, columns, { spool: id, from, to });
      onSent();
      await applying;
    });
    return values;
  }

  /** Waits for the database, but not for ever. */
  async #answered(work: () => Promise<void>): Promise<void> {
    const { clock, signal, name } = this.#options;
    this.#writing++;
    try {
      await withDeadline(work, { clock, timeout: PATIENCE, signal, what: `answer of ${name}` });
    } finally {
      this.#writing--;
    }
  }

  #took(values: BatchValues, to: number): void {
    this.#options.rollups.add(values);
    this.#latest = values.times.at(-1) ?? this.#latest;
    this.#applied = to;
    this.#options.onApplied();
  }
}

/** SQLSTATE classes 22 and 23: it is the data that the database does not like. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]...$/.test(code);
}
