/** Long binary replies: blocks of 1024 bytes, each with the reference in front. @module */
import type { Blocks } from "./commands.ts";
import { BLOCK } from "./firmware.ts";
import type { Session } from "./session.ts";

const HEAD = 4;
const UNIT = HEAD + BLOCK;
/** Blocks that are written at once. */
const PORTION = 1024;
/** Portions that are filled in turn: the system has let go of one before its turn comes again. */
const PORTIONS = 3;

/** Writes blocks no faster than the peer takes them. */
export class BlockWriter {
  readonly #session: Session;
  readonly #head: Uint8Array;
  readonly #portions: Uint8Array[] = [];
  readonly #plain = new Uint8Array(PORTION * BLOCK);

  /** Writes to a connection, with this in front of every block. */
  constructor(session: Session, head: string) {
    this.#session = session;
    this.#head = new TextEncoder().encode(head);
  }

  /** Writes the first so many blocks; resolves when the system has taken them, or the connection is over. */
  async write(blocks: Blocks, count: number): Promise<void> {
    const session = this.#session;
    for (let at = 0, turn = 0; at < count && !session.isOver; at += PORTION, turn = (turn + 1) % PORTIONS) {
      const size = Math.min(PORTION, count - at);
      const portion = this.#portions[turn] ??= this.#framed();
      const plain = this.#plain.subarray(0, size * BLOCK);
      blocks.read(at * BLOCK, plain);
      for (let i = 0; i < size; i++) {
        portion.set(plain.subarray(i * BLOCK, (i + 1) * BLOCK), i * UNIT + HEAD);
      }
      if (!session.connection.write(portion.subarray(0, size * UNIT))) await session.room();
    }
  }

  #framed(): Uint8Array {
    const portion = new Uint8Array(PORTION * UNIT);
    for (let i = 0; i < PORTION; i++) portion.set(this.#head, i * UNIT);
    return portion;
  }
}
