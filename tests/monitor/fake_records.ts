/** The past as a test says it was. */
import { type LogPage, type LogQuery, searchLines } from "../../daemons/monitor/store/log_query.ts";
import type { NoteFound, NoteQuery, NoteRow } from "../../daemons/monitor/store/note.ts";
import type { ChannelName, PastValue, StateValue, StoredChannel } from "../../daemons/monitor/store/past.ts";
import type { RunQuery, RunRow } from "../../daemons/monitor/store/run.ts";
import type { LabRecords } from "../../daemons/monitor/store/records.ts";
import type { LogLine } from "../../lib/link/link.ts";

/** Keeps in memory what a store would keep. */
export class FakeRecords implements LabRecords {
  readonly promise = "Kept in memory: nothing survives";
  /** Values in the order of their times. */
  readonly values: PastValue[] = [];
  /** Log lines, newest first. */
  readonly lines: LogLine[] = [];
  /** Notes, newest first. */
  readonly written: NoteFound[] = [];
  /** Runs by their id, oldest first. */
  readonly kept = new Map<string, RunRow>();
  /** What every question fails with. */
  failure: Error | undefined;

  async *raw(names: readonly ChannelName[], { from, to }: { from: number; to: number }) {
    await this.#asked();
    for (const value of this.values) {
      const isMeant = names.some(({ client, key }) => client === value.client && key === value.key);
      if (isMeant && value.reading.time >= from && value.reading.time < to) yield value;
    }
  }

  async channels(names: readonly ChannelName[]): Promise<readonly StoredChannel[]> {
    const isMeant = ({ client, key }: ChannelName) =>
      names.some((name) => name.client === client && name.key === key);
    const state = await this.stateAt(Infinity);
    return state.filter(isMeant).map(({ client, key, unit, reading: { value } }) => ({
      client,
      key,
      unit,
      type: typeof value === "number" ? "number" : typeof value === "boolean" ? "flag" : "text",
    }));
  }

  async names(): Promise<readonly ChannelName[]> {
    return await this.stateAt(Infinity);
  }

  async stateAt(time: number): Promise<readonly StateValue[]> {
    await this.#asked();
    const latest = new Map<string, StateValue>();
    for (const value of this.values) {
      if (value.reading.time > time) continue;
      latest.set(`${value.client}.${value.key}`, { ...value, unit: "degC", recorded: true });
    }
    return [...latest.values()];
  }

  async log(query: LogQuery): Promise<LogPage> {
    await this.#asked();
    return searchLines(this.lines, query);
  }

  async sources(): Promise<readonly string[]> {
    await this.#asked();
    return [...new Set(this.lines.map(({ source }) => source))];
  }

  note(note: NoteRow): boolean {
    this.written.unshift({ ...note, id: this.written.length + 1 });
    return true;
  }

  async notes({ text, client, run, count, offset = 0 }: NoteQuery) {
    await this.#asked();
    const found = this.written.filter((note) =>
      (text === undefined || note.text.includes(text)) && (client === undefined || note.client === client) &&
      (run === undefined || note.run === run)
    );
    return { notes: found.slice(offset, offset + count), more: found.length > offset + count };
  }

  keepRun(run: RunRow): boolean {
    this.kept.set(run.id, { ...run, settings: this.kept.get(run.id)?.settings ?? run.settings });
    return true;
  }

  async runs({ text, author, name, count, offset = 0 }: RunQuery) {
    await this.#asked();
    const found = [...this.kept.values()].reverse().filter((run) =>
      (text === undefined || JSON.stringify(run).includes(text)) &&
      (author === undefined || run.author === author) && (name === undefined || run.name === name)
    );
    const runs = found.slice(offset, offset + count).map(({ settings: _, changes: __, ...run }) => run);
    return { runs, more: found.length > offset + count };
  }

  async run(id: string): Promise<RunRow | undefined> {
    await this.#asked();
    return this.kept.get(id);
  }

  async runChoices() {
    await this.#asked();
    const runs = [...this.kept.values()];
    return {
      names: [...new Set(runs.map(({ name }) => name))],
      authors: [...new Set(runs.map(({ author }) => author))],
    };
  }

  #asked(): Promise<void> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve();
  }
}
