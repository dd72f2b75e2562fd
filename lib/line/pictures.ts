/**
 * The pictures of a camera that speaks the base protocol: asked for one at a time, while somebody looks.
 *
 * `get_current_frame` is answered by `current_frame length=N format=jpeg …` and N raw bytes, then `current_frame_done`;
 * or by `current_frame_timeout` where there is none.
 * @module
 */
import type { Picture } from "../link/link.ts";
import { Feed, Latest } from "../link/feed.ts";
import { joinBytes } from "../net/mod.ts";
import type { Clock, Timer } from "../time/mod.ts";
import type { ParsedLine } from "./parse.ts";

/** Least time between two questions. */
const PERIOD = "100 ms";
/** A camera that says nothing for so long is asked again. */
const PATIENCE = "5 s";
/** No picture is longer than this, bytes: what is, is passed over. */
const LONGEST = 64 * 2 ** 20;

/** Asks for pictures and hands them on. */
export class Pictures {
  readonly #clock: Clock;
  readonly #ask: () => void;
  readonly #feed = new Feed<Picture>();
  #watchers = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #timer: Timer | undefined;

  /** `ask` sends the question, if there is a camera that understands it. */
  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The newest picture whenever the reader is ready for it; the camera is asked for as long as somebody reads. */
  async *read(signal?: AbortSignal): AsyncGenerator<Picture> {
    if (this.#watchers++ === 0) this.#next();
    try {
      yield* this.#feed.read(new Latest<Picture>(), signal);
    } finally {
      if (--this.#watchers === 0) this.#timer?.stop();
    }
  }

  /** Takes a line of the camera, if it is about pictures. */
  line({ name }: ParsedLine): boolean {
    if (name === "current_frame_done" || name === "current_frame_timeout") this.#rest();
    return name?.startsWith("current_frame") ?? false;
  }

  /** Takes a piece of a picture, if it is one. */
  payload(line: ParsedLine, data: Uint8Array, isLast: boolean): boolean {
    if (line.name !== "current_frame") return false;
    this.#length += data.length;
    if (this.#length <= LONGEST) this.#pieces.push(data);
    else this.#pieces = [];
    if (!isLast) return true;
    if (this.#length <= LONGEST) this.#tell(line, new Uint8Array(joinBytes(this.#pieces)));
    this.lost();
    return true;
  }

  /** What has come of a picture so far is all that comes. */
  lost(): void {
    this.#pieces = [];
    this.#length = 0;
  }

  /** Ends it. */
  close(): void {
    this.#timer?.stop();
    this.#feed.close();
  }

  #tell({ options }: ParsedLine, bytes: Uint8Array<ArrayBuffer>): void {
    const { format = "", time, length: _, ...values } = options;
    const told = time === undefined ? NaN : Number(time);
    this.#feed.publish({ format, time: told > 0 ? told : this.#clock.time(), values, bytes });
  }

  /** The camera has answered: it is left alone for a moment. */
  #rest(): void {
    if (this.#watchers === 0) return;
    this.#timer?.stop();
    this.#timer = this.#clock.after(PERIOD, () => this.#next());
  }

  #next(): void {
    this.#ask();
    this.#timer?.stop();
    this.#timer = this.#clock.after(PATIENCE, () => this.#next());
  }
}
