/**
 * Records that wait to be written, framed one behind the other in blocks of memory: thousands a second would otherwise be
 * as many small pieces of memory, and cost more than they say.
 * @module
 */
import { HEADER_BYTES, seal } from "./frame.ts";

/** Bytes of a block, unless a record needs more. */
const SIZE = 64 * 2 ** 10;
/** Most bytes that a character of a text becomes. */
const LONGEST = 3;

const encoder = new TextEncoder();

/** A stretch of memory with records. */
export interface Block {
  /** The memory. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** How much of it is used. */
  used: number;
  /** How many values its records have. */
  values: number;
}

/** A queue of records. */
export class Blocks {
  #blocks: Block[] = [];
  #spare: Block | undefined;

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#blocks.length === 0;
  }

  /**
   * Adds a record, unless it is too long.
   *
   * @param payload What it says, at most `MAX_PAYLOAD` bytes; a text should be short, for it may become thrice as many bytes.
   * @param values How many values it has.
   * @param room How many bytes it may take.
   * @returns The bytes it takes; 0 if it takes more than it may, and was not added.
   */
  add(payload: Uint8Array | string, values: number, room: number): number {
    const isText = typeof payload === "string";
    const block = this.#blockFor(HEADER_BYTES + (isText ? LONGEST : 1) * payload.length);
    const free = block.memory.subarray(block.used + HEADER_BYTES);
    const length = isText ? encoder.encodeInto(payload, free).written : payload.length;
    if (!isText) free.set(payload);
    const taken = HEADER_BYTES + length;
    if (taken > room) return 0;
    seal(block.memory, block.used, length);
    block.used += taken;
    block.values += values;
    if (this.#blocks.at(-1) !== block) this.#blocks.push(block);
    return taken;
  }

  /** Takes all records out. */
  take(): Block[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks;
  }

  /** Puts what was taken back before what has come since. */
  putBack(blocks: readonly Block[]): void {
    this.#blocks = [...blocks, ...this.#blocks];
  }

  /** Gets back memory of records that are written. */
  reuse([block]: readonly Block[]): void {
    if (block?.memory.length === SIZE) this.#spare = { memory: block.memory, used: 0, values: 0 };
  }

  /** The last block if it has room, else one that is not in the queue yet. */
  #blockFor(bytes: number): Block {
    const last = this.#blocks.at(-1);
    if (last && last.memory.length - last.used >= bytes) return last;
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare && bytes <= SIZE) return spare;
    return { memory: new Uint8Array(Math.max(bytes, SIZE)), used: 0, values: 0 };
  }
}

/** The records of a block. */
export function bytesOf({ memory, used }: Block): Uint8Array<ArrayBuffer> {
  return memory.subarray(0, used);
}
