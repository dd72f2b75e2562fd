/** Small pictures for tests. */
import type { Raster, SampleType } from "../../../daemons/monitor/image/raster.ts";

/** Pseudo-random numbers from 0 to 1 (Park and Miller), the same in every language. */
export function* park(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = (state * 16807) % 2147483647;
    yield state / 2147483647;
  }
}

const WRITE = {
  u8: (view: DataView, at: number, value: number) => view.setUint8(at, value),
  i16: (view: DataView, at: number, value: number, little: boolean) => view.setInt16(2 * at, value, little),
  u16: (view: DataView, at: number, value: number, little: boolean) => view.setUint16(2 * at, value, little),
  i32: (view: DataView, at: number, value: number, little: boolean) => view.setInt32(4 * at, value, little),
  u32: (view: DataView, at: number, value: number, little: boolean) => view.setUint32(4 * at, value, little),
  f32: (view: DataView, at: number, value: number, little: boolean) => view.setFloat32(4 * at, value, little),
  f64: (view: DataView, at: number, value: number, little: boolean) => view.setFloat64(8 * at, value, little),
} as const;

/** A picture whose stored pixels are given. */
export function rasterOf(
  width: number,
  stored: readonly number[],
  more: Partial<Raster> & { type: SampleType },
): Raster {
  const { type, littleEndian = false } = more;
  const bytes = new Uint8Array(stored.length * 8);
  const view = new DataView(bytes.buffer);
  stored.forEach((value, at) => WRITE[type](view, at, value, littleEndian));
  return {
    width,
    height: stored.length / width,
    littleEndian,
    scale: 1,
    zero: 0,
    blank: null,
    bytes,
    ...more,
  };
}
