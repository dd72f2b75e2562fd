/** One connection to the controller. @module */
import type { Connection } from "../../../lib/net/connection.ts";
import { BlockWriter } from "./block_writer.ts";

/** Longer lines are cut, and so are no requests. */
const LONGEST = 8192;

/** A connection: lines in, and room for what goes out. */
export class Session {
  /** The connection. */
  readonly connection: Connection;
  /** Writes long replies. */
  readonly blocks: BlockWriter = new BlockWriter(this);
  /** Whether it has ended. */
  isOver = false;
  #wake = () => {};

  /**
   * Receives lines.
   *
   * @param connection The connection.
   * @param receive Takes the lines of one chunk, without terminators.
   */
  constructor(connection: Connection, receive: (lines: readonly string[]) => void) {
    this.connection = connection;
    const decoder = new TextDecoder("latin1");
    let rest = "";
    connection.receive({
      data(chunk) {
        const lines = (rest + decoder.decode(chunk)).split("\n");
        rest = lines.pop()!.slice(0, LONGEST);
        receive(lines);
      },
      drained: () => this.#wake(),
      closed: () => {
        this.isOver = true;
        this.#wake();
      },
    });
  }

  /** Resolves when what was written has left, or the connection has ended. */
  room(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }
}
