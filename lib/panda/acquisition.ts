/** One acquisition, as it comes. @module */
import { CommandError, ConnectionError } from "../errors.ts";
import { columnName } from "./capture_field.ts";
import type { EndData, StartData } from "./data_event.ts";
import type { FrameData } from "./frame_data.ts";

/** Whoever gives the events of a data port; undefined when there will be no more, because it was closed here. */
export type NextEvent = () => Promise<StartData | FrameData | EndData | undefined>;

/** Reasons for which an acquisition ends when all is well. */
const GOOD: ReadonlySet<string> = new Set(["Ok", "Disarmed"]);

/**
 * An acquisition. Iterated over, it gives its rows in frames, each as many as have come since the one before; they are
 * given once, whichever way they are asked for.
 */
export class Acquisition implements AsyncIterable<FrameData> {
  /** Its header. */
  readonly start: StartData;
  /** How it ended; undefined before that. */
  end: EndData | undefined;
  readonly #next: NextEvent;

  /** Made by `PandaData`. */
  constructor(start: StartData, next: NextEvent) {
    this.start = start;
    this.#next = next;
  }

  /**
   * The rows as they come.
   *
   * @throws {CommandError} `device`, if it ended otherwise than by itself or by disarming; after the last row.
   * @throws {ConnectionError} If the connection was lost or closed before its end.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<FrameData, void, unknown> {
    while (!this.end) {
      const event = await this.#next();
      if (event?.kind === "frame") yield event;
      else if (event?.kind === "end") this.end = event;
      else throw new ConnectionError("The data connection was closed here before the acquisition ended");
    }
    const { reason, received } = this.end;
    if (GOOD.has(reason)) return;
    throw new CommandError("device", `The acquisition ended after ${received} rows: ${reason}`);
  }

  /** The rows one by one, each an object of its columns as they came; it fails as the acquisition does. */
  async *rows(): AsyncGenerator<Readonly<Record<string, number | bigint>>, void, unknown> {
    for await (const frame of this) yield* frame;
  }

  /**
   * Waits for the end and puts all rows together.
   *
   * @param names Which columns (default: all); others cost nothing.
   * @returns The columns in their units, in arrays as long as there were rows; it fails as the acquisition does.
   */
  async columns(
    names: readonly string[] = this.start.fields.map(columnName),
  ): Promise<Record<string, Float64Array>> {
    const frames: FrameData[] = [];
    for await (const frame of this) frames.push(frame);
    const rows = frames.reduce((sum, frame) => sum + frame.rows, 0);
    return Object.fromEntries(names.map((name) => {
      const column = new Float64Array(rows);
      let first = 0;
      for (const frame of frames) {
        frame.scaled(name, column.subarray(first));
        first += frame.rows;
      }
      return [name, column];
    }));
  }
}
