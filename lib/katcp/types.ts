/** The types of KATCP values: how each is checked, read and written. @module */
import { isIPv4, isIPv6 } from "node:net";
import { LocalProtocolError } from "../errors.ts";
import { type Argument, shown, textOf } from "./message.ts";
import {
  formatFloat,
  formatTime,
  invalid,
  parseFloat as readFloat,
  parseInteger,
  parseTime,
} from "./numbers.ts";
import { textIn } from "./words.ts";

/** The major version of the protocol a peer speaks: times are milliseconds in 4 and seconds in 5. */
export type Version = 4 | 5;

/** A type of values, of sensors and of the arguments of requests. */
export interface ValueType<T> {
  /** Its name on the wire: `"integer"`, `"float"`, ... */
  readonly name: string;
  /** What a sensor holds before it is set. */
  readonly initial: T;
  /** What a `discrete` can be. */
  readonly options?: readonly string[];
  /**
   * Reads a value.
   *
   * @throws {PeerProtocolError} If it is none.
   */
  parse(bytes: Uint8Array, version: Version): T;
  /**
   * Reads a value that is somewhere in bytes: for types that are read often, so that no view of it is made.
   *
   * @throws {PeerProtocolError} If it is none.
   */
  parseIn?(bytes: Uint8Array, start: number, end: number, version: Version): T;
  /**
   * Writes a value.
   *
   * @throws {LocalProtocolError} If it is none of this type.
   */
  format(value: T, version: Version): Argument;
  /** Whether two values are the same (default: `Object.is`, with 0 and -0 the same). */
  same?(a: T, b: T): boolean;
}

/** A computer, and a port on it. */
export interface Address {
  /** IPv4 or IPv6, without brackets. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port?: number | undefined;
}

const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function wrong(expected: string, got: unknown): LocalProtocolError {
  return new LocalProtocolError(
    `Expected ${expected}, got ${typeof got === "string" ? shown(got) : String(got)}`,
  );
}

/** An integer of any size: a bigint where a number would not be exact. */
export const integer: ValueType<number | bigint> = {
  name: "integer",
  initial: 0,
  parse: (bytes) => parseInteger(bytes, 0, bytes.length),
  parseIn: parseInteger,
  format(value) {
    if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
    throw wrong("an integer below 2^53 or a bigint", value);
  },
};

/** A double, `inf` and `nan` among them. */
export const float: ValueType<number> = {
  name: "float",
  initial: 0,
  parse: (bytes) => readFloat(bytes, 0, bytes.length),
  parseIn: readFloat,
  format(value) {
    if (typeof value === "number") return formatFloat(value);
    throw wrong("a number", value);
  },
};

/** Yes or no: `1` or `0`. */
export const boolean: ValueType<boolean> = {
  name: "boolean",
  initial: false,
  parse(bytes) {
    const digit = bytes.length === 1 ? bytes[0] : undefined;
    if (digit === 0x30 || digit === 0x31) return digit === 0x31;
    throw invalid("1 or 0", textOf(bytes));
  },
  format(value) {
    if (typeof value === "boolean") return value ? "1" : "0";
    throw wrong("a boolean", value);
  },
};

/** Text as UTF-8. What is not UTF-8 is refused: {@linkcode bytes} takes anything. */
export const text: ValueType<string> = {
  name: "string",
  initial: "",
  parse: (bytes, version) => text.parseIn!(bytes, 0, bytes.length, version),
  parseIn(bytes, start, end) {
    const read = textIn(bytes, start, end);
    if (!read.includes("\ufffd")) return read;
    const written = bytes.subarray(start, end);
    try {
      return fatal.decode(written); // the character may be meant
    } catch {
      throw invalid("UTF-8", read);
    }
  },
  format(value) {
    if (typeof value === "string") return value;
    throw wrong("text", value);
  },
};

/** The same type on the wire as {@linkcode text}, as the bytes it is. */
export const bytes: ValueType<Uint8Array> = {
  name: "string",
  initial: new Uint8Array(0),
  parse: (bytes) => bytes.slice(),
  format(value) {
    if (value instanceof Uint8Array) return value;
    throw wrong("bytes", value);
  },
  same: (a, b) => a.length === b.length && a.every((byte, index) => byte === b[index]),
};

/** A time in unix seconds; on the wire of version 4 in milliseconds. */
export const timestamp: ValueType<number> = {
  name: "timestamp",
  initial: 0,
  parse: (bytes, version) => timestamp.parseIn!(bytes, 0, bytes.length, version),
  parseIn(bytes, start, end, version) {
    const time = parseTime(bytes, start, end);
    return version === 4 ? time / 1000 : time;
  },
  format(value, version) {
    if (!(value >= 0 && Number.isFinite(value))) throw wrong("a time in unix seconds", value);
    // A time in milliseconds is not given more digits than the microseconds a double has of it.
    return formatTime(version === 4 ? Math.round(value * 1e6) / 1e3 : value);
  },
};

/** A time, or the word `now`: an argument of requests, no sensor's. */
export const timestampOrNow: ValueType<number | "now"> = {
  name: "timestamp",
  initial: "now",
  parse: (bytes, version) => textOf(bytes) === "now" ? "now" : timestamp.parse(bytes, version),
  format: (value, version) => value === "now" ? value : timestamp.format(value, version),
};

/** `1.2.3.4`, `1.2.3.4:5000`, `[::1]` or `[::1]:5000`. */
export const address: ValueType<Address> = {
  name: "address",
  initial: { host: "0.0.0.0" },
  parse(bytes) {
    const written = textOf(bytes);
    const match = /^(?:\[([^[\]]+)\]|([0-9.]+))(?::([0-9]{1,5}))?$/.exec(written);
    const host = match?.[1] ?? match?.[2] ?? "";
    const port = match?.[3] === undefined ? undefined : Number(match[3]);
    const isHost = match?.[1] === undefined ? isIPv4(host) : isIPv6(host);
    if (!isHost || (port ?? 0) > 65535) {
      throw invalid("an address such as 1.2.3.4:5000 or [::1]:5000", written);
    }
    return port === undefined ? { host } : { host, port };
  },
  format({ host, port }) {
    const isPort = port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65535);
    if (!isPort || !(isIPv4(host) || isIPv6(host))) throw wrong("an address", `${host}:${port}`);
    const written = isIPv6(host) ? `[${host}]` : host;
    return port === undefined ? written : `${written}:${port}`;
  },
  same: (a, b) => a.host === b.host && a.port === b.port,
};

