/** A frame as it is kept and sent: its bytes, not its numbers. @module */
import type { FrameInfo } from "./codec.ts";

/** A frame that has come but has no number yet. */
export interface IncomingFrame {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Whole blocks of its header. */
  readonly header: Uint8Array;
  /** Its pixels as FITS has them: big-endian, without padding. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A frame of a feed. */
export interface StoredFrame extends IncomingFrame, FrameInfo {
  /** How many are sending it just now. */
  users: number;
  /** Whether its memory may be used again when it is dropped: not if somebody may still hold it. */
  isReusable: boolean;
}

/** What a frame takes. */
export function bytesOf({ header, data }: IncomingFrame): number {
  return header.length + data.length;
}
