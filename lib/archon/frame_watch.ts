/** Which frame is whole, when what is said of it does not agree. @module */
import type { Clock } from "../time/mod.ts";
import { type FrameBuffer, type FrameStatus, nextFrame } from "./frame.ts";

/** A frame that is said to be whole, with lines that have not come, is taken for whole once nothing more comes, ms. */
const STANDING = 1000;

/** Looks for whole frames. One whose lines are still coming is not whole, whatever its flag says. */
export class FrameWatch {
  readonly #clock: Clock;
  #doubtful = { frame: 0, progress: "", since: 0 };

  /** Makes one. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The oldest whole frame that was not seen yet; as {@linkcode nextFrame}, but it does not believe everything.
   *
   * @param status What is there.
   * @param after The number of the last one that was seen.
   */
  next(status: FrameStatus, after: number): FrameBuffer | undefined {
    const buffer = nextFrame(status, after);
    if (!buffer) return undefined;
    const { frame, progress: { pixels, lines }, mode, height } = buffer;
    if (lines >= (mode === "split" ? height / 2 : height)) return buffer;
    const progress = `${pixels} ${lines}`;
    const now = this.#clock.now();
    if (this.#doubtful.frame !== frame || this.#doubtful.progress !== progress) {
      this.#doubtful = { frame, progress, since: now };
    }
    return now - this.#doubtful.since >= STANDING ? buffer : undefined;
  }
}
