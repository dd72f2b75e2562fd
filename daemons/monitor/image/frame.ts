/** A picture on its way to the browser: what is known of it, then its pixels as they are. @module */
import { type Area, type Raster, type RasterForm, SAMPLE_BYTES, type SampleType } from "./raster.ts";

/** A card of a header, in words: keyword, value, comment. */
export type CardRow = readonly [keyword: string, value: string, comment: string];

/** Where a pixel column or row of the picture is on the detector: `from` for the first, then `step` for each. */
export interface Axis {
  /** The detector's column or row, counted from 1. */
  readonly from: number;
  /** 1, or -1 where it is read out the other way; more where pixels are binned. */
  readonly step: number;
}

/** A part of the picture that came through one amplifier. */
export interface Amplifier {
  /** Its name. */
  readonly name: string;
  /** All of its pixels. */
  readonly area: Area;
  /** Those that see light. */
  readonly data: Area | null;
  /** Its overscan. */
  readonly bias: Area | null;
  /** Where the pixels of `data` are on the detector. */
  readonly ccd: { readonly x: Axis; readonly y: Axis } | null;
  /** Electrons per unit, where the header says it. */
  readonly gain: number | null;
  /** Noise of the readout in electrons, where the header says it. */
  readonly readNoise: number | null;
}

/** What is known of a picture; its size is that of the whole picture. */
export interface FrameInfo extends RasterForm {
  /** Of so many columns and rows one is here: 1 for all of them. */
  readonly every: number;
  /** Short: `camera 1204`. */
  readonly title: string;
  /** What it is: `flat, 4.0 s`. */
  readonly detail: string;
  /** When it was taken, unix seconds, where known. */
  readonly time: number | null;
  /** Its number in its feed; 0 where it has none. */
  readonly number: number;
  /** What one unit of a value is: `DN`. */
  readonly unit: string;
  /** The amplifiers; none where the header does not tell. */
  readonly amplifiers: readonly Amplifier[];
  /** Its header. */
  readonly cards: readonly CardRow[];
  /** How the pixels are encoded, where they are not simply there: `jpeg`. */
  readonly encoding: string | null;
}

/** What the viewer's script is told. */
export interface ViewerData {
  /** Where the picture is. */
  readonly frame: string;
  /** Where every so many-th of its pixels is, to be shown while the others are on their way. */
  readonly early?: string;
  /** Whether it is a feed: the newest of many pictures. */
  readonly feed: boolean;
  /** How its pixels are stored, where that is known beforehand. */
  readonly type?: SampleType;
}

/** Pixels begin at a multiple of this, so that the browser can take them as numbers. */
const ALIGNED = 8;

/** The bytes that go before the pixels. */
export function frameHead(info: FrameInfo): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(info));
  const head = new Uint8Array(Math.ceil((4 + text.length) / ALIGNED) * ALIGNED).fill(0x20);
  new DataView(head.buffer).setUint32(0, head.length - 4, true);
  head.set(text, 4);
  return head;
}

/**
 * Reads a picture.
 *
 * @param bytes What {@linkcode frameHead} gave, and the pixels.
 * @returns What is known of it, and its pixels: a view of `bytes`.
 * @throws {RangeError} If there are fewer bytes than there should be.
 */
export function readFrame(bytes: Uint8Array<ArrayBuffer>): { info: FrameInfo; raster: Raster } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes.length < 4 ? Infinity : 4 + view.getUint32(0, true);
  if (bytes.length < start) throw new RangeError("the picture is cut off in what is said of it");
  const info: FrameInfo = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const { type, littleEndian, scale, zero, blank, every } = info;
  const [width, height] = [Math.ceil(info.width / every), Math.ceil(info.height / every)];
  const pixels = bytes.subarray(start);
  if (info.encoding === null && pixels.length < width * height * SAMPLE_BYTES[type]) {
    throw new RangeError("the picture is cut off in its pixels");
  }
  return { info, raster: { width, height, type, littleEndian, scale, zero, blank, bytes: pixels } };
}

/** The amplifier that a pixel came through. */
export function amplifierAt(
  { amplifiers }: Pick<FrameInfo, "amplifiers">,
  x: number,
  y: number,
): Amplifier | undefined {
  return amplifiers.find(({ area }) => contains(area, x, y));
}

/** Where a pixel is on the detector, counted from 1; undefined where it is not on it or nobody knows. */
export function detectorPlace(
  { data, ccd }: Amplifier,
  x: number,
  y: number,
): { readonly x: number; readonly y: number } | undefined {
  if (!data || !ccd || !contains(data, x, y)) return undefined;
  return { x: ccd.x.from + (x - data.x) * ccd.x.step, y: ccd.y.from + (y - data.y) * ccd.y.step };
}

/** Whether a pixel is in an area. */
export function contains(area: Area, x: number, y: number): boolean {
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}
