/** The whole state of a PandA as lines that restore it. @module */
import { ask, type Command, command, requestsOf, tableRequest, together } from "./command.ts";
import { changesOf } from "./changes.ts";

/** What became of one setting. */
export interface Restored {
  /** The line that was sent, of a table the first. */
  readonly line: string;
  /** Why the server refused it; undefined if it did not. */
  readonly refusal: string | undefined;
}

/**
 * Reads the state: attributes, settings, tables and metadata. Only a connection on which nobody has asked for changes
 * gets all of it.
 */
export function getState(): Command<string[]> {
  return command("GetState", function* () {
    const [attributes, settings, tables, metadata] = yield* together(
      (["ATTR", "CONFIG", "TABLE", "METADATA"] as const).map(changesOf),
    );
    const multiline = [
      ...tables!.tables.map((name) => ({ head: `${name}<B`, query: `${name}.B?` })),
      ...metadata!.tables.map((name) => ({ head: `${name}<`, query: `${name}?` })),
    ];
    const replies = yield* together(multiline.map(({ query }) => ask(query)));
    const values = [attributes!, settings!, metadata!].flatMap((changes) => [...changes.values]);
    return [
      ...values.map(([name, value]) => `${name}=${value}`),
      ...replies.flatMap((reply, at) => tableRequest(multiline[at]!.head, reply.list()).split("\n")),
    ];
  });
}

/**
 * Restores a state.
 *
 * @param lines What {@linkcode getState} gave.
 * @returns A command that results in what became of each setting; refusals are no errors, as a state may be of a box
 * with other blocks.
 */
export function setState(lines: readonly string[]): Command<Restored[]> {
  return command("SetState", function* () {
    const replies = yield* together(requestsOf(lines).map(ask));
    return replies.map((reply) => {
      if (reply.refusal === undefined) reply.done();
      return { line: reply.request.split("\n", 1)[0]!, refusal: reply.refusal };
    });
  });
}
