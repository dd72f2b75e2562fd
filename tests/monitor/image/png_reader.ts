/** Reads PNG files as browsers and we write them: 8 bits, no interlace. For tests. */
import { Buffer } from "node:buffer";
import { crc32, inflateSync } from "node:zlib";

/** A picture with red, green, blue and alpha of every pixel, from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 6: 4 };

/** Reads a PNG; throws if a checksum is wrong or anything is missing. */
export function readPng(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array[]>();
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const sum = crc32(bytes.subarray(at + 4, at + 8 + length));
    if (sum !== view.getUint32(at + 8 + length)) throw new Error(`checksum of ${type} is wrong`);
    chunks.set(type, [...chunks.get(type) ?? [], bytes.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  if (!chunks.has("IEND")) throw new Error("the file has no end");
  const form = chunks.get("IHDR")![0]!;
  const size = new DataView(form.buffer, form.byteOffset);
  const [width, height] = [size.getUint32(0), size.getUint32(4)];
  const channels = CHANNELS[form[9]!]!;
  const raw = unfiltered(inflateSync(Buffer.concat(chunks.get("IDAT")!)), width, height, channels);
  const [palette] = chunks.get("PLTE") ?? [];
  const alphas = chunks.get("tRNS")?.[0] ?? [];
  const rgba = new Uint8Array(4 * width * height);
  for (let n = 0; n < width * height; n++) {
    const pixel = raw.subarray(channels * n, channels * (n + 1));
    const grey = [pixel[0]!, pixel[0]!, pixel[0]!];
    const colour = palette ? palette.subarray(3 * pixel[0]!, 3 * pixel[0]! + 3) : channels < 3 ? grey : pixel;
    rgba.set([...colour.slice(0, 3), channels === 4 ? pixel[3]! : alphas[pixel[0]!] ?? 255], 4 * n);
  }
  return { width, height, rgba };
}

function unfiltered(lines: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const stride = width * channels;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const a = x >= channels ? pixels[at - channels]! : 0;
      const b = y > 0 ? pixels[at - stride]! : 0;
      const c = x >= channels && y > 0 ? pixels[at - stride - channels]! : 0;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
      pixels[at] = lines[y * (stride + 1) + 1 + x]! + guess;
    }
  }
  return pixels;
}

function paeth(a: number, b: number, c: number): number {
  const [da, db, dc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return da <= db && da <= dc ? a : db <= dc ? b : c;
}
