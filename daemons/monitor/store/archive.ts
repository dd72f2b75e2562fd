/** Keeps a database open and carries into it what the spool has on disk, for as long as it takes. @module */
import type { Sql } from "postgres";
import { ConnectionError } from "../../../lib/errors.ts";
import { type Clock, withDeadline } from "../../../lib/time/mod.ts";
import { applyBatch, applyChannels, type ChannelIds, channelName, valuesOf } from "./batch.ts";
import type { Database } from "./database.ts";
import { decodeEntry, type Entry } from "./entry.ts";
import { Months } from "./partitions.ts";
import { Rollups } from "./rollups.ts";
import { migrate } from "./schema.ts";
import type { Report, Spool, SpoolRead } from "./spool.ts";

/** What an {@linkcode Archive} needs. */
export interface ArchiveOptions {
  /** Opens the database; called anew after each loss. */
  readonly open: (signal: AbortSignal) => Promise<Database>;
  /** The database's name for people. */
  readonly name: string;
  /** What is carried over. */
  readonly spool: Spool;
  /** The spool's id. */
  readonly id: string;
  /** Times the attempts. */
  readonly clock: Clock;
  /** Told once of each loss and of its end. */
  readonly report: Report;
  /** Tidies up a bounded piece: whether there is more to do. Called between batches, now and then. */
  readonly tidy?: (sql: Sql) => Promise<boolean>;
}

/** About how many bytes of the spool go into one transaction: some thousand values. */
const BATCH_BYTES = 512 * 2 ** 10;
/** So many rollups that wait are written at once. */
const MANY_ROLLUPS = 10_000;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;
/** How long a little waits for more, milliseconds: a transaction costs the same for one value as for hundreds. */
const LINGER = 1000;
/** How often it is looked whether something is to be tidied up, milliseconds. */
const TIDY_EVERY = 10_000;
/** A database that answers nothing for so long is taken for lost. */
const PATIENCE = "60 s";
/** A stretch of values may have to be rolled up, or dead rows removed. */
const TIDY_PATIENCE = "10 min";
/** All values of a large store may have to be looked at. */
const MIGRATION_PATIENCE = "4 h";

/** A piece of the spool, decoded. */
interface Batch extends SpoolRead {
  readonly entries: readonly Entry[];
}

/** A database that is fed by a spool. */
export class Archive {
  readonly #options: ArchiveOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #database: Database | undefined;
  #ids: ChannelIds = new Map();
  #months = new Months();
  readonly #rollups: Rollups;
  #ahead: Promise<Batch> | undefined;
  #applied = 0;
  #isWriting = false;
  /** Time of the last value applied. */
  #latest = 0;
  #positioned = false;
  #refused = 0;
  #problem: string | undefined;
  #wake = Promise.withResolvers<void>();
  #hurry = new AbortController();
  #turn = Promise.withResolvers<void>();
  #tidyAt = 0;

