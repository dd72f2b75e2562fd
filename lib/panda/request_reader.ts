/** The control port on the wire, from the server's side: bytes in, requests out. @module */
import { PeerProtocolError } from "../errors.ts";

/** Longest line, bytes: at a longer one a server hangs up. */
const LINE_LIMIT = 1022;

/** What a client wants. */
export type Request =
  /** To read something; `rest` is what stands behind the question mark, where nothing may. */
  | { readonly kind: "query"; readonly target: string; readonly rest: string }
  /** To write a value. */
  | { readonly kind: "assign"; readonly target: string; readonly value: string }
  /** To write lines; `marks` is what stands behind the first `<`: of `<`, `|` and `B`. */
  | {
    readonly kind: "table";
    readonly target: string;
    readonly marks: string;
    readonly lines: readonly string[];
  }
  /** Something that is none of these. */
  | { readonly kind: "unknown"; readonly line: string };

/** Reads requests however they are cut; a table counts as one, when its empty line has come. */
export class RequestReader {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #partial: Uint8Array = new Uint8Array(0);
  #table: string[] | undefined;

  /**
   * Reads on.
   *
   * @param chunk The next bytes.
   * @param handle Gets every request, in order.
   * @throws {PeerProtocolError} If a line is longer than 1022 bytes; requests before it were handed out.
   */
  feed(chunk: Uint8Array, handle: (request: Request) => void): void {
    let bytes = chunk;
    if (this.#partial.length > 0) {
      bytes = new Uint8Array(this.#partial.length + chunk.length);
      bytes.set(this.#partial);
      bytes.set(chunk, this.#partial.length);
    }
    let at = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
      this.#check(end - at);
      this.#take(this.#decoder.decode(bytes.subarray(at, end)), handle);
      at = end + 1;
    }
    this.#check(bytes.length - at);
    this.#partial = bytes.slice(at);
  }

  #check(length: number): void {
    if (length > LINE_LIMIT) throw new PeerProtocolError(`A line has more than ${LINE_LIMIT} bytes`);
  }

  #take(line: string, handle: (request: Request) => void): void {
    if (this.#table && line !== "") {
      this.#table.push(line);
    } else if (this.#table) {
      const [head, ...lines] = this.#table;
      const mark = head!.indexOf("<");
      this.#table = undefined;
      handle({ kind: "table", target: head!.slice(0, mark), marks: head!.slice(mark + 1), lines });
    } else if (line[line.search(/[?=<]/)] === "<") {
      this.#table = [line];
    } else {
      handle(requestOf(line));
    }
  }
}

function requestOf(line: string): Request {
  const mark = line.search(/[?=]/);
  if (mark < 0) return { kind: "unknown", line };
  const target = line.slice(0, mark);
  const rest = line.slice(mark + 1);
  return line[mark] === "=" ? { kind: "assign", target, value: rest } : { kind: "query", target, rest };
}
