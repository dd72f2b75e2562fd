/** From what happens on the video inputs to frames in memory. @module */
import type { FrameBuffer, FrameMemory } from "./frame_memory.ts";
import { rawOffset } from "./frame_memory.ts";
import { type Pace, TICKS_PER_SECOND } from "./pace.ts";
import { RawCapture } from "./raw_capture.ts";
import type { Sampling } from "./sampling.ts";
import { FRAME, LINE } from "./states.ts";
import type { ImageSetup } from "./taps.ts";
import type { Video } from "./video.ts";

/** How frames are taken. */
export interface AcquisitionSetup {
  /** The image. */
  readonly image: ImageSetup;
  /** The windows. */
  readonly sampling: Sampling;
}

/** What is told of frames, each with its tick. */
export interface FrameEvents {
  /** A frame begins. */
  began(tick: number): void;
  /** A frame is complete. */
  completed(tick: number, buffer: FrameBuffer): void;
}

const NEVER = -Infinity;

/** Takes frames: pixels of all channels at once, line by line into the next buffer. */
export class Acquisition {
  /** The counter at the trigger's last edges. */
  trigger = { rise: 0, fall: 0 };
  readonly #memory: FrameMemory;
  readonly #video: Video;
  readonly #pace: Pace;
  readonly #events: FrameEvents;
  #setup: AcquisitionSetup | undefined;
  #buffer: FrameBuffer | undefined;
  #channels: number[] = [];
  /** By channel: what has come to its input and not left again, and what the pixel has of it. */
  readonly #levels = new Float64Array(80);
  readonly #signals = new Float64Array(80);
  #lines = new Map<number, Float64Array>();
  #line = 0;
  #pixel = 0;
  #began = NEVER;
  #raw: RawCapture | undefined;

  /** Takes none until it is set up. */
  constructor(memory: FrameMemory, video: Video, pace: Pace, events: FrameEvents) {
    this.#memory = memory;
    this.#video = video;
    this.#pace = pace;
    this.#events = events;
  }

  /** How it is set up. */
  get setup(): AcquisitionSetup | undefined {
    return this.#setup;
  }

