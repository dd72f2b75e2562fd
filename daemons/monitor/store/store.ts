/**
 * MONITOR's memory: values and log lines go to a spool on disk and from there into a database, whenever there is one.
 * @module
 */
import type { Sql } from "postgres";
import type { Channel } from "../../../lib/device/channel.ts";
import type { Update } from "../../../lib/device/reading.ts";
import { type Clock, type Duration, systemClock } from "../../../lib/time/mod.ts";
import type { LabLine, Series } from "../lab.ts";
import { Archive } from "./archive.ts";
import { databaseName, openDatabase, type Whereabouts } from "./database.ts";
import { encodeEntry, type Entry, imageEntry, logEntry, noteEntry, runEntry } from "./entry.ts";
import { lockFolder } from "./folder_lock.ts";
import { type HistoryRange, readHistory } from "./history.ts";
import { ImageStore } from "./image_store.ts";
import { promiseOf } from "./promise.ts";
import { RecentLog } from "./recent_log.ts";
import { Recorder } from "./recorder.ts";
import { Recording } from "./recording.ts";
import { Records } from "./records.ts";
import { removeOld, type Retention } from "./retention.ts";
import { type Report, Spool } from "./spool.ts";
import { spoolId } from "./spool_id.ts";
import { Upkeep } from "./upkeep.ts";

/** Options of {@linkcode openStore}. */
export interface StoreOptions {
  /** A PostgreSQL: `postgres://user:password@host:5432/name`. Without it the store has one of its own in `data`. */
  readonly db?: string | undefined;
  /** The data folder; one MONITOR at a time has it. */
  readonly data: string;
  /** How long values are kept (default: for ever); the last that means a channel counts. */
  readonly retention?: readonly Retention[];
  /** Bytes of values kept in memory while the disk takes none (default 16 MiB); then the newest are dropped. */
  readonly memoryBytes?: number;
  /** Clock (default: the system's). */
  readonly clock?: Clock;
  /** Told once of each trouble and of its end, for the log. */
  readonly report?: Report;
}

/** What MONITOR stores in, and asks. */
export interface Store extends AsyncDisposable {
  /** Values acknowledged since it was opened: they are on disk and synced, and no death of the process loses them. */
  readonly stored: number;
  /** Values lost since it was opened: the disk took nothing for too long, or the database refused them. */
  readonly dropped: number;
  /** Whether the database is being written to just now. */
  readonly isWriting: boolean;
  /** Up to when values are summed up in rollups, unix seconds; infinite before it is known. */
  readonly summedUntil: number;
  /** What does not work, if something does not; values are kept all the same as long as there is room. */
  readonly problem: string | undefined;
  /** From now on a value that does not change is stored again after this time (at first 10 min). */
  refreshEvery(period: Duration): void;
  /**
   * Stores what of an update is worth it: what is new, or has changed by the model's deadband or in quality or severity.
   * A value that stopped coming is given here with quality `stale`, which makes the gap. Never throws.
   */
  record(client: string, update: Update, channels: ReadonlyMap<string, Channel>): void;
  /** Stores a log line. Never throws. */
  log(line: LabLine): void;
  /**
   * History of a channel between two moments (unix seconds): every stored value if there are at most `points`,
   * otherwise mean, min and max in so many bins. Null where nothing is known.
   *
   * @throws {ConnectionError} If the database cannot be used now.
   */
  history(client: string, key: string, range: HistoryRange): Promise<Series>;
  /**
   * The last `count` log lines, newest first, at most 1000; while the database is being opened, or cannot be used,
   * those since the store was opened.
   */
  recentLog(count: number): Promise<readonly LabLine[]>;
  /** The images. */
  readonly images: ImageStore;
  /** The past: values, log, notes, runs. */
  readonly records: Records;
  /** Waits until everything given before is on disk and in the database; not for what does not work, see `problem`. */
  flush(): Promise<void>;
  /** Puts everything on disk and lets the data folder go; what is not in the database yet gets there next time. */
  close(): Promise<void>;
}

/** How often it is noted that MONITOR is recording. */
const ALIVE_EVERY = "10 s";

