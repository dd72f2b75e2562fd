/**
 * The spool: what is recorded goes to these files first, and counts as stored once they are on disk.
 *
 * Records are appended and synced in groups. A position counts the bytes of the spool since it was made, so that it
 * never goes back; the database says up to which position it has everything, and what is before may be deleted.
 *
 * On a full disk the database stops first, and what it lacks waits here; then this stops, and what comes waits in memory;
 * when that is full, the newest values are dropped, counted, told, and a gap in their channels. The log has some room
 * of its own. What was counted as stored is never given up: the oldest values stay to the last, only retention and
 * people remove them.
 * @module
 */
import { type Clock, type Duration, milliseconds, type Timer } from "../../../lib/time/mod.ts";
import { type Block, Blocks, bytesOf } from "./blocks.ts";
import { MAX_PAYLOAD, scan, type Span } from "./frame.ts";
import {
  cutTornTail,
  listSegments,
  type OpenFile,
  readSegment,
  type Segment,
  segmentPath,
  SegmentWriter,
} from "./segments.ts";

/** Says what happened to the store, for the log. */
export type Report = (type: "info" | "warning" | "error", message: string) => void;

/** Options of {@linkcode Spool.open}. */
export interface SpoolOptions {
  /** Its folder. */
  readonly folder: string;
  /** Times the groups and the attempts after a failure. */
  readonly clock: Clock;
  /** Told once of each trouble and of its end. */
  readonly report: Report;
  /** Called when more has become durable. */
  readonly onDurable?: () => void;
  /** How long a record waits for others to be synced with it (default `"200 ms"`). */
  readonly commitEvery?: Duration;
  /** With this many bytes waiting a group does not wait longer (default 256 KiB). */
  readonly commitBytes?: number;
  /** A file that has reached this many bytes is followed by a new one (default 8 MiB). */
  readonly segmentBytes?: number;
  /** Bytes kept in memory while the disk takes none (default 16 MiB); the log may use a quarter more. */
  readonly memoryBytes?: number;
  /** Opens files for writing (default: the real disk's). */
  readonly openFile?: OpenFile;
}

/** What {@linkcode Spool.read} returns. */
export interface SpoolRead {
  /** The records' payloads, each with the position after it. */
  readonly records: readonly { readonly payload: Uint8Array; readonly end: number }[];
  /** Where to read on. */
  readonly next: number;
  /** What could not be read, in positions. */
  readonly damaged: readonly Span[];
}

const LONGEST_RETRY = 30_000;
/** Texts up to this length are encoded where they will be written from. */
const SHORT = 4096;

const encoder = new TextEncoder();

/** An append-only store of records that survives the death of its process at any moment. */
export class Spool {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #report: Report;
  readonly #onDurable: () => void;
  readonly #commitEvery: number;
  readonly #commitBytes: number;
  readonly #segmentBytes: number;
  readonly #memoryBytes: number;
  readonly #writer: SegmentWriter;
  readonly #segments: Segment[];
  readonly #pending = new Blocks();
  #pendingBytes = 0;
  #timer: Timer | undefined;
  #committing: Promise<boolean> | undefined;
  #retry = 0;
  #closed = false;
  #stored = 0;
  #dropped = 0;
  #problem: string | undefined;
  /** The position up to which records were found when it was opened. */
  readonly recovered: number;

  private constructor(options: SpoolOptions, segments: Segment[]) {
    this.#folder = options.folder;
    this.#clock = options.clock;
    this.#report = options.report;
    this.#onDurable = options.onDurable ?? (() => {});
    this.#commitEvery = milliseconds(options.commitEvery ?? "200 ms");
    this.#commitBytes = options.commitBytes ?? 256 * 2 ** 10;
    this.#segmentBytes = options.segmentBytes ?? 8 * 2 ** 20;
    this.#memoryBytes = options.memoryBytes ?? 16 * 2 ** 20;
    this.#writer = new SegmentWriter(options.folder, options.openFile);
    this.#segments = segments;
    this.recovered = this.durable;
  }

  /**
   * Opens a spool, making its folder if there is none, and mends what a death in the middle of writing has left.
   *
   * @param options Folder, clock and sizes.
   * @returns The spool.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, report } = options;
    await Deno.mkdir(folder, { recursive: true });
    const segments = await listSegments(folder);
    const last = segments.at(-1);
    const torn = last && await cutTornTail(folder, last);
    if (torn) {
      const path = segmentPath(folder, last.start);
      const bytes = torn.end - torn.start;
      report("warning", `${path}: cut off ${bytes} bytes of an unfinished record at byte ${last.size}`);
    }
    return new Spool(options, segments.length ? segments : [{ start: 0, size: 0 }]);
  }

  /** The position from which on records are kept. */
  get start(): number {
    return this.#segments[0]!.start;
  }

  /** The position up to which everything is on disk. */
  get durable(): number {
    const { start, size } = this.#segments.at(-1)!;
    return start + size;
  }

  /** Values that are on disk since it was opened. */
  get stored(): number {
    return this.#stored;
  }

