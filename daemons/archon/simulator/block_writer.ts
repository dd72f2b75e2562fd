/** Long binary replies: blocks of 1024 bytes, each with the reference in front. @module */
import type { Blocks } from "./commands.ts";
import { BLOCK } from "./firmware.ts";
import type { Session } from "./session.ts";

const HEAD = 4;
const UNIT = HEAD + BLOCK;
/** Blocks that are written at once: more than a connection queues, and no more than fits a processor's cache. */
const PORTION = 256;

/** Memory for blocks, with their heads in place. */
interface Portion {
  readonly bytes: Uint8Array;
  /** What is in front of its blocks. */
  head: string;
}

/** Writes blocks to one connection no faster than the peer takes them. */
export class BlockWriter {
  readonly #session: Session;
  /** Filled in turn: a whole one is more than is queued, so the one before has left when there is room again. */
  readonly #portions = [portionOf(PORTION), portionOf(PORTION)];
  #turn = 0;

  /** Writes to a connection. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Writes the first so many blocks; resolves when the system has taken them, or the connection is over. */
  async write(head: string, blocks: Blocks, count: number): Promise<void> {
    const session = this.#session;
    for (let at = 0; at < count && !session.isOver; at += PORTION) {
      const size = Math.min(PORTION, count - at);
      const { bytes } = this.#framed(size, head);
      for (let i = 0; i < size; i++) bytes.set(blocks.block(at + i), i * UNIT + HEAD);
      if (!session.connection.write(bytes)) await session.room();
    }
  }

  /** Room for blocks. Small replies have their own: any number of them may be queued. */
  #framed(size: number, head: string): Portion {
    const portion = size < PORTION ? portionOf(size) : this.#portions[this.#turn++ % this.#portions.length]!;
    if (portion.head !== head) {
      const bytes = new TextEncoder().encode(head);
      for (let at = 0; at < portion.bytes.length; at += UNIT) portion.bytes.set(bytes, at);
      portion.head = head;
    }
    return portion;
  }
}

function portionOf(size: number): Portion {
  return { bytes: new Uint8Array(size * UNIT), head: "" };
}
