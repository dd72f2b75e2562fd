/** Values as the page shows them. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { Param } from "../../../lib/device/model.ts";
import type { Reading } from "../../../lib/device/reading.ts";
import type { Value } from "../../../lib/device/types.ts";
import { displayUnit } from "../../../lib/device/units.ts";
import type { Client, Received } from "../lab.ts";

/** A value ready to be put on the page; the browser only sets text and class. */
export interface Shown {
  /** The value, or why there is none. */
  readonly text: string;
  /** Style class: quiet, graded, too old, or not to be had. */
  readonly look: "" | "warnv" | "alarmv" | "stale" | "none";
  /** What to say when somebody points at it. */
  readonly hint: string;
}

/** A typographic minus: digits keep their width and the sign is seen. */
const minus = (text: string): string => text.replaceAll("-", "\u2212");

function showNumber(value: number, precision: number | undefined): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return minus(value.toFixed(precision ?? 0));
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return minus(value.toExponential(2));
  return minus(precision === undefined ? String(Number(value.toPrecision(5))) : value.toFixed(precision));
}

/** What was kept before a device was described otherwise is of another type than its channel now. */
function showValue(param: Param, value: Value): string {
  const precision = "precision" in param ? param.precision : undefined;
  if (typeof value === "boolean" || param.type === "flag") return value ? "on" : "off";
  if (typeof value === "string" || param.type === "choice" || param.type === "text") return String(value);
  if (typeof value !== "number") return `[${value.map((item) => showNumber(item, precision)).join(", ")}]`;
  return param.type === "time" ? showTime(value) : showNumber(value, precision);
}

/** A moment; the number itself where it is none that a calendar has. */
function showTime(time: number): string {
  const date = new Date(time * 1000);
  return isNaN(date.getTime())
    ? showNumber(time, undefined)
    : date.toISOString().slice(0, 19).replace("T", " ");
}

function look({ quality, severity }: Reading): Shown["look"] {
  if (quality === "bad") return "none";
  if (quality === "stale") return "stale";
  return severity === "ok" ? "" : severity === "warn" ? "warnv" : "alarmv";
}

/** How a channel's latest value is shown. */
export function show(channel: Channel, received: Received | undefined): Shown {
  if (!received) return { text: "\u2014", look: "none", hint: "never read" };
  const { reading } = received;
  const { value, reason, raw } = reading;
  if (value !== undefined && reading.quality === "good") {
    return { text: showValue(channel.param, value), look: look(reading), hint: reading.severity };
  }
  const why = [reading.quality, reason, raw && `the device said "${raw}"`].filter(Boolean).join(", ");
  if (value === undefined) return { text: reason ?? "unknown", look: "none", hint: why };
  return { text: showValue(channel.param, value), look: look(reading), hint: why };
}

/** The unit as people write it: `°C` for `degC`. */
export function showUnit(param: Param): string {
  return displayUnit("unit" in param ? param.unit ?? "" : "");
}

/** Names of parameters as words: `commandedPower` and `commanded_power` are `commanded power`. */
const words = (name: string): string =>
  name.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

/** The name of a channel for people: its label, or `sensor 1 temperature`, `temperature target`. */
export function showName(client: Client, channel: Channel): string {
  const place = channel.index === undefined ? "" : `${placeOf(channel)} `;
  return client.description?.labels?.[channel.key] ?? `${place}${showShortName(channel)}`;
}

/** The name of a channel among those of its part: `temperature target`. */
export function showShortName({ name, half }: Channel): string {
  return `${words(name)}${half === "target" ? " target" : ""}`;
}

/** The part a channel belongs to: `loop 1`; the group where that has no parts, nothing outside of groups. */
export function placeOf({ group, index }: Channel): string {
  return [group === undefined ? "" : words(group), index === undefined ? "" : index + 1].join(" ").trim();
}

/** The channel a card shows big: the first with a target, else the first number. */
export function headline(client: Client): Channel | undefined {
  const values = [...client.channels.values()].filter((channel) => channel.half === "value");
  return values.find(({ param }) => param.type === "drivable") ??
    values.find(({ param }) => param.type === "number");
}

/** Who alone may command a device, for people; nothing where everybody may. */
export function showClaim({ state: { claim } }: Client): string {
  if (!claim) return "";
  return `claimed by ${claim.by}${claim.note === undefined ? "" : `: ${claim.note}`}`;
}

/** How a link stands, for people. */
export function showLink({ enabled, state }: Client): string {
  if (!enabled) return "not watched";
  if (state.status === "connected") return "connected";
  const why = state.why ? `: ${state.why}` : "";
  return `${state.status}${why}`;
}