  /** Values that were lost since it was opened, because the disk took nothing and memory is bounded. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Why nothing is written, if nothing is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Takes a record, to be written with the next group.
   *
   * While the disk takes nothing, what came first is kept and what comes when memory is full is dropped.
   *
   * @param payload What it says, as bytes or as text.
   * @param options `values`: how many values it has, for the counts; `first`: it may use the memory kept for the log.
   * @returns False if it was dropped.
   */
  append(payload: Uint8Array | string, options: { values?: number; first?: boolean } = {}): boolean {
    const { values = 0, first = false } = options;
    const record = typeof payload === "string" && payload.length > SHORT ? encoder.encode(payload) : payload;
    if (record.length > MAX_PAYLOAD) {
      this.#dropped += values;
      this.#report("error", `A record of ${record.length} bytes is too long for the store and was dropped`);
      return false;
    }
    const room = (first ? this.#memoryBytes * 1.25 : this.#memoryBytes) - this.#pendingBytes;
    const taken = this.#closed ? 0 : this.#pending.add(record, values, room);
    if (taken === 0) {
      this.#dropped += values;
      return false;
    }
    this.#pendingBytes += taken;
    if (this.#pendingBytes >= this.#commitBytes && !this.#problem) this.#commit();
    else this.#timer ??= this.#clock.after(Math.max(this.#commitEvery, this.#retry), () => this.#commit());
    return true;
  }

  /**
   * Reads what is on disk from a position on, up to the end of a file.
   *
   * @param from A position between two records, not before `start`.
   * @param bytes About how many bytes to read; at least one record is read if there is one.
   * @returns The records, and where to read on.
   */
  async read(from: number, bytes: number): Promise<SpoolRead> {
    const segment = this.#segments.findLast((one) => one.start <= from)!;
    const following = this.#segments[this.#segments.indexOf(segment) + 1];
    const end = segment.start + segment.size;
    for (let length = bytes;; length *= 4) {
      const chunk = await readSegment(this.#folder, segment, from, Math.min(length, end - from));
      const whole = from + chunk.length >= end || chunk.length < Math.min(length, end - from);
      const found = scan(chunk, { whole });
      if (!whole && found.records.length === 0) continue;
      const at = (offset: number) => from + offset;
      const damaged = found.damaged.map((span) => ({ start: at(span.start), end: at(span.end) }));
      const next = whole ? following?.start ?? end : at(found.end);
      if (whole && at(found.end) < next) damaged.push({ start: at(found.end), end: next });
      return {
        records: found.records.map((one) => ({ payload: one.payload, end: at(one.end) })),
        next,
        damaged,
      };
    }
  }

  /**
   * Deletes the files that end at or before a position; the last file stays.
   *
   * @param position Everything before it is kept elsewhere.
   */
  async release(position: number): Promise<void> {
    // A file without records may not exist yet, and the position must survive in the name of one that does.
    while ((this.#segments[1]?.size ?? 0) > 0 && this.#segments[1]!.start <= position) {
      await Deno.remove(segmentPath(this.#folder, this.start));
      this.#segments.shift();
    }
  }

  /**
   * Writes what is pending now.
   *
   * @returns Whether everything taken before is on disk.
   */
  async flush(): Promise<boolean> {
    await this.#committing;
    return await this.#commit();
  }

  /** Writes what is pending, once, and closes its file. What the disk did not take is lost and reported. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!await this.flush()) {
      const lost = this.#pending.take().reduce((sum, { values }) => sum + values, 0);
      this.#dropped += lost;
      this.#report("error", `${this.#problem}: ${lost} values that were in memory are lost`);
    }
    this.#timer?.stop();
    this.#writer.close();
  }

  #commit(): Promise<boolean> {
    this.#timer?.stop();
    this.#timer = undefined;
    if (this.#pending.isEmpty && !this.#committing) return Promise.resolve(true);
    return this.#committing ??= this.#writeAll();
  }

  async #writeAll(): Promise<boolean> {
    while (!this.#pending.isEmpty) {
      const group = this.#pending.take();
      try {
        await this.#write(group);
      } catch (error) {
        this.#pending.putBack(group);
        this.#committing = undefined;
        this.#failed(error as Error);
        return false;
      }
      this.#succeeded(group);
    }
    // In the same turn as the last look at what is pending: nothing can come between and be left behind.
    this.#committing = undefined;
    return true;
  }

  async #write(group: readonly Block[]): Promise<void> {
    if (this.#segments.at(-1)!.size >= this.#segmentBytes) {
      this.#writer.close();
      this.#segments.push({ start: this.durable, size: 0 });
    }
    await this.#writer.append(this.#segments.at(-1)!, group.map(bytesOf));
  }

  #succeeded(group: readonly Block[]): void {
    for (const { used, values } of group) {
      this.#pendingBytes -= used;
      this.#stored += values;
    }
    this.#pending.reuse(group);
    if (this.#problem) {
      this.#report("info", `${this.#folder} can be written again; values dropped so far: ${this.#dropped}`);
    }
    this.#problem = undefined;
    this.#retry = 0;
    this.#onDurable();
  }

  #failed(error: Error): void {
    if (!this.#problem) {
      this.#report("error", `Cannot write to ${this.#folder}: ${error.message}; values wait in memory`);
    }
    this.#problem = `Cannot write to ${this.#folder}: ${error.message}`;
    this.#retry = Math.min(Math.max(this.#retry * 2, 1000), LONGEST_RETRY);
    this.#timer?.stop();
    this.#timer = this.#closed ? undefined : this.#clock.after(this.#retry, () => this.#commit());
  }
}
