/** Fetches a picture. */
import { type FrameInfo, readFrame } from "../../../image/frame.ts";
import type { Raster } from "../../../image/raster.ts";

/** A picture that is here. */
export interface Frame {
  readonly info: FrameInfo;
  readonly raster: Raster;
}

/**
 * Fetches a picture.
 *
 * @param url Where it is.
 * @param progress Is told what part of it is here, 0 to 1.
 * @returns The picture; undefined if there is no newer one.
 * @throws {Error} With MONITOR's words, if it has none.
 */
export async function loadFrame(
  url: string,
  progress?: (part: number) => void,
): Promise<Frame | undefined> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(await wordsOf(response));
  const length = Number(response.headers.get("content-length"));
  const bytes = progress && length > 0
    ? await received(response, length, progress)
    : new Uint8Array(await response.arrayBuffer());
  if (bytes.length === 0) return undefined;
  const { info, raster } = readFrame(bytes);
  if (info.encoding !== null) return await decoded(info, raster.bytes);
  return { info, raster };
}

/** The bytes of an answer that says beforehand how many they are. */
async function received(
  response: Response,
  length: number,
  progress: (part: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const reader = response.body!.getReader();
  let here = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, here);
    bytes.set(value, here);
    here += value.length;
    progress(here / length);
  }
}

async function wordsOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as { error: string }).error;
  } catch {
    return `MONITOR answers ${response.status} ${response.statusText}`;
  }
}

/** A picture that is encoded for the eye becomes greys of 8 bits, first row lowest. */
async function decoded(info: FrameInfo, bytes: Uint8Array): Promise<Frame> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${info.encoding}` });
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const greys = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const grey = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
      greys[(height - 1 - y) * width + x] = Math.round(grey);
    }
  }
  const form = { width, height, type: "u8", littleEndian: false, scale: 1, zero: 0, blank: null } as const;
  return { info: { ...info, ...form }, raster: { ...form, bytes: greys } };
}
