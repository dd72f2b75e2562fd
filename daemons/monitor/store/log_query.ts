/** The log, searched. @module */
import type { Sql } from "postgres";
import type { LogLine } from "../../../lib/link/link.ts";
import type { LabLine } from "../lab.ts";

/** What is asked of the log. */
export interface LogQuery {
  /** Words that stand in the message or its source, without regard to case. */
  readonly text?: string | undefined;
  /** Who said it. */
  readonly source?: string | undefined;
  /** Of these types. */
  readonly types?: readonly LogLine["type"][] | undefined;
  /** Only commands, of all clients (`*`) or of one. */
  readonly commands?: string | undefined;
  /** Not before, unix seconds. */
  readonly from?: number | undefined;
  /** Not after, unix seconds. */
  readonly to?: number | undefined;
  /** Passes over so many of the newest. */
  readonly offset?: number | undefined;
  /** At most so many. */
  readonly count: number;
}

/** Lines of the log, newest first. */
export interface LogPage {
  /** Those asked for. */
  readonly lines: readonly LabLine[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/** Commands of whichever client. */
export const ALL = "*";

/** For `ilike`, in which `%`, `_` and `\\` of the text mean themselves. */
export const pattern = (text: string): string => `%${text.replace(/[%_\\]/g, "\\$&")}%`;

/** Finds lines of the log. */
export async function findLog(sql: Sql, query: LogQuery): Promise<LogPage> {
  const { text, source, types, commands, from, to, offset = 0, count } = query;
  const words = text?.trim().split(/\s+/).filter((word) => word !== "") ?? [];
  const rows = await sql<(LogLine & { command: LabLine["command"] | null })[]>`
    select extract(epoch from time)::float8 as time, source, type, message, command from dewar.log
    where true
    ${source === undefined ? sql`` : sql`and source = ${source}`}
    ${types === undefined ? sql`` : sql`and type = any(${[...types]}::text[])`}
    ${commands === undefined ? sql`` : sql`and command is not null`}
    ${commands === undefined || commands === ALL ? sql`` : sql`and command->'clients' ? ${commands}`}
    ${from === undefined ? sql`` : sql`and time >= to_timestamp(${from})`}
    ${to === undefined ? sql`` : sql`and time <= to_timestamp(${to})`}
    ${words.reduce((all, word) => sql`${all} and (message || ' ' || source) ilike ${pattern(word)}`, sql``)}
    order by log.time desc, id desc limit ${count + 1} offset ${offset}`;
  const lines = rows.slice(0, count).map(({ command, ...line }) => command ? { ...line, command } : line);
  return { lines, more: rows.length > count };
}

/** The same question of lines in memory, newest first: what is known while there is no database. */
export function searchLines(lines: readonly LabLine[], query: LogQuery): LogPage {
  const { text, source, types, commands, from = -Infinity, to = Infinity, offset = 0, count } = query;
  const words = text?.trim().toLowerCase().split(/\s+/) ?? [];
  const found = lines.filter((line) =>
    (source === undefined || line.source === source) && (types === undefined || types.includes(line.type)) &&
    (commands === undefined || line.command !== undefined) &&
    (commands === undefined || commands === ALL || line.command?.clients.includes(commands)) &&
    line.time >= from && line.time <= to &&
    words.every((word) => `${line.message} ${line.source}`.toLowerCase().includes(word))
  );
  return { lines: found.slice(offset, offset + count), more: found.length > offset + count };
}

/** Who has said something in the last year, for choices. */
export async function logSources(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select source from dewar.log where time > now() - interval '1 year'
    group by source order by max(time) desc limit 100`;
  return rows.map(({ source }) => source);
}
