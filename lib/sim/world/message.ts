/** What a world and its simulators say to each other: lines of words. @module */

/** How long a name of a quantity or of a TTL line may be. */
export const LONGEST_NAME = 64;

/** One change of a TTL line. */
export interface Edge {
  /** The line: `"panda.ttl1"`. */
  readonly line: string;
  /** Its level from here on. */
  readonly level: boolean;
  /** When, in whole nanoseconds of the world's time; see {@linkcode World}. */
  readonly stamp: number;
  /** Whether edges of this line before this one were lost on the way. */
  readonly missed: boolean;
}

/** A message, either way. */
export type WorldMessage =
  /** The world to a simulator that just came: when it began (unix seconds), its time now (ns), and how fast that runs. */
  | { readonly kind: "world"; readonly epoch: number; readonly now: number; readonly speed: number }
  /** A simulator asks the time (without one), and the world tells it (ns). */
  | { readonly kind: "time"; readonly now: number | undefined }
  /** A simulator says who it is. */
  | { readonly kind: "name"; readonly name: string }
  /** A quantity has a new value. */
  | { readonly kind: "set"; readonly key: string; readonly value: number }
  /** A simulator wants to be told of a quantity. */
  | { readonly kind: "watch"; readonly key: string }
  /** A TTL line has changed. */
  | { readonly kind: "edge"; readonly edge: Edge }
  /** A simulator wants to be told of a TTL line. */
  | { readonly kind: "follow"; readonly line: string }
  /** The world refuses something. */
  | { readonly kind: "wrong"; readonly why: string };

const NAME = /^[a-z][\w.-]*$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const STAMP = /^-?\d{1,16}$/;

/**
 * Whether something may be the name of a quantity or of a TTL line: a letter, then letters, digits, `_`, `.`, `-`.
 *
 * @param text The text.
 */
export function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

/**
 * Reads a message.
 *
 * @param line The line, without its end.
 * @returns The message; undefined if it is none.
 */
export function parseMessage(line: string): WorldMessage | undefined {
  const [kind, ...words] = line.split(" ");
  if (kind === "wrong") return { kind, why: words.join(" ") };
  const [first = "", second = "", third = "", fourth] = words;
  switch (kind) {
    case "world": {
      const [epoch, now, speed] = [number(first), stamp(second), number(third)];
      if (epoch === undefined || now === undefined || speed === undefined || !(speed > 0)) return undefined;
      return words.length === 3 ? { kind, epoch, now, speed } : undefined;
    }
    case "time": {
      if (words.length === 0) return { kind, now: undefined };
      const now = stamp(first);
      return words.length === 1 && now !== undefined ? { kind, now } : undefined;
    }
    case "set": {
      const value = number(second);
      return words.length === 2 && isName(first) && value !== undefined
        ? { kind, key: first, value }
        : undefined;
    }
    case "edge": {
      const at = stamp(third);
      const missed = fourth === "missed";
      const isWhole = words.length === (missed ? 4 : 3);
      if (!isWhole || !isName(first) || !/^[01]$/.test(second) || at === undefined) return undefined;
      return { kind, edge: { line: first, level: second === "1", stamp: at, missed } };
    }
    case "name":
      return words.length === 1 && isName(first) ? { kind, name: first } : undefined;
    case "watch":
      return words.length === 1 && isName(first) ? { kind, key: first } : undefined;
    case "follow":
      return words.length === 1 && isName(first) ? { kind, line: first } : undefined;
  }
  return undefined;
}

/**
 * Writes a message.
 *
 * @param message The message.
 * @returns Its line, with its end.
 */
export function formatMessage(message: WorldMessage): string {
  switch (message.kind) {
    case "world":
      return `world ${message.epoch} ${message.now} ${message.speed}\n`;
    case "time":
      return message.now === undefined ? "time\n" : `time ${message.now}\n`;
    case "set":
      return `set ${message.key} ${message.value}\n`;
    case "edge": {
      const { line, level, stamp, missed } = message.edge;
      return `edge ${line} ${level ? 1 : 0} ${stamp}${missed ? " missed" : ""}\n`;
    }
    case "name":
      return `name ${message.name}\n`;
    case "watch":
      return `watch ${message.key}\n`;
    case "follow":
      return `follow ${message.line}\n`;
    case "wrong":
      return `wrong ${message.why}\n`;
  }
}

/** Longer lines are no messages; what is behind such a line is not touched. */
const LONGEST_LINE = 256;

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  readonly #decoder = new TextDecoder("latin1");
  #rest = "";
  #isSkipping = false;

  /**
   * Takes the next bytes.
   *
   * @param chunk The bytes, cut anywhere.
   * @param handle Gets every message, and undefined with the beginning of every line that is none.
   */
  feed(chunk: Uint8Array, handle: (message: WorldMessage | undefined, line: string) => void): void {
    const lines = (this.#rest + this.#decoder.decode(chunk)).split("\n");
    const rest = lines.pop()!;
    for (const line of lines) {
      if (this.#isSkipping) this.#isSkipping = false;
      else handle(line.length > LONGEST_LINE ? undefined : parseMessage(line), line.slice(0, LONGEST_LINE));
    }
    this.#rest = this.#isSkipping ? "" : rest;
    if (this.#rest.length <= LONGEST_LINE) return;
    handle(undefined, this.#rest.slice(0, LONGEST_LINE));
    this.#isSkipping = true;
    this.#rest = "";
  }
}

function number(text: string): number | undefined {
  const value = Number(text);
  return NUMBER.test(text) && Number.isFinite(value) ? value : undefined;
}

function stamp(text: string): number | undefined {
  const value = Number(text);
  return STAMP.test(text) && Number.isSafeInteger(value) ? value : undefined;
}
