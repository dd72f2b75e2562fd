/** What a configuration says of the image: its taps, its size, its raw samples. @module */
import type { FrameFormat } from "./frame_memory.ts";
import { isVideo, type Module } from "./modules.ts";
import { Refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

/** A stripe of the image, and which video channel fills it. */
export interface Tap {
  /** The video channel, from 1. */
  readonly channel: number;
  /** Whether the first pixel of a line is at the right edge of its stripe. */
  readonly isReversed: boolean;
  /** Factor; a negative one counts video less reset. */
  readonly gain: number;
  /** Added to every pixel. */
  readonly offset: number;
}

/** Which raw samples are kept. */
export interface RawWindow {
  /** The video channel, from 1. */
  readonly channel: number;
  /** First line. */
  readonly from: number;
  /** Last line. */
  readonly to: number;
  /** The pixel with which it begins. */
  readonly pixel: number;
}

/** An image. */
export interface ImageSetup {
  /** Its taps. */
  readonly taps: readonly Tap[];
  /** Pixels of a tap's line. */
  readonly pixels: number;
  /** Lines of a tap. */
  readonly lines: number;
  /** Its size in memory. */
  readonly format: FrameFormat;
  /** Whether a frame goes on until its buffer is full, whatever begins before. */
  readonly isLineScan: boolean;
  /** Raw samples, where they are wanted. */
  readonly raw: RawWindow | undefined;
}

/** Reads what a configuration says of the image; undefined where it has no taps. */
export function imageOf(settings: Settings, modules: readonly Module[]): ImageSetup | undefined {
  const taps = settings.list("TAPLINES", "TAPLINE", 255)
    .map((text, index) => tapOf(`TAPLINE${index}=${text}`, text, modules))
    .filter((tap) => tap !== undefined);
  const mode = settings.integer("FRAMEMODE", 0, 0, 2) as 0 | 1 | 2;
  const pixels = settings.integer("PIXELCOUNT", 1, 1, 65535);
  const lines = settings.integer("LINECOUNT", 1, 1, 65535);
  const bytes = settings.flag("SAMPLEMODE") ? 4 : 2;
  const isLineScan = settings.flag("LINESCAN");
  if (taps.length === 0) return undefined;
  if (mode === 2 && taps.length % 2 === 1) throw new Refused("A split image needs an even number of taps");
  const raw = rawOf(settings);
  const samples = settings.integer("RAWSAMPLES", 0, 0, 65535);
  const format: FrameFormat = {
    width: (mode === 2 ? taps.length / 2 : taps.length) * pixels,
    height: mode === 2 ? 2 * lines : lines,
    bytes,
    mode,
    rawBlocks: raw ? Math.ceil(samples / 1024) : 0,
    rawLines: raw ? Math.max(0, Math.min(raw.to, lines - 1) - raw.from + 1) : 0,
  };
  return { taps, pixels, lines, format, isLineScan, raw: format.rawBlocks > 0 ? raw : undefined };
}

function tapOf(what: string, text: string, modules: readonly Module[]): Tap | undefined {
  if (text.trim() === "") return undefined;
  const match = /^\s*(AD|AM)(\d+)([LR])\s*,\s*([-+.\deE]+)\s*,\s*([-+]?\d+)\s*$/i.exec(text);
  const gain = Number(match?.[4]);
  if (!match || !Number.isFinite(gain)) throw new Refused(what);
  const channel = Number(match[2]);
  const perSlot = match[1]!.toUpperCase() === "AM" ? 18 : 4;
  const slot = Math.floor((channel - 1) / perSlot) + 5;
  if (!modules.some((module) => module.slot === slot && isVideo(module.type))) {
    throw new Refused(`${what}: there is no video module in slot ${slot}`);
  }
  return { channel, isReversed: match[3]!.toUpperCase() === "R", gain, offset: Number(match[5]) };
}

function rawOf(settings: Settings): RawWindow | undefined {
  const window = {
    channel: settings.integer("RAWSEL", 0, 0, 71) + 1,
    from: settings.integer("RAWSTARTLINE", 0, 0, 65535),
    to: settings.integer("RAWENDLINE", 0, 0, 65535),
    pixel: settings.integer("RAWSTARTPIXEL", 0, 0, 65535),
  };
  return settings.flag("RAWENABLE") ? window : undefined;
}
