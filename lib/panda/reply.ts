/** Replies of the control port. @module */
import { CommandError } from "../errors.ts";

/** What a server answered to one request. */
export class Reply {
  /** The request, without its final line end; a table has several lines. */
  readonly request: string;
  /** The lines as they came, with `!` and `.`. */
  readonly lines: readonly string[];
  readonly #who: string;

  /** Made by `ControlConnection`. */
  constructor(who: string, request: string, lines: readonly string[]) {
    this.#who = who;
    this.request = request;
    this.lines = lines;
  }

  /** Whether it is a list, which an empty one is too. */
  get isList(): boolean {
    return this.lines.at(-1) === ".";
  }

  /** Why the server refused, in its words; undefined if it did not. */
  get refusal(): string | undefined {
    const first = this.lines[0]!;
    return first.startsWith("ERR ") ? first.slice(4) : undefined;
  }

  /**
   * The value of a query.
   *
   * @throws {CommandError} `device`, if it is something else.
   */
  value(): string {
    const first = this.lines[0]!;
    if (first.startsWith("OK =")) return first.slice(4);
    throw this.unexpected("a value");
  }

  /**
   * The items of a list.
   *
   * @throws {CommandError} `device`, if it is something else.
   */
  list(): string[] {
    if (this.isList) return this.lines.slice(0, -1).map((line) => line.slice(1));
    throw this.unexpected("a list");
  }

  /**
   * Nothing but success.
   *
   * @throws {CommandError} `device`, if it is something else.
   */
  done(): void {
    if (this.lines[0] !== "OK") throw this.unexpected("OK");
  }

  /** The error for a reply that is not what was expected, or does not make sense. */
  unexpected(expected: string): Error {
    const [asked, ...more] = this.request.split("\n");
    const request = JSON.stringify(more.length > 0 ? `${asked} …` : asked);
    if (this.refusal !== undefined) {
      return new CommandError("device", `${this.#who} refused ${request}: ${this.refusal}`);
    }
    const got = this.lines.slice(0, 3).map((line) => JSON.stringify(line)).join(", ");
    return new CommandError("device", `${this.#who} answered ${request} with ${got}, expected ${expected}`);
  }
}
