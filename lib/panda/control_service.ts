/** One client of a control port, as its server sees it. @module */
import { CommandError, PeerProtocolError } from "../errors.ts";
import type { Connection, Receiver } from "../net/mod.ts";
import { type Request, RequestReader } from "./request_reader.ts";

/** Longest reply of one line, characters. */
const REPLY_LIMIT = 255;
/** What may stand behind the first `<` of a table. */
const MARKS = /^(<\|?)?B?$/;

/** A table that a client has sent. */
export interface TableWrite {
  /** Whether it replaces the table, or is appended; after the last nothing may follow. */
  readonly mode: "replace" | "append" | "last";
  /** Whether the lines are base64, and not decimal numbers. */
  readonly isBase64: boolean;
  /** The lines. */
  readonly lines: readonly string[];
}

/**
 * What a control port gives access to. Each method may refuse with a `CommandError`, whose message is what the client
 * gets to see behind `ERR`. `client` is the same object for all requests of a connection: changes are counted per
 * connection.
 */
export interface PandaBox {
  /** Reads something: a value, or lines. */
  query(target: string, client: object): string | readonly string[];
  /** Writes something. */
  assign(target: string, value: string, client: object): void;
  /** Writes a table or a text of several lines. */
  write(target: string, table: TableWrite, client: object): void;
}

/** Answers the requests of a client, each with one reply, in their order. */
export class ControlService implements Receiver {
  readonly #connection: Connection;
  readonly #box: PandaBox;
  readonly #reader = new RequestReader();

  /** Makes one. */
  constructor(connection: Connection, box: PandaBox) {
    this.#connection = connection;
    this.#box = box;
  }

  data(chunk: Uint8Array): void {
    let replies = "";
    let isOver = false;
    try {
      this.#reader.feed(chunk, (request) => replies += this.#reply(request));
    } catch (error) {
      if (!(error instanceof PeerProtocolError)) throw error;
      isOver = true; // the real one hangs up without a word, too
    }
    this.#connection.write(replies);
    if (isOver) this.#connection.end();
  }

  #reply(request: Request): string {
    try {
      const result = this.#carryOut(request);
      if (result === undefined) return "OK\n";
      if (typeof result !== "string") return result.map((line) => `!${line}\n`).join("") + ".\n";
      return result.length + 4 > REPLY_LIMIT ? "ERR Result too long\n" : `OK =${result}\n`;
    } catch (error) {
      if (error instanceof CommandError) return `ERR ${error.message}\n`;
      throw error;
    }
  }

  #carryOut(request: Request): string | readonly string[] | void {
    switch (request.kind) {
      case "query":
        if (request.rest !== "") throw new CommandError("invalid", "Unexpected text after command");
        return this.#box.query(request.target, this);
      case "assign":
        return this.#box.assign(request.target, request.value, this);
      case "table":
        return this.#box.write(request.target, tableOf(request), this);
      case "unknown":
        throw new CommandError("invalid", "Unknown command");
    }
  }
}

function tableOf({ marks, lines }: Request & { kind: "table" }): TableWrite {
  if (!MARKS.test(marks)) throw new CommandError("invalid", "Unexpected character after input");
  const mode = marks.startsWith("<|") ? "last" : marks.startsWith("<") ? "append" : "replace";
  return { mode, isBase64: marks.endsWith("B"), lines };
}
