/** Samples of a video channel as the converter takes them, 100 million a second. @module */
import { response } from "./sampling.ts";
import type { Video } from "./video.ts";

/** How long a step is still seen settling, ticks. */
const SETTLED = 60;

/** Records what happens on a channel and makes the samples of it. */
export class RawCapture {
  /** The tick of the last sample. */
  readonly end: number;
  readonly #channel: number;
  readonly #begin: number;
  readonly #level: number;
  readonly #data: Uint8Array;
  readonly #steps: { readonly at: number; readonly size: number }[] = [];

  /**
   * Begins.
   *
   * @param channel The video channel, from 1.
   * @param begin The tick of the first sample.
   * @param level What is on the input.
   * @param into Where the samples go, little-endian.
   */
  constructor(channel: number, begin: number, level: number, into: { data: Uint8Array }) {
    this.#channel = channel;
    this.#begin = begin;
    this.#level = level;
    this.#data = into.data;
    this.end = begin + into.data.length / 2 - 1;
  }

  /** A step on an input. */
  step(channel: number, size: number, tick: number): void {
    if (channel === this.#channel && tick <= this.end) this.#steps.push({ at: tick - this.#begin, size });
  }

  /** Makes the samples. */
  finish(video: Video): void {
    const units = video.unitsPer(this.#channel);
    const top = video.baseline(this.#channel);
    const count = this.#data.length / 2;
    const levels = new Float64Array(count).fill(this.#level);
    for (const { at, size } of this.#steps) {
      for (let i = at; i < count; i++) levels[i]! += size * (i - at < SETTLED ? response(i - at) : 1);
    }
    const view = new DataView(this.#data.buffer, this.#data.byteOffset, this.#data.length);
    for (let i = 0; i < count; i++) {
      const value = Math.round(top - levels[i]! * units + video.sampleNoise(this.#channel));
      view.setUint16(2 * i, Math.min(Math.max(value, 0), 65535), true);
    }
  }
}
