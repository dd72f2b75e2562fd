/** The control port on the wire: commands out, results in. @module */
import { PeerProtocolError } from "../errors.ts";
import { joinBytes } from "../net/mod.ts";
import { checkRequest, type Command, type Exchanges, type ServerVersion } from "./command.ts";
import { Reply } from "./reply.ts";

const NEWLINE = 10;
/** Up to so many bytes are quicker put together here than asked for. */
const SHORT = 24;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // not fatal: units may be cut within a character

/** Longest reply, characters. */
const REPLY_LIMIT = 64 * 1024 * 1024;

/** What became of a command. */
export type Outcome<T> =
  /** It was carried out. */
  | { readonly value: T }
  /** It failed. */
  | { readonly error: unknown };

/** A command on its way. */
export interface Sent {
  /** What is to be sent. */
  readonly text: string;
  /** Nobody waits for it any more: what it has asked is still awaited, but it will not ask more, nor be settled. */
  abandon(): void;
}

/** A conversation and what it waits for. */
class Run implements Sent {
  readonly exchanges: Exchanges<unknown>;
  readonly settle: (outcome: Outcome<unknown>) => void;
  text = "";
  replies: Reply[] = [];
  isAbandoned = false;

  constructor(exchanges: Exchanges<unknown>, settle: (outcome: Outcome<unknown>) => void) {
    this.exchanges = exchanges;
    this.settle = settle;
  }

  abandon(): void {
    this.isAbandoned = true;
  }
}

interface Awaited {
  readonly request: string;
  readonly run: Run;
  readonly isLast: boolean;
}

/**
 * Matches replies to requests by their order, as the protocol has no other means: whatever is sent has to be awaited.
 *
 * @example A command of one question
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const control = new ControlConnection("panda");
 * const width = {
 *   name: "Width",
 *   *run() {
 *     const [reply] = yield ["PULSE1.WIDTH?"];
 *     return Number(reply!.value());
 *   },
 * } satisfies Parameters<ControlConnection["send"]>[0];
 * let outcome: unknown;
 * assertEquals(control.send(width, (what) => outcome = what).text, "PULSE1.WIDTH?\n");
 * control.feed(new TextEncoder().encode("OK =1.5\n"));
 * assertEquals(outcome, { value: 1.5 });
 * ```
 */
export class ControlConnection {
  /** What the server is, where that is known; some commands need a certain version. */
  version: ServerVersion | undefined;
  readonly #who: string;
  #awaited: Awaited[] = [];
  #next = 0;
  /** The line that is not whole yet. */
  #partial: Uint8Array[] = [];
  #partialLength = 0;
  #list: string[] = [];
  #listLength = 0;
  #failure: unknown;

  /**
   * Makes one on which nothing was sent.
   *
   * @param who Names the PandA in messages: `"panda (10.0.0.7:8888)"`.
   */
  constructor(who: string) {
    this.#who = who;
  }

  /** Why no command can be sent any more; undefined while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  /** How many replies are awaited. */
  get pending(): number {
    return this.#awaited.length - this.#next;
  }

  /**
   * Begins a command; any number may be on their way.
   *
   * @param command The command.
   * @param settle Is told once what became of it; it must not throw.
   * @returns What is to be sent. It is empty if the command is settled already, because it asks nothing or cannot be.
   */
  send<T>(command: Command<T>, settle: (outcome: Outcome<T>) => void): Sent {
    if (this.#failure !== undefined) {
      settle({ error: this.#failure });
      return { text: "", abandon: () => {} };
    }
    const run = new Run(command.run(this.version), settle as Run["settle"]);
    run.text = this.#resume(run);
    return run;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes, cut anywhere.
   * @returns What is to be sent in turn, in one write; often nothing.
   * @throws {PeerProtocolError} If they are no replies, or replies to nothing; all commands fail with it.
   */
  feed(chunk: Uint8Array): string {
    if (this.#failure !== undefined) throw this.#failure;
    const lines = this.#lines(chunk);
    let text = "";
    try {
      for (const line of lines) text += this.#take(line);
      if (this.#partialLength + this.#listLength > REPLY_LIMIT) {
        throw this.#wrong(`a reply of more than ${REPLY_LIMIT} characters`);
      }
    } catch (error) {
      this.fail(error);
      throw error;
    }
    return text;
  }

  /** Says that no more bytes come; all commands on their way fail with the error. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const open = new Set(this.#awaited.slice(this.#next).map(({ run }) => run));
    this.#awaited = [];
    this.#next = 0;
    for (const run of open) this.#settle(run, { error });
  }

  /** The lines that are whole now; the rest is kept. */
  #lines(chunk: Uint8Array): string[] {
    const end = chunk.lastIndexOf(NEWLINE);
    let lines: string[] = [];
    if (end >= 0) {
      this.#partial.push(chunk.subarray(0, end));
      lines = textOf(joinBytes(this.#partial)).split("\n");
      this.#partial = [];
      this.#partialLength = 0;
    }
    if (end + 1 < chunk.length) {
      const rest = chunk.slice(end + 1);
      this.#partial.push(rest);
      this.#partialLength += rest.length;
    }
    return lines;
  }

  #take(line: string): string {
    const isWithin = this.#list.length > 0;
    if (line === ".") {
      const lines = [...this.#list, line];
      this.#list = [];
      this.#listLength = 0;
      return this.#answer(lines);
    }
    if (line.startsWith("!")) {
      this.#list.push(line);
      this.#listLength += line.length;
      return "";
    }
    if (isWithin) {
      throw this.#wrong(`${JSON.stringify(line.slice(0, 80))} within a list, expected "!…" or "."`);
    }
    return this.#answer([line]);
  }

  #answer(lines: readonly string[]): string {
    const awaited = this.#awaited[this.#next++];
    if (!awaited) throw this.#wrong(`${JSON.stringify(lines[0]!.slice(0, 80))}, but nothing was asked`);
    if (this.#next === this.#awaited.length || this.#next > 1024) {
      this.#awaited = this.#awaited.slice(this.#next);
      this.#next = 0;
    }
    const { run, request, isLast } = awaited;
    run.replies.push(new Reply(this.#who, request, lines));
    return isLast && !run.isAbandoned ? this.#resume(run) : "";
  }

  /** Goes on with a conversation until it asks something or is over. */
  #resume(run: Run): string {
    try {
      for (;;) {
        const replies = run.replies;
        run.replies = [];
        const step = run.exchanges.next(replies);
        if (step.done) {
          this.#settle(run, { value: step.value });
          return "";
        }
        if (step.value.length > 0) return this.#ask(step.value, run);
      }
    } catch (error) {
      this.#settle(run, { error });
      return "";
    }
  }

  #ask(requests: readonly string[], run: Run): string {
    for (const request of requests) checkRequest(request);
    const last = requests.length - 1;
    let text = "";
    for (let place = 0; place <= last; place++) {
      const request = requests[place]!;
      this.#awaited.push({ request, run, isLast: place === last });
      text += request + "\n";
    }
    return text;
  }

  #settle(run: Run, outcome: Outcome<unknown>): void {
    if (!run.isAbandoned) run.settle(outcome);
  }

  #wrong(what: string): PeerProtocolError {
    return new PeerProtocolError(`${this.#who} sent ${what}`);
  }
}

/** Bytes as text. Most replies are `OK`, for which a decoder takes longer than for everything else about them. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return decoder.decode(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte > 127) return decoder.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
