/** Keeps a database open and carries into it what the spool has on disk, for as long as it takes. @module */
import type { Sql } from "postgres";
import { ConnectionError } from "../../../lib/errors.ts";
import { type Clock, withDeadline } from "../../../lib/time/mod.ts";
import { loadChannels } from "./channels.ts";
import type { Database } from "./database.ts";
import { Feeder, PATIENCE } from "./feeder.ts";
import { Months } from "./partitions.ts";
import { Rollups } from "./rollups.ts";
import { migrate } from "./schema.ts";
import type { Report, Spool } from "./spool.ts";

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

/** So many rollups that wait are written at once. */
const MANY_ROLLUPS = 10_000;
const FIRST_RETRY = 500;
const LONGEST_RETRY = 10_000;
/** How long a little waits for more, milliseconds: a transaction costs the same for one value as for hundreds. */
const LINGER = 1000;
/** How often it is looked whether something is to be tidied up, milliseconds. */
const TIDY_EVERY = 10_000;
/** A stretch of values may have to be rolled up, or dead rows removed. */
const TIDY_PATIENCE = "10 min";
/** All values of a large store may have to be looked at. */
const MIGRATION_PATIENCE = "4 h";

/** A database that is fed by a spool. */
export class Archive {
  readonly #options: ArchiveOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #database: Database | undefined;
  #months = new Months();
  readonly #rollups: Rollups;
  #feeder: Feeder | undefined;
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

  /** The position up to which the database has everything; 0 while it is not open. */
  get applied(): number {
    return this.#feeder?.applied ?? 0;
  }

  /** Whether the database is being written to just now. */
  get isWriting(): boolean {
    return this.#feeder?.isWriting === true;
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
    while (!this.#problem && !this.#stop.signal.aborted && !(this.#feeder && this.applied >= goal)) {
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
        const feeder = await this.#open();
        await this.#feed(feeder, () => retry = FIRST_RETRY);
      } catch (error) {
        this.#lost(error as Error);
      }
      const database = this.#database;
      this.#database = undefined;
      this.#feeder = undefined;
      this.#turned();
      await database?.close().catch((error) => this.#lost(error));
      if (signal.aborted) break;
      await clock.sleep(retry, { signal }).catch(() => {});
      retry = Math.min(retry * 2, LONGEST_RETRY);
    }
  }

  async #open(): Promise<Feeder> {
    const { open, name, clock, spool, id, report } = this.#options;
    const { signal } = this.#stop;
    const database = await open(signal);
    const sql = database.writer;
    let feeder: Feeder;
    try {
      const what = `tables of ${name}`;
      await withDeadline(() => migrate(sql), { clock, timeout: MIGRATION_PATIENCE, signal, what });
      feeder = await withDeadline(async () => {
        const channels = await loadChannels(sql);
        const applied = await this.#findPosition(sql);
        this.#months.forget();
        await this.#months.makeAhead(sql, clock.time());
        await this.#rollups.opened(sql, clock.time());
        const [months, rollups] = [this.#months, this.#rollups];
        const onApplied = () => this.#turned();
        const onRefused = (values: number) => this.#refused += values;
        const told = { report, onApplied, onRefused };
        return new Feeder({
          sql,
          name,
          spool,
          id,
          applied,
          channels,
          months,
          rollups,
          clock,
          signal,
          ...told,
        });
      }, { clock, timeout: PATIENCE, signal, what });
    } catch (error) {
      await database.close();
      throw error;
    }
    this.#database = database;
    this.#feeder = feeder;
    this.#turned();
    return feeder;
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

  async #feed(feeder: Feeder, onBack: () => void): Promise<void> {
    const { spool } = this.#options;
    const waiting = spool.durable - feeder.applied;
    let isBack = false;
    while (!this.#stop.signal.aborted) {
      if (isBack) await this.#tidy(feeder);
      if (feeder.applied < spool.durable) await feeder.next();
      else if (isBack) await this.#rest(feeder);
      if (isBack) continue;
      // One whose disk is full can be opened, and takes nothing: it is back when it has taken something.
      isBack = true;
      this.#found(waiting);
      onBack();
    }
  }

  #found(waiting: number): void {
    const { report, name } = this.#options;
    if (this.#problem) report("info", `${name} is back; ${waiting} bytes wait for it`);
    this.#problem = undefined;
    this.#turned();
  }

  /** Waits until there is more in the spool, or something to tidy up. */
  async #rest(feeder: Feeder): Promise<void> {
    this.#wake = Promise.withResolvers<void>();
    const { clock } = this.#options;
    const timer = clock.after(Math.max(0, this.#tidyAt - clock.now()), () => this.wake());
    await this.#wake.promise;
    timer.stop();
    if (feeder.applied < this.#options.spool.durable) await this.#linger();
  }

  async #tidy(feeder: Feeder): Promise<void> {
    const { clock, tidy, name } = this.#options;
    const sql = this.#database!.writer;
    const doing = <T>(work: () => Promise<T>) =>
      withDeadline(work, {
        clock,
        timeout: TIDY_PATIENCE,
        signal: this.#stop.signal,
        what: `tidying up by ${name}`,
      });
    if (this.#rollups.pending > MANY_ROLLUPS) await doing(() => this.#rollups.write(sql, clock.time()));
    if (clock.now() < this.#tidyAt && !this.#rollups.isDue(this.#reached(feeder))) return;
    // What is on its way could be of an hour that is to be summed up.
    await feeder.settle();
    const isMore = await doing(async () => {
      await this.#months.makeAhead(sql, clock.time());
      const isMore = await this.#rollups.step(sql, this.#reached(feeder));
      return await tidy?.(sql) || isMore;
    });
    this.#tidyAt = clock.now() + (isMore ? 0 : TIDY_EVERY);
  }

  /** The time up to which values are in the database: now, unless there are others that wait for it. */
  #reached(feeder: Feeder): number {
    const now = this.#options.clock.time();
    return feeder.applied < this.#options.spool.durable ? Math.min(now, feeder.latest) : now;
  }

  /** Lets more come together, unless somebody waits for what there is. */
  async #linger(): Promise<void> {
    const { signal } = this.#hurry;
    await this.#options.clock.sleep(LINGER, { signal }).catch(() => {}); // cut short is as good
    if (signal.aborted) this.#hurry = new AbortController();
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

/** Connection errors of several addresses come in one that says nothing itself. */
function reason(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join("; ");
  return error.message || String((error as { code?: unknown }).code ?? error);
}
