/** Talking to a Cryo-con: questions and replies that cannot be taken for one another. @module */
import type { Connection } from "../../lib/net/mod.ts";
import type { Hardware } from "../../lib/daemon/binding.ts";
import { CommandError } from "../../lib/errors.ts";
import { AskAnswer, type AskAnswerOptions } from "../../lib/instrument/ask_answer.ts";

/** A harmless query, added to a question where its reply would be as long as the one before, or there would be none. */
const SPARE = ":cont?";

/**
 * How many fields a Cryo-con replies to a line: one for each query, or for each input that the query names.
 *
 * @param line The line.
 */
export function fieldsOf(line: string): number {
  return line.split(";").filter((command) => command.includes("?"))
    .reduce((sum, command) => sum + command.split(",").length, 0);
}

/** Whether a reply says that something was not understood or not allowed. */
export function saysNak(reply: string): boolean {
  return reply.split(";").some((field) => field.trim() === "NAK");
}

/**
 * Refuses a reply that says `NAK`.
 *
 * @throws {CommandError} `device`.
 */
export function refuseNak(reply: string): void {
  if (saysNak(reply)) {
    throw new CommandError("device", `The Cryo-con refused it: it answered "${reply.trim()}"`);
  }
}

/**
 * A Cryo-con's replies carry nothing that says which question they belong to. Here no two questions in a row have replies
 * of the same number of fields, so that a reply that came twice, or was lost, is noticed at once.
 */
export class CryoconWire implements Hardware {
  readonly lost: Promise<Error | undefined>;
  readonly #line: AskAnswer;
  #lastFields = 0;

  /** Takes over a connection. */
  constructor(connection: Connection, options: Omit<AskAnswerOptions, "fits">) {
    this.#line = new AskAnswer(connection, {
      ...options,
      fits: (question, reply) => saysNak(reply) || reply.split(";").length === fieldsOf(question),
    });
    this.lost = this.#line.lost;
  }

  /** How many lines have been sent so far. */
  get sent(): number {
    return this.#line.sent;
  }

  /** Sends a line; one without a query is answered by an empty reply once it was carried out. */
  async ask(line: string, options: Parameters<AskAnswer["ask"]>[1] = {}): Promise<string> {
    const fields = fieldsOf(line);
    const isPadded = fields === 0 || fields === this.#lastFields;
    this.#lastFields = isPadded ? fields + 1 : fields;
    const reply = await this.#line.ask(isPadded ? `${line.replace(/;\s*$/, "")};${SPARE}` : line, options);
    return isPadded && !saysNak(reply) ? reply.slice(0, Math.max(reply.lastIndexOf(";"), 0)) : reply;
  }

  /** Sends a line without a query and makes sure that it was carried out. */
  async tell(line: string): Promise<void> {
    refuseNak(await this.ask(line));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line[Symbol.asyncDispose]();
  }
}