  /** Sets it up anew; a frame that is not complete stays so. */
  set setup(setup: AcquisitionSetup | undefined) {
    this.#setup = setup;
    this.#buffer = undefined;
    this.#began = NEVER;
    this.#raw = undefined;
    this.#channels = [...new Set(setup?.image.taps.map(({ channel }) => channel))];
    this.#lines = new Map(
      this.#channels.map((channel) => [channel, new Float64Array(setup!.image.pixels)]),
    );
  }

  /** A step on a channel's input: electrons or volts, counted as charge is (down). */
  step(channel: number, size: number, tick: number): void {
    this.#levels[channel]! += size;
    const weight = this.#setup?.sampling.weights[tick - this.#began];
    if (weight !== undefined) this.#signals[channel]! += size * weight;
    this.#raw?.step(channel, size, tick);
  }

  /** A slope on a channel's input. */
  slope(channel: number, size: number, tick: number, ticks: number): void {
    if (ticks < 2) return this.step(channel, size, tick);
    this.#levels[channel]! += size;
    const since = tick - this.#began;
    if (since < Infinity) this.#signals[channel]! += size * this.#setup!.sampling.slope(since, ticks);
    for (let i = 0; i < ticks; i++) this.#raw?.step(channel, size / Math.ceil(ticks), tick + i);
  }

  /** A pixel begins. */
  pixel(tick: number, control: number): void {
    this.#finishPixel(tick);
    const { image } = this.#setup ?? {};
    if (!image) return;
    const goesOn = image.isLineScan && this.#buffer !== undefined;
    if ((control & FRAME) !== 0 && !goesOn) this.#beginFrame(image, tick);
    else if ((control & (goesOn ? FRAME | LINE : LINE)) !== 0) this.#beginLine(tick);
    else this.#pixel++;
    if (!this.#buffer || this.#pixel >= image.pixels) {
      this.#began = NEVER;
      return;
    }
    this.#began = tick;
    const { raw } = image;
    if (raw && this.#pixel === raw.pixel && this.#line >= raw.from && this.#line <= raw.to) {
      const place = rawOffset(image.format) + (this.#line - raw.from) * image.format.rawBlocks * 2048;
      this.#raw = new RawCapture(raw.channel, tick, this.#levels[raw.channel]!, {
        data: this.#buffer.data.subarray(place, place + image.format.rawBlocks * 2048),
      });
    }
  }

  /** Brings memory up to a tick: a pixel whose samples are all there is put into it. */
  settle(tick: number): void {
    const { sampling } = this.#setup ?? {};
    if (sampling && tick > this.#began + sampling.end) this.#finishPixel(tick);
    if (this.#raw && tick > this.#raw.end) this.#finishRaw();
  }

  #beginFrame(image: ImageSetup, tick: number): void {
    this.#buffer = this.#memory.begin(image.format, tick, {
      begin: this.#pace.timerAt(tick),
      ...this.trigger,
    });
    this.#line = this.#pixel = 0;
    this.#events.began(tick);
  }

  #beginLine(tick: number): void {
    // A line that is too short leaves the rest of its row as it was.
    if (this.#buffer && this.#pixel + 1 < this.#setup!.image.pixels) this.#finishLine(this.#pixel + 1, tick);
    this.#line++;
    this.#pixel = 0;
  }

  #finishPixel(tick: number): void {
    if (this.#began === NEVER) return;
    const { image, sampling } = this.#setup!;
    for (const channel of this.#channels) {
      this.#lines.get(channel)![this.#pixel] = this.#signals[channel]!;
      this.#signals[channel] = 0;
    }
    const end = Math.min(this.#began + sampling.end, tick);
    this.#began = NEVER;
    this.#buffer!.pixels = this.#pixel + 1;
    if (this.#pixel + 1 === image.pixels) this.#finishLine(image.pixels, end);
  }

  #finishLine(count: number, tick: number): void {
    const { image, sampling } = this.#setup!;
    const buffer = this.#buffer!;
    if (this.#raw && tick > this.#raw.end) this.#finishRaw();
    this.#video.finish(this.#lines, count, sampling, buffer.begin / TICKS_PER_SECOND);
    const store = buffer.format.bytes === 4
      ? new Uint32Array(buffer.data.buffer)
      : new Uint16Array(buffer.data.buffer);
    for (let index = 0; index < image.taps.length; index++) this.#store(store, image, index, count);
    buffer.lines = this.#line + 1;
    buffer.pixels = 0;
    if (this.#line + 1 < image.lines) return;
    if (this.#raw) this.#finishRaw();
    buffer.isComplete = true;
    this.#buffer = undefined;
    this.#events.completed(tick, buffer);
  }

  #store(store: Uint16Array | Uint32Array, image: ImageSetup, index: number, count: number): void {
    const { channel, gain, offset, isReversed } = image.taps[index]!;
    const { format: { width, height, mode }, pixels } = image;
    const stripes = width / pixels;
    const isBottom = mode === 1 || (mode === 2 && index >= stripes);
    const row = isBottom ? height - 1 - this.#line : this.#line;
    const first = row * width + index % stripes * pixels + (isReversed ? pixels - 1 : 0);
    const step = isReversed ? -1 : 1;
    const largest = store instanceof Uint16Array ? 0xffff : 0xffff_ffff;
    const values = this.#lines.get(channel)!;
    for (let i = 0, at = first; i < count; i++, at += step) {
      const value = Math.floor(values[i]! * gain + offset + 0.5);
      store[at] = value < 0 ? 0 : value > largest ? largest : value;
    }
  }

  #finishRaw(): void {
    this.#raw!.finish(this.#video);
    this.#raw = undefined;
  }
}
