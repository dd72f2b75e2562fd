/** Commands of the control port: what is asked, and what is made of the replies. @module */
import { LocalProtocolError } from "../errors.ts";
import type { Reply } from "./reply.ts";

/** Longest line a server takes; at a longer one it hangs up without a word. */
const LINE_LIMIT = 1022;

const encoder = new TextEncoder();

/**
 * A conversation: it yields requests that are sent in one write, and is resumed with their replies, in the same order. A
 * request is one line, or for a table several and an empty one; without the last line end.
 */
export type Exchanges<T> = Generator<readonly string[], T, readonly Reply[]>;

/** Major and minor version of a server's software. */
export interface ServerVersion {
  /** Before the dot. */
  readonly major: number;
  /** Behind it. */
  readonly minor: number;
}

/** Something to be asked of a PandA; made by the functions named after what they do. */
export interface Command<T> {
  /** For messages: `"Arm"`, `"Put PULSE1.WIDTH"`. */
  readonly name: string;
  /**
   * Begins the conversation.
   *
   * @param version What the server is, if it was asked.
   */
  run(version: ServerVersion | undefined): Exchanges<T>;
}

/**
 * Makes a command of a conversation.
 *
 * @param name For messages.
 * @param run The conversation.
 */
export function command<T>(name: string, run: Command<T>["run"]): Command<T> {
  return { name, run };
}

/**
 * Has several conversations at once: the requests of each round are sent in one write.
 *
 * @param conversations The conversations; none is resumed after one has failed.
 * @returns Their results, in order.
 */
export function* together<T>(conversations: readonly Exchanges<T>[]): Exchanges<T[]> {
  const states = conversations.map((conversation) => ({ conversation, step: conversation.next() }));
  for (;;) {
    const open = states.filter(({ step }) => !step.done);
    if (open.length === 0) return states.map(({ step }) => step.value as T);
    const replies = yield open.flatMap(({ step }) => step.value as readonly string[]);
    let at = 0;
    for (const state of open) {
      const { length } = state.step.value as readonly string[];
      state.step = state.conversation.next(replies.slice(at, at += length));
    }
  }
}

/** One request and its reply. */
export function* ask(request: string): Exchanges<Reply> {
  const [reply] = yield [request];
  return reply!;
}

/**
 * A request that writes a table.
 *
 * @param head The target and the marks behind it: `"SEQ1.TABLE<B"`.
 * @param lines The lines.
 * @throws {LocalProtocolError} If a line is empty, which would end the table before its end.
 */
export function tableRequest(head: string, lines: readonly string[]): string {
  const empty = lines.findIndex((line) => line === "");
  if (empty < 0) return [head, ...lines, ""].join("\n");
  throw new LocalProtocolError(`Cannot send ${head}: line ${empty + 1} of the table is empty`);
}

/**
 * Checks a request.
 *
 * @throws {LocalProtocolError} If it has a line break where none belongs, or a line that is too long.
 */
export function checkRequest(request: string): void {
  if (3 * request.length <= LINE_LIMIT && !request.includes("\n") && !request.includes("<")) return;
  const lines = request.split("\n");
  const problem = lineBreakProblem(lines) ?? lengthProblem(lines);
  if (!problem) return;
  throw new LocalProtocolError(`Cannot send ${JSON.stringify(lines[0]!.slice(0, 80))}: ${problem}`);
}

function lineBreakProblem(lines: readonly string[]): string | undefined {
  if (!isTableHead(lines[0]!)) {
    return lines.length > 1 ? "a line break would begin another command" : undefined;
  }
  return lines.indexOf("") === lines.length - 1 ? undefined : "a table ends with its first empty line";
}

function lengthProblem(lines: readonly string[]): string | undefined {
  const isLong = (line: string) => 3 * line.length > LINE_LIMIT && encoder.encode(line).length > LINE_LIMIT;
  return lines.some(isLong) ? `a line has more than ${LINE_LIMIT} bytes` : undefined;
}

/** Whether a line begins a table: its first mark is `<`. */
export function isTableHead(line: string): boolean {
  return /^[^?=<]*</.test(line);
}

/**
 * Puts lines together to requests: a table with all its lines, and everything else by itself. Empty lines between
 * requests are passed over.
 *
 * @throws {LocalProtocolError} If the last table has no end.
 */
export function requestsOf(lines: readonly string[]): string[] {
  const requests: string[] = [];
  let table: string[] | undefined;
  for (const line of lines) {
    if (table) {
      table.push(line);
      if (line !== "") continue;
      requests.push(table.join("\n"));
      table = undefined;
    } else if (isTableHead(line)) {
      table = [line];
    } else if (line !== "") {
      requests.push(line);
    }
  }
  if (table) throw new LocalProtocolError(`Cannot send ${table[0]}: the table is not ended by an empty line`);
  return requests;
}
