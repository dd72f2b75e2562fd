/** The shapes of answers, as JSON Schema. @module */
import type { Schema } from "./route.ts";

/** Text. */
export const TEXT: Schema = { type: "string" };
/** A number. */
export const NUMBER: Schema = { type: "number" };
/** Unix seconds. */
export const TIME: Schema = { type: "number", description: "Unix seconds" };
/** True or false. */
export const FLAG: Schema = { type: "boolean" };
/** A value of a channel; null where there is none. */
export const VALUE: Schema = {
  type: ["number", "string", "boolean", "array", "null"],
  items: { type: "number" },
};

/** A list. */
export const listOf = (items: Schema): Schema => ({ type: "array", items });

/** An object all of whose members are there, but for those named. */
export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required };
}

/** Quality and severity of a value. */
const JUDGED = {
  quality: { enum: ["good", "stale", "bad"] },
  severity: { enum: ["ok", "warn", "alarm"] },
  reason: { type: "string", description: "Why it is stale or bad" },
};

/** The latest value of a channel. */
export const LATEST: Schema = objectOf(
  {
    client: TEXT,
    channel: TEXT,
    value: VALUE,
    unit: TEXT,
    time: TIME,
    age: { type: "number", description: "Seconds since it was read" },
    ...JUDGED,
  },
  ["reason"],
);

/** The value of a channel in the past. */
export const PAST: Schema = objectOf(
  { client: TEXT, channel: TEXT, value: VALUE, unit: TEXT, time: TIME, ...JUDGED, recorded: FLAG },
  ["reason"],
);

/** A client with its channels. */
export const CLIENT: Schema = objectOf(
  {
    name: TEXT,
    title: TEXT,
    address: TEXT,
    enabled: FLAG,
    state: TEXT,
    since: TIME,
    why: TEXT,
    model: TEXT,
    channels: listOf(
      objectOf(
        { channel: TEXT, wire: TEXT, label: TEXT, type: TEXT, unit: TEXT, settable: TEXT },
        ["settable"],
      ),
    ),
  },
  ["why", "model"],
);

const NUMBERS: Schema = listOf({ type: ["number", "null"] });

/** History of a channel. */
export const SERIES: Schema = objectOf(
  {
    client: TEXT,
    channel: TEXT,
    unit: TEXT,
    time: listOf(TIME),
    value: { ...NUMBERS, description: "null: a gap; the mean of each bin where there are min and max" },
    min: NUMBERS,
    max: NUMBERS,
    since: { ...TIME, description: "when the value at the begin was stored, if it held there already" },
  },
  ["min", "max", "since"],
);

/** A line of the log. */
export const LINE: Schema = objectOf(
  {
    time: TIME,
    source: TEXT,
    type: { enum: ["debug", "info", "message", "warning", "error", "success"] },
    message: TEXT,
    command: objectOf({
      by: TEXT,
      known: { enum: ["password", "token", "local", "nobody"] },
      via: { enum: ["tcp", "katcp", "console", "page", "api", "alarm"] },
      from: { type: ["string", "null"], description: "The address it came from" },
      clients: listOf(TEXT),
      line: TEXT,
      outcome: { enum: ["done", "sent", "failed", "denied"] },
      text: TEXT,
    }),
  },
  ["command"],
);

/** An alarm. */
export const ALARM: Schema = objectOf(
  {
    name: TEXT,
    severity: { enum: ["warn", "alarm"] },
    phase: TEXT,
    since: TIME,
    open: FLAG,
    when: TEXT,
    message: TEXT,
    acknowledged: { type: "object" },
    shelved: { type: "object" },
    problem: { type: "string", description: "Why it cannot be looked at" },
  },
  ["acknowledged", "shelved", "problem"],
);

/** What came of a command. */
export const REPLY: Schema = objectOf({
  ok: { type: ["boolean", "null"], description: "null: an old daemon, of which nobody can know" },
  text: TEXT,
});
