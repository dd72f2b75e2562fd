/** The runs that are going on: scripts tell of themselves, again and again; what they tell is kept. @module */
import type { LogLine } from "../../../lib/link/link.ts";
import { CommandError, ConnectionError } from "../../../lib/errors.ts";
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { Client } from "../lab.ts";
import { settingsOf } from "../settings/settings_of.ts";
import type { LabRecords } from "../store/records.ts";
import type { LabSettings, RunOutcome, RunRow, SettingChange } from "../store/run.ts";

/** What runs stand on. */
export interface RunsOptions {
  /** The lab's devices now. */
  readonly clients: () => ReadonlyMap<string, Client>;
  /** Where they are kept; nowhere without it. */
  readonly records: LabRecords | undefined;
  /** The clock. */
  readonly clock: Clock;
  /** Writes to the log. */
  readonly say: (type: LogLine["type"], message: string, source?: string) => void;
  /** Told whenever something has happened to a run. */
  readonly onChange: () => void;
}

/** What a script tells of itself at its begin. */
export type RunTold = Pick<RunRow, "name" | "author" | "began" | "note" | "params" | "devices" | "plots">;

/** That somebody wants a run to end. */
export interface AbortAsked {
  /** Who. */
  readonly by: string;
  /** Why; empty where nobody said. */
  readonly reason: string;
  /** When, unix seconds. */
  readonly time: number;
}

/** A run that is going on. */
export interface LiveRun {
  /** How it stands. */
  readonly row: RunRow;
  /** Whether it has not been heard of for a while. */
  readonly silent: boolean;
  /** Who wants it to end; undefined as long as nobody does. */
  readonly abort: AbortAsked | undefined;
}

interface Entry {
  row: RunRow;
  readonly source: string;
  /** The settings at its begin; undefined where nobody knows. */
  before: LabSettings | undefined;
  heard: number;
  kept: number;
  silent: boolean;
  abort?: AbortAsked;
}

/** One that says nothing for so long, seconds, is marked. */
const SILENCE = 30;
/** One that says nothing for so long, seconds, is given up; its script may begin it again. */
const PATIENCE = 600;
/** How often at most progress is kept, seconds. */
const KEEP = 30;
/** A begin that is told so much later, seconds, is one that was not seen. */
const LATE = 5;
/** Most that are followed at a time. */
const MOST = 200;
const ID = /^[\w.-]{1,60}$/;

/** The runs of a lab. */
export class Runs implements Disposable {
  readonly #options: RunsOptions;
  readonly #live = new Map<string, Entry>();
  readonly #timer: Timer;

  /** Begins with none. */
  constructor(options: RunsOptions) {
    this.#options = options;
    this.#timer = options.clock.every("1 s", () => this.#listen());
  }

