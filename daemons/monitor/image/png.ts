/** PNG files, written a row at a time so that a large picture is never held. @module */
import { crc32, createDeflate, deflateSync } from "node:zlib";

const SIGNATURE = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What a picture of one byte per pixel is. */
export interface PngForm {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Red, green, blue for each byte; without it a byte is a grey. */
  readonly palette?: Uint8Array;
  /** Byte of the pixels that are transparent; only with a palette. */
  readonly transparent?: number;
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let n = 0; n < 4; n++) bytes[4 + n] = type.charCodeAt(n);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function head({ width, height, palette, transparent }: PngForm): Uint8Array<ArrayBuffer>[] {
  const form = new Uint8Array(13);
  const view = new DataView(form.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  form.set([8, palette ? 3 : 0, 0, 0, 0], 8);
  const parts = [SIGNATURE, chunk("IHDR", form)];
  if (palette) parts.push(chunk("PLTE", palette));
  if (palette && transparent !== undefined) {
    const alpha = new Uint8Array(transparent + 1).fill(255);
    alpha[transparent] = 0;
    parts.push(chunk("tRNS", alpha));
  }
  return parts;
}

/**
 * Writes a small picture.
 *
 * @param form Its size and colours.
 * @param pixels One byte each, row by row from the top.
 * @returns The file's bytes.
 */
export function encodePng(form: PngForm, pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const { width, height } = form;
  const lines = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const parts = [...head(form), chunk("IDAT", deflateSync(lines)), chunk("IEND", new Uint8Array())];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Writes a picture while its rows come.
 *
 * @param form Its size and colours.
 * @param rows Strips of whole rows from the top, one byte per pixel.
 * @returns The file, in pieces.
 */
export async function* streamPng(
  form: PngForm,
  rows: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* head(form);
  const deflate = createDeflate({ level: 3 });
  const filling = fill(deflate, form.width, rows);
  try {
    for await (const piece of deflate) yield chunk("IDAT", piece);
    await filling;
  } finally {
    deflate.destroy();
  }
  yield chunk("IEND", new Uint8Array());
}

async function fill(
  deflate: ReturnType<typeof createDeflate>,
  width: number,
  rows: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    for await (const strip of rows) {
      const count = strip.length / width;
      const lines = new Uint8Array((width + 1) * count);
      for (let row = 0; row < count; row++) {
        lines.set(strip.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
      }
      if (!deflate.write(lines)) await new Promise((resume) => deflate.once("drain", resume));
      if (deflate.destroyed) return;
    }
    deflate.end();
  } catch (error) {
    deflate.destroy(error as Error);
  }
}