  /** Starts to open the database; never throws, see {@linkcode Archive.problem}. */
  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#rollups = new Rollups({ months: this.#months, spool: options.id });
    this.#running = this.#run();
  }

  /** The position up to which the database has everything. */
  get applied(): number {
    return this.#applied;
  }

  /** Whether the database is being written to just now. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Up to when values are summed up, unix seconds; infinite before it is known. */
  get summedUntil(): number {
    return this.#rollups.until;
  }

  /** Values that the database would not take. */
  get refused(): number {
    return this.#refused;
  }

  /** Why nothing gets into the database, if nothing does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** There is more in the spool. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Waits until the database has all that the spool has on disk now, or is known to be in trouble. */
  async settled(): Promise<void> {
    const goal = this.#options.spool.durable;
    this.#hurry.abort();
    while (!this.#problem && !this.#stop.signal.aborted && !(this.#database && this.#applied >= goal)) {
      await this.#turn.promise;
    }
  }

  /**
   * Asks the database something, once it is open.
   *
   * @throws {ConnectionError} If it is in trouble.
   */
  async query<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    while (!this.#database && !this.#problem && !this.#stop.signal.aborted) await this.#turn.promise;
    if (!this.#database) throw new ConnectionError(this.#problem ?? `${this.#options.name} is closed`);
    return await work(this.#database.sql);
  }

  /** Ends the work, leaving what is not yet in the database for the next time, and closes the database. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#hurry.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    let retry = FIRST_RETRY;
    while (!signal.aborted) {
      try {
        await this.#open();
        retry = FIRST_RETRY;
        await this.#feed();
      } catch (error) {
        this.#lost(error as Error);
      }
      const database = this.#database;
      this.#database = undefined;
      this.#ahead = undefined;
      this.#turned();
      await database?.close().catch((error) => this.#lost(error));
      if (signal.aborted) break;
      await clock.sleep(retry, { signal }).catch(() => {});
      retry = Math.min(retry * 2, LONGEST_RETRY);
    }
  }

  async #open(): Promise<void> {
    const { open, name, clock, spool } = this.#options;
    const database = await open(this.#stop.signal);
    try {
      const { signal } = this.#stop;
      const what = `tables of ${name}`;
      await withDeadline(() => migrate(database.sql), { clock, timeout: MIGRATION_PATIENCE, signal, what });
      await withDeadline(async () => {
        this.#ids = await loadChannels(database.sql);
        this.#applied = await this.#findPosition(database.sql);
        this.#months.forget();
        await this.#months.makeAhead(database.sql, clock.time());
        await this.#rollups.opened(database.sql, clock.time());
      }, { clock, timeout: PATIENCE, signal, what });
    } catch (error) {
      await database.close();
      throw error;
    }
    this.#database = database;
    if (this.#problem) {
      this.#options.report("info", `${name} is back; ${spool.durable - this.#applied} bytes wait for it`);
    }
    this.#problem = undefined;
    this.#turned();
  }

  async #findPosition(sql: Sql): Promise<number> {
    const { spool, id, report, name } = this.#options;
    await sql`insert into dewar.spool values (${id}, ${spool.start}) on conflict do nothing`;
    const [row] = await sql`select position from dewar.spool where id = ${id}`;
    const found = Number(row!.position);
    // The database can be ahead of what the spool was found to have only if the disk lost what it had said to have,
    // and behind the spool's start only if the database was put back to an older state.
    const position = Math.max(spool.start, this.#positioned ? found : Math.min(found, spool.recovered));
    this.#positioned = true;
    if (position > found) {
      report("error", `${name} lacks ${position - found} bytes that the spool no longer has`);
    }
    if (position !== found) await sql`update dewar.spool set position = ${position} where id = ${id}`;
    return position;
  }

  async #feed(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#tidy();
      if (this.#applied < this.#options.spool.durable) await this.#applyNext();
      else await this.#rest();
    }
  }

  /** Waits until there is more in the spool, or something to tidy up. */
  async #rest(): Promise<void> {
    this.#wake = Promise.withResolvers<void>();
    const { clock } = this.#options;
    const timer = clock.after(Math.max(0, this.#tidyAt - clock.now()), () => this.wake());
    await this.#wake.promise;
    timer.stop();
    if (this.#applied < this.#options.spool.durable) await this.#linger();
  }

  async #tidy(): Promise<void> {
    const { clock, tidy, name } = this.#options;
    const { sql } = this.#database!;
    const doing = <T>(work: () => Promise<T>) =>
      withDeadline(work, {
        clock,
        timeout: TIDY_PATIENCE,
        signal: this.#stop.signal,
        what: `tidying up by ${name}`,
      });
    if (this.#rollups.pending > MANY_ROLLUPS) await doing(() => this.#rollups.write(sql, clock.time()));
    if (clock.now() < this.#tidyAt && !this.#rollups.isDue(this.#reached)) return;
    const isMore = await doing(async () => {
      await this.#months.makeAhead(sql, clock.time());
      const isMore = await this.#rollups.step(sql, this.#reached);
      return await tidy?.(sql) || isMore;
    });
    this.#tidyAt = clock.now() + (isMore ? 0 : TIDY_EVERY);
  }

  /** The time up to which values are in the database: now, unless there are others that wait for it. */
  get #reached(): number {
    const now = this.#options.clock.time();
    return this.#applied < this.#options.spool.durable ? Math.min(now, this.#latest) : now;
  }

  /** Lets more come together, unless somebody waits for what there is. */
  async #linger(): Promise<void> {
    const { signal } = this.#hurry;
    await this.#options.clock.sleep(LINGER, { signal }).catch(() => {}); // cut short is as good
    if (signal.aborted) this.#hurry = new AbortController();
  }

  async #applyNext(): Promise<void> {
    const { spool, report } = this.#options;
    const { records, entries, next, damaged } = await (this.#ahead ?? this.#read(this.#applied));
    this.#ahead = undefined;
    try {
      const applying = this.#apply(entries, next);
      // While the database works, the next batch is made ready.
      const ahead = next < spool.durable ? this.#read(next) : undefined;
      ahead?.catch(() => {}); // said when it is awaited
      await applying;
      this.#ahead = ahead;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const [i, entry] of entries.entries()) {
        await this.#applyOrSkip(entry, i === entries.length - 1 ? next : records[i]!.end);
      }
    }
    for (const { start, end } of damaged) {
      report("error", `The spool is damaged: ${end - start} bytes at position ${start} are lost`);
    }
    await spool.release(this.#applied);
  }

  async #read(from: number): Promise<Batch> {
    const read = await this.#options.spool.read(from, BATCH_BYTES);
    return { ...read, entries: read.records.map(({ payload }) => decodeEntry(payload)) };
  }

  /** One record that the database cannot take must not hold up all others. */
  async #applyOrSkip(entry: Entry, to: number): Promise<void> {
    const { report, name } = this.#options;
    try {
      await this.#apply([entry], to);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (entry.kind === "values") this.#refused += entry.rows.length;
      report("error", `${name} refused a record at position ${this.#applied}: ${(error as Error).message}`);
      await this.#apply([], to);
    }
  }

  async #apply(entries: readonly Entry[], to: number): Promise<void> {
    const { id, clock, name } = this.#options;
    const { sql } = this.#database!;
    const source = { spool: id, from: this.#applied, to };
    this.#isWriting = true;
    const values = await withDeadline(async () => {
      this.#ids = await applyChannels(sql, this.#ids, entries);
      const values = valuesOf(entries, this.#ids);
      await this.#months.make(sql, values.times, clock.time());
      await applyBatch(sql, entries, values, source);
      return values;
    }, { clock, timeout: PATIENCE, signal: this.#stop.signal, what: `answer of ${name}` })
      .finally(() => this.#isWriting = false);
    this.#rollups.add(values);
    this.#latest = values.times.at(-1) ?? this.#latest;
    this.#applied = to;
    this.#turned();
  }

  #lost(error: Error): void {
    if (this.#stop.signal.aborted) return;
    const problem = `${this.#options.name} cannot be used: ${reason(error)}`;
    if (!this.#problem) this.#options.report("error", `${problem}; values wait on disk`);
    this.#problem = problem;
    this.#turned();
  }

  #turned(): void {
    this.#turn.resolve();
    this.#turn = Promise.withResolvers<void>();
  }
}

async function loadChannels(sql: Sql): Promise<ChannelIds> {
  const rows = await sql`select id, client, key from dewar.channel`;
  return new Map(rows.map((row) => [channelName(row.client, row.key), row.id]));
}

/** SQLSTATE classes 22 and 23: it is the data that the database does not like. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]...$/.test(code);
}

/** Connection errors of several addresses come in one that says nothing itself. */
function reason(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join("; ");
  return error.message || String((error as { code?: unknown }).code ?? error);
}
