/** The controller's frame buffers. @module */
/** What a frame is like. */
export interface FrameFormat {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes of a pixel. */
  readonly bytes: 2 | 4;
  /** Where the taps' first lines are: 0 top, 1 bottom, 2 both. */
  readonly mode: 0 | 1 | 2;
  /** Blocks of 1024 raw samples in a line; 0 for none. */
  readonly rawBlocks: number;
  /** Lines with raw samples. */
  readonly rawLines: number;
}

/** A buffer. */
export interface FrameBuffer {
  /** Its number, from 1. */
  readonly number: number;
  /** Its address. */
  readonly base: number;
  /** What is in it. */
  format: FrameFormat;
  /** Its bytes: pixels, then raw samples, in whole blocks. */
  data: Uint8Array<ArrayBuffer>;
  /** Number of the frame. */
  frame: number;
  /** Whether all of it is there. */
  isComplete: boolean;
  /** Pixels of the line that is being read. */
  pixels: number;
  /** Lines that are there. */
  lines: number;
  /** The plant's tick of its begin. */
  begin: number;
  /** The counter at its begin, and at the last edges of the trigger before. */
  stamps: Stamps;
}

/** Readings of the counter. */
export interface Stamps {
  /** At the begin of the frame. */
  readonly begin: number;
  /** When the trigger's input rose last. */
  readonly rise: number;
  /** When it fell last. */
  readonly fall: number;
}

const BLOCK = 1024;
const EMPTY: FrameFormat = { width: 0, height: 0, bytes: 2, mode: 0, rawBlocks: 0, rawLines: 0 };
const BASES = [0xa000_0000, 0xc000_0000, 0xe000_0000];
const BIG_BASES = [0xa000_0000, 0xd000_0000];
const SIZE = 512 * 2 ** 20;
const BIG_SIZE = 768 * 2 ** 20;

/** Three buffers of 512 MB, or two of 768. */
export class FrameMemory {
  /** The buffers that are in use. */
  buffers: readonly FrameBuffer[] = [];
  /** The buffer that is locked for reading; 0 for none. */
  reading = 0;
  /** The buffer that was written to last: it stays so until the next frame begins. */
  writing = 0;
  #frames = 0;

  /** Empty. */
  constructor() {
    this.clear();
  }

  /** Forgets everything, the numbers of frames as well. */
  clear(): void {
    this.#frames = 0;
    this.reading = this.writing = 0;
    this.buffers = BASES.map(emptyBuffer);
  }

  /** Three small buffers or two big ones; what is in them is lost when that changes. */
  divide(isBig: boolean): void {
    const bases = isBig ? BIG_BASES : BASES;
    if (bases.length === this.buffers.length) return;
    this.reading = this.writing = 0;
    this.buffers = bases.map(emptyBuffer);
  }

  /** Whether a frame has room in a buffer. */
  hasRoomFor(format: FrameFormat): boolean {
    return bytesOf(format) <= (this.buffers.length === 2 ? BIG_SIZE : SIZE);
  }

  /** Begins a frame in the next buffer that is not locked. */
  begin(format: FrameFormat, tick: number, stamps: Stamps): FrameBuffer {
    const count = this.buffers.length;
    let next = this.writing % count + 1;
    if (next === this.reading) next = next % count + 1;
    const buffer = this.buffers[next - 1]!;
    const bytes = bytesOf(format);
    if (buffer.data.length !== bytes) buffer.data = new Uint8Array(bytes);
    buffer.format = format;
    buffer.frame = ++this.#frames;
    buffer.isComplete = false;
    buffer.pixels = buffer.lines = 0;
    buffer.begin = tick;
    buffer.stamps = stamps;
    this.writing = next;
    return buffer;
  }

  /** A block from an address on: the memory behind the buffers is all there, and 0 where nothing was written. */
  block(address: number): Uint8Array {
    const end = address + BLOCK;
    const whole = this.buffers.find(({ base, data }) => base <= address && end <= base + data.length);
    if (whole) return whole.data.subarray(address - whole.base, end - whole.base);
    const block = new Uint8Array(BLOCK);
    for (const { base, data } of this.buffers) {
      const from = Math.max(address, base);
      const to = Math.min(end, base + data.length);
      if (to > from) block.set(data.subarray(from - base, to - base), from - address);
    }
    return block;
  }

  /** The reply to `FRAME`. */
  reply(timer: number): string {
    const pairs = [`TIMER=${hex(timer)}`, `RBUF=${this.reading}`, `WBUF=${this.writing}`];
    for (let n = 1; n <= 3; n++) {
      const buffer = this.buffers[n - 1] ?? emptyBuffer(0, n - 1);
      const { format, stamps } = buffer;
      const values = {
        SAMPLE: format.bytes === 4 ? 1 : 0,
        COMPLETE: buffer.isComplete ? 1 : 0,
        MODE: format.mode,
        BASE: buffer.base,
        FRAME: buffer.frame,
        WIDTH: format.width,
        HEIGHT: format.height,
        PIXELS: buffer.pixels,
        LINES: buffer.lines,
        RAWBLOCKS: format.rawBlocks,
        RAWLINES: format.rawLines,
        RAWOFFSET: rawOffset(format),
        TIMESTAMP: hex(stamps.begin),
        RETIMESTAMP: hex(stamps.rise),
        FETIMESTAMP: hex(stamps.fall),
        REATIMESTAMP: hex(0),
        FEATIMESTAMP: hex(0),
        REBTIMESTAMP: hex(0),
        FEBTIMESTAMP: hex(0),
      };
      for (const [key, value] of Object.entries(values)) pairs.push(`BUF${n}${key}=${value}`);
    }
    return pairs.join(" ");
  }
}

/** Where the raw samples begin behind the pixels: at a whole block. */
export function rawOffset({ width, height, bytes }: FrameFormat): number {
  return Math.ceil(width * height * bytes / BLOCK) * BLOCK;
}

/** A number of the counter as the controller writes it. */
export function hex(counter: number): string {
  return counter.toString(16).toUpperCase().padStart(16, "0");
}

function bytesOf(format: FrameFormat): number {
  return rawOffset(format) + format.rawBlocks * format.rawLines * 2 * BLOCK;
}

function emptyBuffer(base: number, index: number): FrameBuffer {
  return {
    number: index + 1,
    base,
    format: EMPTY,
    data: new Uint8Array(0),
    frame: 0,
    isComplete: false,
    pixels: 0,
    lines: 0,
    begin: 0,
    stamps: { begin: 0, rise: 0, fall: 0 },
  };
}
