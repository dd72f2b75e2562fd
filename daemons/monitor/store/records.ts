/** What was: values, log, notes and runs of the past, as the pages ask for them. @module */
import type { Sql } from "postgres";
import type { Stretch } from "./recorded.ts";
import { findLog, type LogPage, type LogQuery, logSources } from "./log_query.ts";
import { findNotes, type NoteFound, type NoteQuery, type NoteRow } from "./note.ts";
import {
  type ChannelName,
  findStored,
  type PastValue,
  readRaw,
  readState,
  type StateValue,
  type StoredChannel,
  storedNames,
} from "./past.ts";
import { findRun, findRuns, runChoices, type RunPage, type RunQuery, type RunRow } from "./run.ts";

/** What a {@linkcode Records} stands on. */
export interface RecordsParts {
  /** Puts a note into the spool; false if the disk takes nothing. */
  append(note: NoteRow): boolean;
  /** Puts a run into the spool; false if the disk takes nothing. */
  appendRun(run: RunRow): boolean;
  /** Asks the database. */
  query<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Waits until what was appended is in the database, unless it is in trouble. */
  flush(): Promise<void>;
  /** How far what is stored may be relied on, for people. */
  readonly promise: string;
  /** The stretch for which this process has been recording, until now. */
  recording(): Stretch;
}

/** What there is of {@linkcode Records} for those who use them. */
export type LabRecords = Pick<Records, keyof Records>;

/** The past. Each question rejects with a `ConnectionError` when the database cannot be used. */
export class Records {
  readonly #parts: RecordsParts;

  /** Makes them on a spool and a database. */
  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /** How far what is stored may be relied on, for people. */
  get promise(): string {
    return this.#parts.promise;
  }

  /** The stored values of some channels in the order of their times, from what held at the begin on, which was stored before it. */
  async *raw(names: readonly ChannelName[], stretch: Stretch): AsyncGenerator<PastValue> {
    await this.#parts.flush();
    yield* readRaw((work) => this.#parts.query(work), names, stretch, this.#parts.recording());
  }

  /** Those of some channels that values were ever stored of. */
  async channels(names: readonly ChannelName[]): Promise<readonly StoredChannel[]> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findStored(sql, names));
  }

  /** The names of all channels that values were ever stored of. */
  names(): Promise<readonly ChannelName[]> {
    return this.#parts.query(storedNames);
  }

  /** Every channel as it was at a moment, unix seconds. */
  async stateAt(time: number): Promise<readonly StateValue[]> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => readState(sql, time, this.#parts.recording()));
  }

  /** Lines of the log, newest first. */
  async log(query: LogQuery): Promise<LogPage> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findLog(sql, query));
  }

  /** Who has said something, for choices. */
  sources(): Promise<readonly string[]> {
    return this.#parts.query(logSources);
  }

  /** Keeps a note; false if the disk takes nothing. */
  note(note: NoteRow): boolean {
    return this.#parts.append(note);
  }

  /** Notes, newest first. */
  async notes(query: NoteQuery): Promise<{ readonly notes: readonly NoteFound[]; readonly more: boolean }> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findNotes(sql, query));
  }

  /** Keeps how a run stands; false if the disk takes nothing. */
  keepRun(run: RunRow): boolean {
    return this.#parts.appendRun(run);
  }

  /** Runs, newest first. */
  async runs(query: RunQuery): Promise<RunPage> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findRuns(sql, query));
  }

  /** One run by its id; undefined if there is none. */
  async run(id: string): Promise<RunRow | undefined> {
    await this.#parts.flush();
    return await this.#parts.query((sql) => findRun(sql, id));
  }

  /** What has been run and by whom, for choices. */
  runChoices(): Promise<{ readonly names: readonly string[]; readonly authors: readonly string[] }> {
    return this.#parts.query(runChoices);
  }
}