/**
 * Opens a store. It takes values at once; the database is opened meanwhile, and again whenever it was lost.
 *
 * @param options Where, and how.
 * @returns The store.
 * @throws {ConfigError} If the data folder is in use or cannot be written, or the address cannot be read.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { db, data, clock = systemClock, report = () => {} } = options;
  const where: Whereabouts = db === undefined ? { folder: `${data}/database` } : { url: db };
  const name = databaseName(where);
  const lock = await lockFolder(data, clock);
  try {
    const spool = await Spool.open({
      folder: `${data}/spool`,
      clock,
      report,
      onDurable: () => archive.wake(),
      ...options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes },
    });
    const id = await spoolId(`${data}/spool`);
    const open = (signal: AbortSignal) => openDatabase(where, { clock, signal });
    const upkeep = "folder" in where ? new Upkeep(clock) : undefined;
    const tidy = async (sql: Sql) => {
      const isMore = await upkeep?.step(sql);
      return await removeOld(sql, options.retention ?? []) > 0 || isMore === true;
    };
    const archive = new Archive({ open, name, spool, id, clock, report, tidy });
    return new SpooledStore({ lock, spool, archive, clock, promise: promiseOf(where), report });
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** What a {@linkcode SpooledStore} is made of. */
interface Parts {
  readonly lock: Disposable;
  readonly spool: Spool;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly promise: string;
  readonly report: Report;
}

class SpooledStore implements Store {
  readonly #parts: Parts;
  readonly #recording: Recording;
  readonly #recorder: Recorder;
  readonly #alive: Disposable;
  readonly images: ImageStore;
  readonly records: Records;
  readonly #recent: RecentLog;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    const { spool, clock } = parts;
    this.#parts = parts;
    this.#recording = new Recording(clock);
    this.#recorder = new Recorder({ spool, clock, since: this.#recording.stretch.from });
    const query = <T>(work: (sql: Sql) => Promise<T>) => parts.archive.query(work);
    const flush = () => this.flush();
    this.#recent = new RecentLog({ clock, query, flush, report: parts.report });
    this.images = new ImageStore({
      append: (row) => this.#append(imageEntry(row, clock.time())),
      query,
      flush,
    });
    this.records = new Records({
      append: (note) => this.#append(noteEntry(note, clock.time())),
      appendRun: (run) => this.#append(runEntry(run, clock.time())),
      query,
      flush,
      promise: parts.promise,
      recording: () => this.#recording.stretch,
    });
    this.#noteAlive();
    const timer = clock.every(ALIVE_EVERY, () => this.#noteAlive());
    this.#alive = { [Symbol.dispose]: () => timer.stop() };
  }

  get stored(): number {
    return this.#parts.spool.stored;
  }

  get dropped(): number {
    return this.#parts.spool.dropped + this.#parts.archive.refused;
  }

  get isWriting(): boolean {
    return this.#parts.archive.isWriting;
  }

  get summedUntil(): number {
    return this.#parts.archive.summedUntil;
  }

  get problem(): string | undefined {
    const problems = [this.#parts.spool.problem, this.#parts.archive.problem].filter((one) =>
      one !== undefined
    );
    return problems.length ? problems.join("; ") : undefined;
  }

  refreshEvery(period: Duration): void {
    this.#recorder.refreshEvery(period);
  }

  record(client: string, update: Update, channels: ReadonlyMap<string, Channel>): void {
    this.#recorder.record(client, update, channels);
  }

  log(line: LabLine): void {
    this.#recent.add(line);
    this.#append(logEntry(line, this.#parts.clock.time()));
  }

  async history(client: string, key: string, range: HistoryRange): Promise<Series> {
    return await this.#parts.archive.query((sql) =>
      readHistory(sql, client, key, range, this.#recording.stretch)
    );
  }

  async recentLog(count: number): Promise<readonly LabLine[]> {
    return await this.#recent.last(count);
  }

  async flush(): Promise<void> {
    await this.#parts.spool.flush();
    await this.#parts.archive.settled();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { spool, archive, lock } = this.#parts;
    this.#alive[Symbol.dispose]();
    this.#noteAlive();
    try {
      await spool.close();
      await archive.close();
    } finally {
      lock[Symbol.dispose]();
    }
  }

  #noteAlive(): void {
    for (const entry of this.#recording.note()) this.#append(entry);
  }

  #append(entry: Entry): boolean {
    return this.#parts.spool.append(encodeEntry(entry), { first: true });
  }
}
