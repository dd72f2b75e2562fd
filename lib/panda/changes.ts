/** What has changed since it was asked last on the same connection. @module */
import { ask, type Command, command, type Exchanges, together } from "./command.ts";

/** Parts of what can change: settings, bits, positions, readings, attributes, tables, metadata; `""` is all of it. */
export type ChangeGroup = "" | "CONFIG" | "BITS" | "POSN" | "READ" | "ATTR" | "TABLE" | "METADATA";

/** What has changed. */
export interface Changes {
  /** New values, by the names of the fields. */
  readonly values: ReadonlyMap<string, string>;
  /** Fields that are tables or texts of several lines; what they hold was not asked for. */
  readonly tables: readonly string[];
  /** Fields that cannot be read. */
  readonly inError: readonly string[];
}

/** Asks what has changed; for the first time, everything has. */
export function getChanges(group: ChangeGroup = ""): Command<Changes> {
  return command(`GetChanges ${group}`.trim(), () => changesOf(group));
}

/** Asks what has changed, and what the tables among it hold. */
export function getChangesWithTables(
  group: ChangeGroup = "",
): Command<Changes & { readonly lines: ReadonlyMap<string, readonly string[]> }> {
  return command(`GetChangesWithTables ${group}`.trim(), function* () {
    const changes = yield* changesOf(group);
    const replies = yield* together(changes.tables.map((name) => ask(`${name}?`)));
    return { ...changes, lines: new Map(replies.map((reply, at) => [changes.tables[at]!, reply.list()])) };
  });
}

/**
 * The conversation of {@linkcode getChanges}.
 *
 * @param group What to ask for.
 */
export function* changesOf(group: ChangeGroup): Exchanges<Changes> {
  const reply = yield* ask(group === "" ? "*CHANGES?" : `*CHANGES.${group}?`);
  const values = new Map<string, string>();
  const tables: string[] = [];
  const inError: string[] = [];
  for (const item of reply.list()) {
    const equals = item.indexOf("="); // looked for first: a value may end as the others do
    if (equals >= 0) values.set(item.slice(0, equals), item.slice(equals + 1));
    else if (item.endsWith("<")) tables.push(item.slice(0, -1));
    else if (item.endsWith(" (error)")) inError.push(item.slice(0, -" (error)".length));
    else if (item !== "") throw reply.unexpected(`no ${JSON.stringify(item)}`);
  }
  return { values, tables, inError };
}