/**
 * One of some words.
 *
 * @param options The words; a sensor starts with the first.
 */
export function discrete<const T extends string>(options: readonly [T, ...T[]]): ValueType<T> {
  return words("discrete", options, options);
}

/** `nominal` or `error`; out of use since version 5. */
export const lru: ValueType<"nominal" | "error"> = words("lru", ["nominal", "error"]);

function words<T extends string>(
  name: string,
  of: readonly [T, ...T[]],
  options?: readonly string[],
): ValueType<T> {
  const expected = `one of ${of.join(", ")}`;
  const isOne = (word: string): word is T => (of as readonly string[]).includes(word);
  return {
    name,
    initial: of[0],
    ...(options ? { options } : {}),
    parse(bytes) {
      const word = textOf(bytes);
      if (isOne(word)) return word;
      throw invalid(expected, word);
    },
    format(value) {
      if (isOne(value)) return value;
      throw wrong(expected, value);
    },
  };
}

/**
 * The same type within a range: an argument of requests.
 *
 * @param type {@linkcode integer} or {@linkcode float}.
 * @param range Lowest and highest value that is taken.
 * @returns A type whose values are numbers from `min` to `max`; NaN is none.
 */
export function within(
  type: ValueType<number | bigint> | ValueType<number>,
  range: { readonly min: number; readonly max: number },
): ValueType<number> {
  const { min, max } = range;
  const inRange = (value: number | bigint): value is number =>
    typeof value === "number" && value >= min && value <= max;
  return {
    name: type.name,
    initial: min,
    parse(bytes, version) {
      const value = type.parse(bytes, version);
      if (inRange(value)) return value;
      throw invalid(`${type.name} from ${min} to ${max}`, textOf(bytes));
    },
    format(value, version) {
      if (inRange(value)) return (type as ValueType<number>).format(value, version);
      throw wrong(`${type.name} from ${min} to ${max}`, value);
    },
  };
}

/** Whether two values of a type are the same. */
export function isSame<T>(type: ValueType<T>, a: T, b: T): boolean {
  return type.same ? type.same(a, b) : a === b || Object.is(a, b);
}
