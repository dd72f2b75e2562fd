/** What a controller has in its frame buffers. @module */
import { PairReader } from "./pairs.ts";
import { BLOCK_BYTES } from "./request.ts";

/** How the taps lie in a frame: all read from the top, from the bottom, or half of them from either. */
export type FrameMode = "top" | "bottom" | "split";

const MODES: readonly FrameMode[] = ["top", "bottom", "split"];

/** One frame buffer. */
export interface FrameBuffer {
  /** Which one, from 1. */
  readonly index: number;
  /** The number of the frame in it; 0 where there never was one. */
  readonly frame: number;
  /** Whether the frame is whole. */
  readonly complete: boolean;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of a pixel. */
  readonly bits: 16 | 32;
  /** How the taps lie. */
  readonly mode: FrameMode;
  /** Where it begins in the controller's memory. */
  readonly base: number;
  /** Pixels and lines that have come so far. */
  readonly progress: { readonly pixels: number; readonly lines: number };
  /** Raw samples beside the pixels, where there are any. */
  readonly raw: { readonly blocksPerLine: number; readonly lines: number; readonly offset: number };
  /** The controller's clock when the first pixel was read, ticks of 10 ns. */
  readonly timestamp: bigint;
}

/** What a controller says of its frame buffers. */
export interface FrameStatus {
  /** Its clock, ticks of 10 ns. */
  readonly timer: bigint;
  /** The buffer that is locked for reading; 0 for none. */
  readonly reading: number;
  /** The buffer that is, or was last, written to; 0 for none. */
  readonly writing: number;
  /** The buffers. */
  readonly buffers: readonly FrameBuffer[];
  /** Everything, as it came. */
  readonly pairs: ReadonlyMap<string, string>;
}

/** How many bytes the pixels of a frame have. */
export function frameBytes({ width, height, bits }: Pick<FrameBuffer, "width" | "height" | "bits">): number {
  return width * height * bits / 8;
}

/** How many blocks hold so many bytes. */
export function blocksFor(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES);
}

/**
 * The oldest whole frame that was not seen yet: frames are told apart by their number, as a whole one from before is
 * always there.
 *
 * @param status What is there.
 * @param after The number of the last one that was seen.
 * @returns Its buffer, or undefined if there is none.
 */
export function nextFrame({ buffers }: FrameStatus, after: number): FrameBuffer | undefined {
  return buffers.filter(({ complete, frame }) => complete && frame > after)
    .sort((a, b) => a.frame - b.frame)[0];
}

/** The highest number of a frame that was begun; 0 where there never was one. */
export function lastFrame({ buffers }: FrameStatus): number {
  return Math.max(0, ...buffers.map(({ frame }) => frame));
}

/** The frame that is being read out, if one is. */
export function frameBeingRead(status: FrameStatus, after: number): FrameBuffer | undefined {
  return status.buffers.find(({ complete, frame }) => !complete && frame > after);
}

/**
 * Reads the reply to `FRAME`.
 *
 * @param text The reply.
 * @throws {PeerProtocolError} If it is unreadable.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const status = readFrame(
 *   "TIMER=0000000000000100 RBUF=0 WBUF=1 BUF1SAMPLE=0 BUF1COMPLETE=1 BUF1MODE=2 BUF1BASE=2684354560 " +
 *     "BUF1FRAME=7 BUF1WIDTH=100 BUF1HEIGHT=50 BUF1PIXELS=50 BUF1LINES=25 BUF1TIMESTAMP=00000000000000FF",
 * );
 * assertEquals(nextFrame(status, 6)?.timestamp, 255n);
 * assertEquals(nextFrame(status, 7), undefined);
 * ```
 */
export function readFrame(text: string): FrameStatus {
  const reply = new PairReader(text);
  const indices = [...reply.pairs.keys()].flatMap((name) => {
    const index = /^BUF(\d)FRAME$/.exec(name)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
  return {
    timer: reply.hex("TIMER", 0n),
    reading: reply.number("RBUF", 0),
    writing: reply.number("WBUF", 0),
    buffers: indices.sort((a, b) => a - b).map((index) => readBuffer(reply, index)),
    pairs: reply.pairs,
  };
}

function readBuffer(reply: PairReader, index: number): FrameBuffer {
  const name = (key: string) => `BUF${index}${key}`;
  return {
    index,
    frame: reply.number(name("FRAME")),
    complete: reply.flag(name("COMPLETE"), false),
    width: reply.number(name("WIDTH"), 0),
    height: reply.number(name("HEIGHT"), 0),
    bits: reply.flag(name("SAMPLE"), false) ? 32 : 16,
    mode: MODES[reply.number(name("MODE"), 0)] ?? "top",
    base: reply.number(name("BASE"), 0),
    progress: { pixels: reply.number(name("PIXELS"), 0), lines: reply.number(name("LINES"), 0) },
    raw: {
      blocksPerLine: reply.number(name("RAWBLOCKS"), 0),
      lines: reply.number(name("RAWLINES"), 0),
      offset: reply.number(name("RAWOFFSET"), 0),
    },
    timestamp: reply.hex(name("TIMESTAMP"), 0n),
  };
}
