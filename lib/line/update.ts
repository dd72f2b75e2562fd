/**
 * Updates on the wire:
 *
 * ```text
 * update @seq=812 @time=1767225600.25 temperature=-99.98 loop1.power=1.5
 * update @seq=813 @time=1767225601.25 @complete=1 @gap=1 temperature=-99.98 @bad="pressure:out of range|1e99"
 * ```
 *
 * One line for each reading time; `@more=1` says that the next line belongs to the same update, the last line has the
 * update's own time. `@bad` and `@stale` list `key:reason`, bad ones with what the device said behind a `|`; in them
 * `%`, `,` and `|` are written `%25`, `%2C` and `%7C`. A bad reading has no value.
 * @module
 */
import type { Reading, Update } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import { PeerProtocolError } from "../errors.ts";
import type { ParsedLine } from "./parse.ts";
import { formatOption, oneLine } from "./quote.ts";

/** Writes a value in the words of the wire, unquoted. */
export type FormatValue = (key: string, value: Value) => string;

/**
 * Writes an update.
 *
 * @param update The update.
 * @param format Writes its values.
 * @returns Its lines, each with its terminator.
 */
export function formatUpdate(update: Update, format: FormatValue): string {
  const times = new Map<number, [string, Reading][]>();
  for (const entry of update.readings) {
    const { time } = entry[1];
    const group = times.get(time);
    if (group) group.push(entry);
    else times.set(time, [entry]);
  }
  const last = times.get(update.time) ?? [];
  times.delete(update.time);
  const seq = update.seq === undefined ? "" : ` @seq=${update.seq}`;
  let text = "";
  for (const [time, readings] of times) {
    text += `update${seq} @time=${time} @more=1${formatReadings(readings, format)}\n`;
  }
  const flags = `${update.complete ? " @complete=1" : ""}${update.gap ? " @gap=1" : ""}`;
  return `${text}update${seq} @time=${update.time}${flags}${formatReadings(last, format)}\n`;
}

function formatReadings(readings: readonly [string, Reading][], format: FormatValue): string {
  let text = "";
  const bad: string[] = [];
  const stale: string[] = [];
  for (const [key, { value, quality, reason = "", raw }] of readings) {
    if (quality === "bad" || value === undefined) {
      bad.push(`${key}:${escape(reason || "unknown")}${raw === undefined ? "" : `|${escape(raw)}`}`);
    } else {
      text += ` ${formatOption(key, format(key, value))}`;
      if (quality === "stale") stale.push(`${key}:${escape(reason)}`);
    }
  }
  if (bad.length > 0) text += ` ${formatOption("@bad", bad.join(","))}`;
  if (stale.length > 0) text += ` ${formatOption("@stale", stale.join(","))}`;
  return text;
}

function escape(text: string): string {
  return oneLine(text).replace(/[%,|]/g, (character) => encodeURIComponent(character));
}

/** A reading as it came over the wire: its words, or why there are none. */
export interface WireReading {
  /** The value's words; undefined for a bad reading. */
  readonly text: string | undefined;
  /** When it was read, unix seconds by the peer's clock. */
  readonly time: number;
  /** What the peer says of it. */
  readonly quality: Reading["quality"];
  /** Why it is bad or stale. */
  readonly reason?: string;
  /** What the device said, where that could not be understood. */
  readonly raw?: string;
}

/** Makes of a reading what it means and puts it where it belongs; names of no channel are passed over. */
export type Understand = (readings: Map<string, Reading>, name: string, reading: WireReading) => void;

/** Puts updates together from their lines. */
export class UpdateReader {
  readonly #understand: Understand;
  #readings = new Map<string, Reading>();

  /** Makes one. */
  constructor(understand: Understand) {
    this.#understand = understand;
  }

  /**
   * Takes the next line.
   *
   * @param line A line whose name is `update`.
   * @returns The update, or undefined when more of it follows.
   * @throws {PeerProtocolError} If it has no time.
   */
  take(line: ParsedLine): Update | undefined {
    const { options } = line;
    const time = Number(options["@time"]);
    if (!options["@time"] || !Number.isFinite(time)) {
      throw new PeerProtocolError(`Expected @time= with unix seconds in "${line.text.slice(0, 80)}"`);
    }
    const readings = this.#readings;
    const { "@seq": seq, "@more": more, "@complete": complete, "@gap": gap, "@bad": bad } = options;
    const stale = readList(options["@stale"]);
    for (const key in options) {
      if (key.charCodeAt(0) === AT) continue;
      const text = options[key];
      const why = stale?.get(key);
      this.#understand(
        readings,
        key,
        why ? { text, time, quality: "stale", reason: why.reason } : { text, time, quality: "good" },
      );
    }
    for (const [key, why] of readList(bad) ?? []) {
      this.#understand(readings, key, { text: undefined, time, quality: "bad", ...why });
    }
    if (more) return undefined;
    this.#readings = new Map();
    const isComplete = complete !== undefined;
    if (seq !== undefined && !gap) return { time, complete: isComplete, readings, seq: Number(seq) };
    return {
      time,
      complete: isComplete,
      readings,
      ...(seq === undefined ? {} : { seq: Number(seq) }),
      ...(gap ? { gap: true } : {}),
    };
  }
}

const AT = "@".charCodeAt(0);

function readList(
  text: string | undefined,
): ReadonlyMap<string, { reason: string; raw?: string }> | undefined {
  if (!text) return undefined;
  return new Map(
    text.split(",").map((item) => {
      const colon = item.indexOf(":");
      const key = colon < 0 ? item : item.slice(0, colon);
      const [reason = "", raw] = (colon < 0 ? "" : item.slice(colon + 1)).split("|");
      return [key, { reason: unescape(reason), ...(raw === undefined ? {} : { raw: unescape(raw) }) }];
    }),
  );
}

function unescape(text: string): string {
  return text.replace(/%(25|2C|7C)/g, (code) => decodeURIComponent(code));
}
