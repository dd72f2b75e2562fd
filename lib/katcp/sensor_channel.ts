/** Sensors of a device as channels: what kind of value each is, and what its readings say. @module */
import type { Channel } from "../device/channel.ts";
import { readingOf } from "../device/grade.ts";
import type { Param } from "../device/model.ts";
import { bad, isBad, type Reading as ChannelReading, type Severity } from "../device/reading.ts";
import { textOf as textOfParam } from "../device/text.ts";
import { bytesOf, textOf } from "./message.ts";
import type { Reading, Status } from "./reading.ts";
import type { Range, Sensor } from "./sensor.ts";

/** How the value of each status is graded; of those that are not here it does not count. */
const SEVERITIES: Readonly<Partial<Record<Status, Severity>>> = {
  nominal: "ok",
  warn: "warn",
  error: "alarm",
};

/**
 * What kind of parameter a sensor is. Numbers that may not be exact, addresses and `lru` included: an integer beyond
 * 2^53 is bad rather than rounded.
 *
 * @param sensor The sensor.
 * @returns The parameter, read-only.
 */
export function paramOf({ description, unit, type, nominal, warn }: Sensor): Param {
  const common = description === "" ? {} : { description };
  const numeric = { ...common, ...unit === "" ? {} : { unit }, ...gradesOf(nominal, warn) };
  switch (type.name) {
    case "integer":
      return { type: "integer", ...numeric };
    case "float":
      return { type: "number", ...numeric };
    case "boolean":
      return { type: "flag", ...common };
    case "timestamp":
      return { type: "time", ...common };
    case "discrete":
      return choiceOf(type.options!)
        ? { type: "choice", of: type.options!, ...common }
        : { type: "text", ...common };
    default:
      return { type: "text", ...common };
  }
}

/** Outside of `nominal` a value is worth a warning, outside of `warn` it is an error. */
function gradesOf(nominal: Range | undefined, warn: Range | undefined): { warn?: Range; alarm?: Range } {
  if (!nominal || !warn) return nominal ? { warn: nominal } : {};
  const isInside = warn[0] <= nominal[0] && warn[1] >= nominal[1];
  return isInside ? { warn: nominal, alarm: warn } : { warn: nominal };
}

/** A choice is read without regard to case: words that differ in nothing else are text. */
function choiceOf(words: readonly string[]): boolean {
  // deno-lint-ignore no-control-regex
  const isClear = words.every((word) => /^[^\x00-\x1f\x7f]+$/.test(word));
  return isClear && new Set(words.map((word) => word.toLowerCase())).size === words.length;
}

/**
 * A reading of a sensor as one of a channel. `nominal`, `warn` and `error` are good values, graded; an `unreachable` one
 * is stale; of all others there is no value. One that cannot be what the channel is, is bad with what came.
 *
 * @param channel The channel.
 * @param sensor The sensor.
 * @param reading What it says.
 * @returns The channel's reading.
 */
export function channelReading(
  channel: Channel,
  { type }: Sensor,
  reading: Reading<unknown>,
): ChannelReading {
  const { status, timestamp, value } = reading;
  const severity = SEVERITIES[status];
  if (severity === undefined && status !== "unreachable") return readingOf(channel, bad(status), timestamp);
  const words = textOf(bytesOf(type.format(value, 5)));
  const found = textOfParam(channel.param).parse(words);
  const read = readingOf(channel, isBad(found) ? bad(found.bad, words) : found, timestamp);
  if (read.quality === "bad") return read;
  return severity === undefined
    ? { ...read, severity: "ok", quality: "stale", reason: status }
    : { ...read, severity };
}
