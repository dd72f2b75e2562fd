/** Frames that a controller of newer firmware sends by itself, once it was told to. @module */
import { PeerProtocolError } from "../errors.ts";

/** Bytes of the announcement. */
export const AUTO_FRAME_BYTES = 36;

/** What announces such a frame. */
export interface AutoFrame {
  /** Its number. */
  readonly number: number;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of a pixel. */
  readonly bits: 16 | 32;
  /** The controller's clock at its beginning, ticks of 10 ns. */
  readonly timestamp: bigint;
  /** Bytes that follow: its pixels, without blocks and without padding. */
  readonly bytes: number;
}

const FORM = /^<QF([01])([0-9A-Fa-f]{8})([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})([0-9A-Fa-f]{16})$/;

/**
 * Reads an announcement.
 *
 * @param text Its 36 characters.
 * @throws {PeerProtocolError} If it is none.
 */
export function readAutoFrame(text: string): AutoFrame {
  const [, sample, number = "", width = "", height = "", timestamp] = FORM.exec(text) ?? [];
  if (sample === undefined) {
    throw new PeerProtocolError(
      `The Archon sent ${JSON.stringify(text)}, expected the announcement of a frame`,
    );
  }
  const bits = sample === "1" ? 32 : 16;
  const [columns, rows] = [parseInt(width, 16), parseInt(height, 16)];
  return {
    number: parseInt(number, 16),
    width: columns,
    height: rows,
    bits,
    timestamp: BigInt(`0x${timestamp}`),
    bytes: columns * rows * bits / 8,
  };
}
