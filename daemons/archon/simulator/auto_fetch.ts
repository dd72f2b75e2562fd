/** Frames that are sent without being asked for. @module */
import type { FrameBuffer } from "./frame_memory.ts";

/** A frame as it is sent: a head of 36 characters, then the pixels, without blocks. */
export function autoFetched({ format, frame, stamps, data }: FrameBuffer): Uint8Array {
  const { width, height, bytes } = format;
  const digits = (value: number, count: number) => value.toString(16).toUpperCase().padStart(count, "0");
  const numbers = [digits(frame, 8), digits(width, 4), digits(height, 4), digits(stamps.begin, 16)];
  const head = new TextEncoder().encode(`<QF${bytes === 4 ? 1 : 0}${numbers.join("")}`);
  const size = width * height * bytes;
  const all = new Uint8Array(head.length + size);
  all.set(head);
  all.set(data.subarray(0, size), head.length);
  return all;
}
