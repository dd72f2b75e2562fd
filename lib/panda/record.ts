/** Acquisitions written to files as they come. @module */
import { stat } from "node:fs/promises";
import { ConfigError, ConnectionError, DewarError } from "../errors.ts";
import { type Clock, type Duration, milliseconds, systemClock } from "../time/mod.ts";
import type { Acquisition } from "./acquisition.ts";
import { type CaptureFile, formatOf } from "./capture_file.ts";
import type { EndData, StartData } from "./data_event.ts";
import type { PandaData } from "./data_stream.ts";
import { ColumnBatch, fileColumns } from "./file_columns.ts";
import type { FrameData } from "./frame_data.ts";

/** How a recording stands. */
export interface RecordProgress {
  /** The file that is being written. */
  readonly path: string;
  /** Rows it has been given. */
  readonly rows: number;
}

/** Options of {@linkcode record}. */
export interface RecordOptions {
  /**
   * Names of the files, one per acquisition; `%d` stands for its number, `%04d` for its number in four digits. The ending says
   * the format: `.h5`, `.hdf5` or `.hdf` for HDF5, `.fits` for a binary table of FITS, `.arrow` or `.feather` for Arrow.
   */
  readonly scheme: string;
  /** How many acquisitions (default 1; Infinity is until the data ends). */
  readonly count?: number | undefined;
  /** Number of the first (default 1). */
  readonly first?: number | undefined;
  /** Names of columns in the files, where they are to have others than their own: `{ "INENC1.VAL.Mean": "x" }`. */
  readonly names?: Readonly<Record<string, string>> | undefined;
  /** Is called before each acquisition, to begin it (default: it begins by itself). */
  readonly arm?: (() => Promise<void>) | undefined;
  /** How often what has come is written, if others can read the file while it grows (default `"1 s"`). */
  readonly writeEvery?: Duration | undefined;
  /** Is told of every step. */
  readonly onProgress?: ((progress: RecordProgress) => void) | undefined;
  /** Clock (default: the system's). */
  readonly clock?: Clock | undefined;
}

/** A file that was written. */
export interface Recorded {
  /** Its name. */
  readonly path: string;
  /** Rows in it. */
  readonly rows: number;
  /** The header of the acquisition. */
  readonly start: StartData;
  /** How the acquisition ended. */
  readonly end: EndData;
}

/**
 * Writes acquisitions to files as they come, one each. Columns are `NAME.CAPTURE` in their units, as the reference client
 * has them: raw data is scaled, save bits. Memory stays bounded however long it takes.
 *
 * @param data Where they come from.
 * @param options Names, how many.
 * @returns The files.
 * @throws {ConfigError} If the names make no sense; nothing has begun then.
 * @throws {DewarError} If a file is there already, or cannot be written: it is closed with the rows that were.
 * @throws {CommandError} `device`, if an acquisition ended badly, as by `Data overrun`; its rows are in the file.
 * @throws {ConnectionError} If the connection was lost; the rows before that are in the file.
 *
 * @example A simulated box, recorded to HDF5
 * ```ts
 * import { connectPanda, servePanda } from "@dewar/sdk/panda";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * const box = { query: () => "PandA SW: 4.1 FPGA: 4.1 rootfs: none", assign() {}, write() {} };
 * await using server = await servePanda(box, { transport });
 * await using panda = await connectPanda("127.0.0.1", { transport });
 * await using data = await panda.data();
 * const field = { name: "COUNTER1.OUT", capture: "Value", type: "int32", scale: 0.5, offset: 0 } as const;
 * const arm = async () => {
 *   server.begin({ kind: "start", fields: [field], missed: 0, process: "Raw", format: "Framed", sampleBytes: 4 });
 *   server.rows(new Uint8Array(Int32Array.of(1, 2, 3).buffer));
 *   server.end("Ok");
 * };
 * const folder = await Deno.makeTempDir();
 * const [file] = await record(data, { scheme: `${folder}/scan_%d.h5`, arm });
 * assertEquals([file!.path, file!.rows], [`${folder}/scan_1.h5`, 3]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function record(data: PandaData, options: RecordOptions): Promise<Recorded[]> {
  const { count = 1, first = 1, arm } = options;
  const names = await checkedNames(options);
  const acquisitions = data.acquisitions();
  const files: Recorded[] = [];
  while (files.length < count) {
    await arm?.();
    const next = await acquisitions.next();
    if (next.done) {
      if (count === Infinity) break;
      throw new ConnectionError(
        `The data connection was closed here after ${files.length} of ${count} acquisitions`,
      );
    }
    files.push(await recordOne(next.value, names(first + files.length), options));
  }
  return files;
}

/** Gives names, after all that are known beforehand were looked at. */
async function checkedNames(
  { scheme, count = 1, first = 1 }: RecordOptions,
): Promise<(number: number) => string> {
  const places = scheme.replaceAll("%%", "").match(/%(?:0?\d+)?d/g)?.length ?? 0;
  if (places > 1) throw new ConfigError(`Cannot number files by "${scheme}": it has more than one %d`);
  if (places === 0 && count !== 1) {
    throw new ConfigError(`Cannot name ${count} files by "${scheme}": it needs a %d for their number`);
  }
  await formatOf(scheme);
  const name = (number: number) =>
    scheme.replace(
      /%(?:(%)|(0?)(\d*)d)/g,
      (_, percent, zero, width) =>
        percent ?? String(number).padStart(Number(width), zero === "0" ? "0" : " "),
    );
  for (let number = first; number < first + Math.min(count, 1000); number++) await assertAbsent(name(number));
  return name;
}

