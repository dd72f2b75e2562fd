/** Images: what is kept of them, and how they are found again. The pictures stay where they are, in their files. @module */
import type { Sql } from "postgres";
import type { AmplifierStatistics } from "../images/survey.ts";
import type { HeaderJson } from "../images/describe.ts";
import type { Term } from "../images/query.ts";

/** What is kept of an image. */
export interface ImageRow {
  /** Its file, an absolute path; one image a file. */
  readonly path: string;
  /** Begin of the exposure, unix seconds; where the header does not tell, of the file. */
  readonly time: number;
  /** The client that wrote it; empty where it was found in the folder. */
  readonly source: string;
  /** The feed it was also sent on. */
  readonly feed: string | null;
  /** The run it belongs to. */
  readonly run: string | null;
  /** Its number. */
  readonly number: number | null;
  /** Exposure time, seconds. */
  readonly exposure: number | null;
  /** `flat`, `dark` and so on. */
  readonly type: string | null;
  /** Pixels in a row; null where the file cannot be read. */
  readonly width: number | null;
  /** Rows. */
  readonly height: number | null;
  /** BITPIX of what is stored. */
  readonly bitpix: number | null;
  /** Size of the file. */
  readonly bytes: number;
  /** The header. */
  readonly header: HeaderJson;
  /** Of each amplifier. */
  readonly statistics: readonly AmplifierStatistics[];
  /** The small picture: PNG, base64. */
  readonly thumbnail: string | null;
  /** Why the file could not be read, if it could not. */
  readonly problem: string | null;
}

/** An image in a list: what is kept, without header and small picture. */
export interface ImageFound extends Omit<ImageRow, "header" | "thumbnail"> {
  /** Its number in the store. */
  readonly id: number;
  /** Whether there is a small picture. */
  readonly hasThumbnail: boolean;
}

/** What images are asked for. */
export interface ImageQuery {
  /** Conditions; all have to hold. */
  readonly terms?: readonly Term[] | undefined;
  /** Of this run. */
  readonly run?: string | undefined;
  /** Of this client. */
  readonly source?: string | undefined;
  /** Not before, unix seconds. */
  readonly from?: number | undefined;
  /** Not after, unix seconds. */
  readonly to?: number | undefined;
  /** Passes over so many of the newest. */
  readonly offset?: number | undefined;
  /** At most so many. */
  readonly count: number;
}

/** Images, newest first. */
export interface ImagePage {
  /** Those asked for. */
  readonly images: readonly ImageFound[];
  /** How many there are in all. */
  readonly total: number;
}

/** Finds images. */
export async function findImages(sql: Sql, query: ImageQuery): Promise<ImagePage> {
  const { run, source, from, to, terms = [], offset = 0, count } = query;
  const where = sql`
    where true
    ${run === undefined ? sql`` : sql`and run = ${run}`}
    ${source === undefined ? sql`` : sql`and source = ${source}`}
    ${from === undefined ? sql`` : sql`and time >= to_timestamp(${from})`}
    ${to === undefined ? sql`` : sql`and time <= to_timestamp(${to})`}
    ${terms.reduce((all, term) => sql`${all} and ${condition(sql, term)}`, sql``)}`;
  const rows = await sql`
    select ${columns(sql)} from dewar.image ${where}
    order by time desc, id desc limit ${count} offset ${offset}`;
  const [all] = await sql`select count(*)::float8 as total from dewar.image ${where}`;
  return { images: rows.map(found), total: all!.total };
}

/** One image by its number in the store; undefined if there is none. */
export async function findImage(sql: Sql, id: number): Promise<ImageFound | undefined> {
  const [row] = await sql`select ${columns(sql)} from dewar.image where id = ${id}`;
  return row && found(row);
}

/** The images before and after one, of the same client, nearest first. */
export async function neighboursOf(
  sql: Sql,
  { id, time, source }: ImageFound,
  count: number,
): Promise<{ readonly older: readonly ImageFound[]; readonly newer: readonly ImageFound[] }> {
  const older = await sql`
    select ${columns(sql)} from dewar.image
    where source = ${source} and (time, id) < (to_timestamp(${time}), ${id}::bigint)
    order by time desc, id desc limit ${count}`;
  const newer = await sql`
    select ${columns(sql)} from dewar.image
    where source = ${source} and (time, id) > (to_timestamp(${time}), ${id}::bigint)
    order by time, id limit ${count}`;
  return { older: older.map(found), newer: newer.map(found) };
}

/** The small picture of an image. */
export async function readThumbnail(sql: Sql, id: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [row] = await sql`select encode(thumbnail, 'base64') as bytes from dewar.image where id = ${id}`;
  return row?.bytes ? Uint8Array.fromBase64(row.bytes.replaceAll("\n", "")) : undefined;
}

/** Which of some files are known already. */
export async function knownPaths(sql: Sql, paths: readonly string[]): Promise<Set<string>> {
  const rows = await sql`select path from dewar.image where path = any(${[...paths]}::text[])`;
  return new Set(rows.map(({ path }) => path));
}

/** Runs and clients that have images, the latest first, for choices. */
export async function imageSources(sql: Sql): Promise<{ runs: string[]; sources: string[] }> {
  const runs = await sql`
    select run from dewar.image where run is not null group by run order by max(time) desc limit 100`;
  const sources = await sql`select distinct source from dewar.image order by source limit 100`;
  return { runs: runs.map(({ run }) => run), sources: sources.map(({ source }) => source) };
}

function columns(sql: Sql) {
  return sql`
    id::float8 as id, path, extract(epoch from time)::float8 as time, source, feed, run, number::float8 as number,
    exposure, type, width, height, bitpix, bytes::float8 as bytes, statistics::text as statistics, problem,
    thumbnail is not null as "hasThumbnail"`;
}

function found(row: Readonly<Record<string, unknown>>): ImageFound {
  return { ...row, statistics: JSON.parse(row.statistics as string) } as unknown as ImageFound;
}

const OPERATORS = { "=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;

/** Numbers are compared as numbers, everything else as text without regard to case. */
function condition(sql: Sql, term: Term) {
  if (term.kind === "word") {
    const words = pattern(term.word);
    return sql`(path ilike ${words} or exists (
      select from jsonb_each_text(header) as card where card.value ilike ${words}))`;
  }
  const { keyword, comparison, value } = term;
  if (comparison === "~") return sql`header ->> ${keyword} ilike ${pattern(value)}`;
  const operator = sql.unsafe(OPERATORS[comparison]);
  const number = value.trim() === "" ? NaN : Number(value);
  if (Number.isFinite(number)) {
    return sql`case when jsonb_typeof(header -> ${keyword}) = 'number'
      then (header ->> ${keyword})::float8 ${operator} ${number}::float8
      else header ->> ${keyword} ${operator} ${value} end`;
  }
  return sql`lower(header ->> ${keyword}) ${operator} lower(${value})`;
}

/** For `ilike`, in which `%`, `_` and `\\` of the text mean themselves. */
const pattern = (text: string): string => `%${text.replace(/[%_\\]/g, "\\$&")}%`;
