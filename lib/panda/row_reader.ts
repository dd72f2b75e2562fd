/** How rows come out of a stream, whatever form they are sent in. @module */
import type { ByteInput } from "./byte_input.ts";

/** What a step of a {@linkcode RowReader} has come to. */
export type RowStep =
  /** What is there is not enough for anything. */
  | "more"
  /** Something was read, and there may be more. */
  | "read"
  /** A frame is whole. */
  | "frame"
  /** An end is next; `END ` was passed over. */
  | "end"
  /** Something else is next, a header where all is well. */
  | "other";

/** Reads the rows of one acquisition. */
export interface RowReader {
  /** Whether it stands within a frame. */
  readonly isWithin: boolean;
  /**
   * Reads on.
   *
   * @throws {PeerProtocolError} If what is next cannot be.
   */
  step(input: ByteInput): RowStep;
}

/** `END ` as a number. */
export const END = 0x20444e45;
