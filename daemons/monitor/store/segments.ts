/** The files of a spool: one after the other, each named by the position of its first byte. @module */
import { joinBytes } from "../../../lib/net/mod.ts";
import { scan, type Span } from "./frame.ts";

/** What a spool needs of an open file; tests give one whose disk is full. */
export type SpoolFile = Pick<Deno.FsFile, "write" | "truncate" | "seek" | "syncData" | "close">;

/** Opens a file for writing, making it if there is none. */
export type OpenFile = (path: string) => Promise<SpoolFile>;

/** One file: where it starts in the spool, and how many bytes it has. */
export interface Segment {
  /** Position of its first byte. */
  readonly start: number;
  /** Its bytes. */
  size: number;
}

/** Opens a file of the real disk. */
export const openFile: OpenFile = (path) => Deno.open(path, { write: true, create: true });

/** The path of the segment that starts at a position. */
export function segmentPath(folder: string, start: number): string {
  return `${folder}/${String(start).padStart(16, "0")}.spool`;
}

/** The segments of a folder, in order. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const start = /^(\d{16})\.spool$/.exec(name)?.[1];
    if (start === undefined) continue;
    const { size } = await Deno.stat(`${folder}/${name}`);
    segments.push({ start: Number(start), size });
  }
  return segments.sort((a, b) => a.start - b.start);
}

/** Reads `length` bytes of a segment from a position of the spool on; fewer if there are fewer. */
export async function readSegment(
  folder: string,
  segment: Segment,
  position: number,
  length: number,
): Promise<Uint8Array> {
  using file = await Deno.open(segmentPath(folder, segment.start), { read: true });
  await file.seek(position - segment.start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(Math.min(length, segment.start + segment.size - position));
  let filled = 0;
  while (filled < bytes.length) {
    const n = await file.read(bytes.subarray(filled));
    if (n === null) break;
    filled += n;
  }
  return bytes.subarray(0, filled);
}

/**
 * Cuts an unfinished record off the end of a segment: what a death in the middle of writing leaves.
 *
 * @returns What was cut off, in positions of the spool; undefined if there was nothing.
 */
export async function cutTornTail(folder: string, segment: Segment): Promise<Span | undefined> {
  const { end } = scan(await readSegment(folder, segment, segment.start, segment.size), { whole: true });
  if (end === segment.size) return undefined;
  const torn = { start: segment.start + end, end: segment.start + segment.size };
  using file = await Deno.open(segmentPath(folder, segment.start), { write: true });
  await file.truncate(end);
  await file.syncData();
  segment.size = end;
  return torn;
}

/** Writes at the end of the last segment. */
export class SegmentWriter {
  readonly #folder: string;
  readonly #openFile: OpenFile;
  #file: SpoolFile | undefined;

  /** Makes one for a folder; files are opened when they are written to. */
  constructor(folder: string, open: OpenFile = openFile) {
    this.#folder = folder;
    this.#openFile = open;
  }

  /**
   * Appends to a segment and makes it last through a loss of power. After a failure the segment is as it was.
   *
   * @param segment The last segment; its size grows.
   * @param parts What to append.
   */
  async append(segment: Segment, parts: readonly Uint8Array[]): Promise<void> {
    const bytes = joinBytes(parts);
    try {
      this.#file ??= await this.#open(segment);
      for (let written = 0; written < bytes.length;) {
        written += await this.#file.write(bytes.subarray(written));
      }
      await this.#file.syncData();
    } catch (error) {
      this.close();
      throw error;
    }
    segment.size += bytes.length;
  }

  /** Closes the file; what is appended next opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #open(segment: Segment): Promise<SpoolFile> {
    const file = await this.#openFile(segmentPath(this.#folder, segment.start));
    try {
      // What a failed attempt has left behind the end goes away.
      await file.truncate(segment.size);
      await file.seek(segment.size, Deno.SeekMode.Start);
      if (segment.size === 0) await this.#syncFolder();
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  /** A new file lasts through a loss of power only when its folder is on disk as well. */
  async #syncFolder(): Promise<void> {
    using folder = await Deno.open(this.#folder, { read: true });
    await folder.sync();
  }
}