async function assertAbsent(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return;
    throw new DewarError(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new DewarError(`Cannot write ${path}: it is there already`);
}

async function recordOne(acquisition: Acquisition, path: string, options: RecordOptions): Promise<Recorded> {
  const { start } = acquisition;
  const create = await formatOf(path);
  const columns = fileColumns(start, options.names);
  const file = await create(path, start, columns);
  const recorder = new Recorder(file, new ColumnBatch(columns, file.batch), (rows) => {
    options.onProgress?.({ path, rows });
  }, options);
  await recorder.run(acquisition);
  return { path, rows: recorder.rows, start, end: acquisition.end! };
}

/** Brings the rows of one acquisition into its file. */
class Recorder {
  /** Rows that came. */
  rows = 0;
  readonly #file: CaptureFile;
  readonly #batch: ColumnBatch;
  readonly #tell: (rows: number) => void;
  readonly #clock: Clock;
  readonly #period: number;
  #writtenAt: number;

  constructor(file: CaptureFile, batch: ColumnBatch, tell: (rows: number) => void, options: RecordOptions) {
    const { clock = systemClock, writeEvery = "1 s" } = options;
    this.#file = file;
    this.#batch = batch;
    this.#tell = tell;
    this.#clock = clock;
    this.#period = milliseconds(writeEvery);
    this.#writtenAt = clock.now();
  }

  /** Writes until the acquisition ends; however that is, the file is closed. */
  async run(acquisition: Acquisition): Promise<void> {
    const frames = acquisition[Symbol.asyncIterator]();
    const take = () => frames.next().then((step) => ({ step }), (error: unknown) => ({ error }));
    let next = take();
    let taken = await next;
    try {
      while ("step" in taken && !taken.step.done) {
        await this.#add(taken.step.value);
        next = take();
        taken = await this.#inTime(next) ?? (await this.#write(), await next);
      }
      await this.#write();
      await this.#file.close();
    } catch (error) {
      throw await this.#abandoned(error);
    }
    if ("error" in taken) throw taken.error;
  }

  async #add(frame: FrameData): Promise<void> {
    for (let from = 0; from < frame.rows;) {
      from += this.#batch.add(frame, from);
      if (this.#batch.isFull) await this.#write();
    }
    this.rows += frame.rows;
    this.#tell(this.rows);
  }

  async #write(): Promise<void> {
    if (this.#batch.rows > 0) await this.#file.write(this.#batch.arrays, this.#batch.rows);
    this.#batch.take();
    this.#writtenAt = this.#clock.now();
  }

  /** What comes next; undefined if something has to be written before that. */
  async #inTime<T>(next: Promise<T>): Promise<T | undefined> {
    if (!this.#file.isLive || this.#batch.rows === 0) return await next;
    const { promise: isTime, resolve } = Promise.withResolvers<undefined>();
    const left = this.#writtenAt + this.#period - this.#clock.now();
    const timer = this.#clock.after(Math.max(left, 0), () => resolve(undefined));
    try {
      return await Promise.race([next, isTime]);
    } finally {
      timer.stop();
    }
  }

  /** What to fail with after the file was closed as well as it can be. */
  async #abandoned(error: unknown): Promise<unknown> {
    try {
      await this.#file.abandon();
      return error;
    } catch (cause) {
      const why = (error as Error).message;
      return new DewarError(`${why}; it could not be closed in order either: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}