  /** Those that are going on, the latest first. */
  get live(): readonly LiveRun[] {
    return [...this.#live.values()].reverse().map(({ row, silent, abort }) => ({ row, silent, abort }));
  }

  /** One that is going on. */
  find(id: string): LiveRun | undefined {
    return this.live.find(({ row }) => row.id === id);
  }

  /**
   * A script says that it has begun; of one that is known already, the new word counts.
   *
   * @throws {CommandError} If it cannot be followed.
   */
  begin(id: string, told: RunTold, source: string): void {
    if (!ID.test(id)) {
      throw new CommandError(
        "invalid",
        "Expected the id of a run: letters, digits, '_', '.' and '-', at most 60",
      );
    }
    const known = this.#live.get(id);
    if (!known && this.#live.size >= MOST) {
      throw new CommandError("denied", `${MOST} runs are going on: no more are followed`);
    }
    const { clock, say } = this.#options;
    const now = clock.time();
    if (known) {
      known.row = { ...known.row, ...told, seen: now };
      this.#heard(known);
      this.#keep(known);
      return;
    }
    const before = this.#settings();
    const row: RunRow = {
      id,
      ...told,
      seen: now,
      ended: null,
      outcome: null,
      reason: null,
      progress: null,
      doing: null,
      settings: null,
      changes: null,
    };
    const entry: Entry = { row, source, before, heard: clock.now(), kept: 0, silent: false };
    this.#live.set(id, entry);
    const isNew = now - told.began < LATE;
    if (isNew) say("info", `run ${id} begins${told.author && `, by ${told.author}`}`, source);
    else void this.#recall(entry);
    this.#keep(entry, before);
  }

  /**
   * A script says how far it has come.
   *
   * @returns Who wants it to end, if somebody does.
   * @throws {CommandError} `invalid` if nothing is known of such a run: it shall be begun again.
   */
  progress(id: string, told: Partial<Pick<RunRow, "progress" | "doing">>): AbortAsked | undefined {
    const entry = this.#known(id);
    const { clock } = this.#options;
    entry.row = { ...entry.row, ...told, seen: clock.time() };
    this.#heard(entry);
    if (clock.now() - entry.kept >= 1000 * KEEP) this.#keep(entry);
    else this.#options.onChange();
    return entry.abort;
  }

  /** A script says how it has ended. */
  end(id: string, outcome: RunOutcome, reason: string | null): void {
    const entry = this.#known(id);
    const { clock, say } = this.#options;
    const now = clock.time();
    const changes = entry.before && changesOf(entry.before, this.#settings());
    this.#live.delete(id);
    entry.row = { ...entry.row, seen: now, ended: now, outcome, reason, changes: changes ?? null };
    const why = reason === null ? "" : `: ${reason}`;
    say(outcome === "failed" ? "error" : "info", `run ${id} ${outcome}${why}`, entry.source);
    this.#keep(entry);
  }

  /** Somebody wants a run to end; its script is told when it next says something. */
  abort(id: string, by: string, reason: string): void {
    const entry = this.#known(id);
    if (entry.abort) throw new CommandError("invalid", `${entry.abort.by} has asked ${id} to end already`);
    entry.abort = { by, reason, time: this.#options.clock.time() };
    this.#options.onChange();
  }

  /** Ends it: nothing is followed any more. */
  [Symbol.dispose](): void {
    this.#timer.stop();
  }

  #known(id: string): Entry {
    const entry = this.#live.get(id);
    if (entry) return entry;
    throw new CommandError("invalid", `No run ${JSON.stringify(id)} is going on`);
  }

  #heard(entry: Entry): void {
    entry.heard = this.#options.clock.now();
    if (!entry.silent) return;
    entry.silent = false;
    this.#options.say("info", `run ${entry.row.id} is heard of again`, entry.source);
  }

  #listen(): void {
    const { clock, say } = this.#options;
    for (const [id, entry] of this.#live) {
      const quiet = (clock.now() - entry.heard) / 1000;
      if (quiet >= PATIENCE) {
        this.#live.delete(id);
        this.#keep(entry);
      } else if (quiet >= SILENCE && !entry.silent) {
        entry.silent = true;
        say("warning", `run ${id} has not been heard of for ${SILENCE} s`, entry.source);
        this.#options.onChange();
      }
    }
  }

  /** What was kept of a run that began before this MONITOR: its settings were others then. */
  async #recall(entry: Entry): Promise<void> {
    try {
      const stored = await this.#options.records?.run(entry.row.id);
      if (stored) entry.before = stored.settings ?? undefined;
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      entry.before = undefined;
    }
  }

  #keep(entry: Entry, settings: LabSettings | null = null): void {
    entry.kept = this.#options.clock.now();
    this.#options.records?.keepRun({ ...entry.row, settings });
    this.#options.onChange();
  }

  #settings(): LabSettings {
    const clients = [...this.#options.clients().values()].filter(({ enabled }) => enabled);
    const all = clients.map((client) => [client.name, settingsOf(client)] as const);
    return Object.fromEntries(all.filter(([, settings]) => Object.keys(settings).length > 0));
  }
}

/** What differs between two moments, of what was known at both. */
export function changesOf(before: LabSettings, after: LabSettings): SettingChange[] {
  return Object.entries(before).flatMap(([client, settings]) =>
    Object.entries(settings).flatMap(([key, before]) => {
      const now = after[client]?.[key];
      return now === undefined || now === before ? [] : [{ client, key, before, after: now }];
    })
  );
}
