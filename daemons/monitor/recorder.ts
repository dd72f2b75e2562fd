/** Where the lab keeps what it sees: the store, or nothing but the last log lines where MONITOR stores nothing. @module */
import type { Update } from "../../lib/device/reading.ts";
import type { Channel } from "../../lib/device/channel.ts";
import type { Duration } from "../../lib/time/mod.ts";
import type { LabLine, Series } from "./lab.ts";
import type { HistoryRange } from "./store/history.ts";
import type { Images } from "./store/image_store.ts";
import type { LabRecords } from "./store/records.ts";

/** What the lab needs of a store. Keeping never waits and never throws: trouble is shown by `problem`. */
export interface Recorder {
  /** Values acknowledged: on disk in the spool, fsynced. */
  readonly stored: number;
  /** Values lost: neither disk nor memory had room for them, or the database refused them. */
  readonly dropped: number;
  /** Why it is not working, if it is not. */
  readonly problem: string | undefined;
  /** From now on a value that does not change is kept again after this time. */
  refreshEvery(period: Duration): void;
  /** Keeps values of a client: what was read, or from `update.time` on stale. */
  record(client: string, update: Update, channels: ReadonlyMap<string, Channel>): void;
  /** Keeps a log line. */
  log(line: LabLine): void;
  /** History of a channel between two moments (unix seconds), in at most `points` bins. */
  history(
    client: string,
    key: string,
    range: HistoryRange,
  ): Promise<Series>;
  /** The last `count` log lines, newest first. */
  recentLog(count: number): Promise<readonly LabLine[]>;
  /** The images; undefined where nothing is stored. */
  readonly images?: Images;
  /** The past: values, log, notes, runs; undefined where nothing is stored. */
  readonly records?: LabRecords;
}

/** Log lines that {@linkcode Forgetful} remembers. */
const REMEMBERED = 1000;

/** A recorder without a store: no history, and only the latest log lines. */
export class Forgetful implements Recorder {
  readonly stored = 0;
  readonly dropped = 0;
  readonly problem: string | undefined = "nothing is stored: MONITOR was started without a store";
  readonly #lines: LabLine[] = [];

  refreshEvery(_period: Duration): void {}

  record(_client: string, _update: Update, _channels: ReadonlyMap<string, Channel>): void {}

  log(line: LabLine): void {
    this.#lines.push(line);
    if (this.#lines.length > REMEMBERED) this.#lines.shift();
  }

  history(): Promise<Series> {
    return Promise.resolve({ time: [], value: [] });
  }

  recentLog(count: number): Promise<readonly LabLine[]> {
    return Promise.resolve(this.#lines.slice(-count).reverse());
  }
}
