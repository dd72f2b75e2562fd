/**
 * fitspipe on the wire: commands and replies.
 *
 * What the published documentation leaves open is decided here, and marked by the word "choice".
 * @module
 */
import { LocalProtocolError, PeerProtocolError } from "../errors.ts";

/** Length of the reply to `get`, before header and pixels. */
export const GET_REPLY = 40;
/** The feed of frames that come without a command. */
export const DEFAULT_FEED = "default";
/** The version whose commands are spoken. */
export const VERSION = "fitspipe v2.01 (Dewar)";
/** Longest command, characters. */
export const COMMAND_LIMIT = 4096;

/** A command: its word, what was named, and what was not. */
export interface Command {
  /** The word, in lower case. */
  readonly word: string;
  /** `name=value`. */
  readonly named: Readonly<Record<string, string>>;
  /** Values without a name, in their order. */
  readonly positional: readonly string[];
}

/** A feed, as `ls` tells of it. */
export interface FeedInfo {
  /** Its name. */
  readonly feed: string;
  /** Number of its newest frame. */
  readonly newest: number;
  /** How many frames are kept. */
  readonly depth: number;
}

/** What the first 40 bytes of a frame say. */
export interface FrameInfo {
  /** The frame's number. */
  readonly number: number;
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

const WORDS = /([^\s="]+)="((?:[^"\\]|\\.)*)"|([^\s="]+)=(\S*)|"((?:[^"\\]|\\.)*)"|(\S+)/g;

/**
 * Reads a command: a word, then `name=value` with no blanks around the equals sign, in any order, and values alone.
 * Values with blanks are in double quotes.
 *
 * @param line The command.
 * @returns Undefined if the line is empty.
 */
export function parseCommand(line: string): Command | undefined {
  const named: Record<string, string> = {};
  const positional: string[] = [];
  for (const [, quotedName, quoted, name, value, quotedAlone, alone] of line.matchAll(WORDS)) {
    if (quotedName !== undefined) named[quotedName.toLowerCase()] = unquoted(quoted!);
    else if (name !== undefined) named[name.toLowerCase()] = value!;
    else positional.push(quotedAlone === undefined ? alone! : unquoted(quotedAlone));
  }
  const [word, ...values] = positional;
  return word === undefined ? undefined : { word: word.toLowerCase(), named, positional: values };
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

/**
 * Writes a command, with the newline that ends it.
 *
 * @param word The word.
 * @param named What it is about; undefined ones are left out.
 * @throws {LocalProtocolError} If a value has characters that no command can have.
 */
export function formatCommand(
  word: string,
  named: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const parts = Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(String(value))}`]
  );
  return `${[word, ...parts].join(" ")}\n`;
}

function quoted(value: string): string {
  if (/[^ -~]/.test(value)) {
    throw new LocalProtocolError(`${JSON.stringify(value)} has characters that fitspipe cannot send`);
  }
  return /^[^\s"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Writes the line of a feed. */
export function formatFeed({ feed, newest, depth }: FeedInfo): string {
  return `+ feed=${quoted(feed)} newest=${newest} depth=${depth}\n`;
}

/**
 * Reads the line of a feed.
 *
 * @param line The line, after its `+ `.
 * @throws {PeerProtocolError} If it does not say which feed and frames.
 */
export function parseFeed(line: string): FeedInfo {
  const { named } = parseCommand(`feed ${line}`)!;
  const [newest, depth] = [Number(named.newest), Number(named.depth)];
  if (named.feed === undefined || !Number.isSafeInteger(newest) || !Number.isSafeInteger(depth)) {
    throw new PeerProtocolError(`expected "feed=… newest=… depth=…", got ${JSON.stringify(line)}`);
  }
  return { feed: named.feed, newest, depth };
}

/** Writes the 40 bytes before a frame: number, width and height in fixed columns (choice: how the rest is filled). */
export function formatGetReply({ number, width, height }: FrameInfo): string {
  const column = (value: number) => String(value).padStart(10);
  return `# ${column(number)} ${column(width)} x ${column(height)} 16\n`;
}

/** Writes an error in place of a frame: 40 bytes as well, or a client would wait for ever for what is missing (choice). */
export function formatGetError(problem: string): string {
  return `${`! ${problem}`.replace(/[^ -~]/g, "?").slice(0, GET_REPLY - 1).padEnd(GET_REPLY - 1)}\n`;
}

/**
 * Reads the 40 bytes before a frame.
 *
 * @param text The bytes.
 * @throws {PeerProtocolError} If they do not say number, width and height.
 */
export function parseGetReply(text: string): FrameInfo {
  const columns = [[2, 13], [13, 23], [26, 36]].map(([from, to]) => text.slice(from, to).trim());
  const [number, width, height] = columns.map((column) => /^\d+$/.test(column) ? Number(column) : NaN);
  if (!text.startsWith("# ") || ![number, width, height].every(Number.isSafeInteger)) {
    throw new PeerProtocolError(`expected number, width and height of a frame, got ${JSON.stringify(text)}`);
  }
  return { number: number!, width: width!, height: height! };
}

/** Whether a feed can have this name (choice: up to 64 printable characters, none of them a blank, a quote, \ or =). */
export function isFeedName(name: string): boolean {
  return name.length <= 64 && /^(?!@)[!-~]+$/.test(name) && !/['"=\\]/.test(name);
}

/**
 * Refuses a name that no feed can have.
 *
 * @throws {PeerProtocolError} If it is one.
 */
export function checkFeedName(feed: string): string {
  if (isFeedName(feed)) return feed;
  throw new PeerProtocolError(`${JSON.stringify(feed)} cannot be a feed`);
}
