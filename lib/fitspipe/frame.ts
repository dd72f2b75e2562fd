/** Frames between bytes and numbers. @module */
import { LocalProtocolError } from "../errors.ts";
import {
  decodeImage,
  encodeFits,
  FitsError,
  type Header,
  type ImageInput,
  parseDate,
  parseFits,
  parseHeader,
  type StoredHdu,
} from "../fits/mod.ts";
import type { Frame } from "../link/link.ts";
import type { FrameInfo } from "./codec.ts";
import type { IncomingFrame } from "./stored_frame.ts";

/** The bytes of a frame that came, and what its first 40 said. */
export interface ReceivedFrame extends FrameInfo {
  /** Its header, if it was asked for. */
  readonly header: Uint8Array | undefined;
  /** Its pixels, big-endian. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Makes a frame of an image.
 *
 * @param image The image: 16 bits, two axes.
 * @throws {FitsError} If it makes no HDU.
 * @throws {LocalProtocolError} If it is of another kind.
 */
export function frameOf(image: ImageInput): IncomingFrame {
  const { compress: _, ...plain } = image;
  const [hdu] = parseFits(encodeFits([plain], { checksum: false }));
  const { bitpix, shape, data, dataOffset } = hdu!;
  const [width = 0, height = 0] = shape;
  if (bitpix !== 16 || shape.length !== 2) {
    throw new LocalProtocolError(
      `fitspipe takes 16 bits and two axes, not BITPIX ${bitpix} and ${shape.length} axes`,
    );
  }
  const whole = new Uint8Array(data.buffer as ArrayBuffer);
  return {
    width,
    height,
    header: whole.subarray(0, dataOffset),
    data: whole.subarray(dataOffset, dataOffset + data.length),
  };
}

/**
 * Understands a frame.
 *
 * @param feed Its feed.
 * @param received Its bytes; they are turned into pixels where they are.
 * @param now When it came, unix seconds.
 * @throws {FitsError} If its header is none.
 */
export function readFrame(feed: string, received: ReceivedFrame, now: number): Frame {
  const { number, width, height, data } = received;
  const header = parseHeader(received.header ?? new TextEncoder().encode("END".padEnd(80)));
  const hdu: StoredHdu = {
    index: 0,
    kind: "image",
    header,
    version: 1,
    bitpix: 16,
    shape: [width, height],
    offset: 0,
    dataOffset: received.header?.length ?? 0,
    dataBytes: data.length,
    data,
  };
  const { pixels } = decodeImage(hdu, { inPlace: true });
  return { feed, number, time: takenAt(header) ?? now, width, height, pixels, header };
}

/** When the header says that it was taken; undefined if it says nothing that can be understood. */
function takenAt(header: Header): number | undefined {
  const date = header.get("DATE-OBS");
  if (typeof date !== "string") return undefined;
  try {
    return parseDate(date);
  } catch (error) {
    if (error instanceof FitsError) return undefined;
    throw error;
  }
}
