/** What routes are asked for again and again: channels, and from when to when. @module */
import type { Context } from "hono";
import { channelsByName } from "../../../../lib/device/channel.ts";
import type { Param } from "../../../../lib/device/model.ts";
import { suggestion } from "../../../../lib/device/nearest.ts";
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Lab } from "../../lab.ts";
import { parseMoment } from "../../moment.ts";
import type { ChannelName, StoredChannel } from "../../store/past.ts";
import { quoted, Refusal } from "./refusal.ts";
import type { Parameter } from "./route.ts";

/** Most channels that are asked for at a time. */
export const MOST_CHANNELS = 64;
/** Longest stretch, seconds: a hundred years. */
const LONGEST = 100 * 366 * 86_400;

/** Longest name that is looked for in the store. */
const LONGEST_NAME = 500;

/** What the values of a channel are in a table. */
export type Kind = "number" | "flag" | "text";

/** A channel of a device that is watched, or was once. */
export interface ChannelAsked {
  /** The client's name. */
  readonly client: string;
  /** The channel's key. */
  readonly key: string;
  /** `client.key`. */
  readonly name: string;
  /** Its unit as the model has it; empty for pure numbers. */
  readonly unit: string;
  /** What its values are. */
  readonly kind: Kind;
}

/** Where times come from. */
export interface Asked {
  /** The lab. */
  readonly lab: Lab;
  /** Its clock. */
  readonly clock: Clock;
}

const moment = (name: string, about: string, preset: string): Parameter => ({
  name,
  in: "query",
  about: `${about}: \`now\`, a time ago (\`2h\`, \`30 min\`), unix seconds, or a date in UTC ` +
    `(\`2026-11-27\`, \`2026-11-27T18:00:00\`). Default: \`${preset}\``,
  schema: { type: "string", default: preset },
  example: preset,
});

/** The begin of a stretch. */
export const FROM: Parameter = moment("from", "Begin", "1h");
/** The end of a stretch. */
export const TO: Parameter = moment("to", "End", "now");
/** A moment. */
export const AT: Parameter = moment("at", "The moment", "now");

/** Several channels in the query. */
export const CHANNELS: Parameter = {
  name: "channels",
  in: "query",
  about: `Channels as client.channel, with commas between them; at most ${MOST_CHANNELS}`,
  schema: { type: "string" },
  required: true,
  example: "cryocon.temperature,gauge.pressure",
};

/** The unit of a parameter, empty where it has none. */
export const unitOf = (param: Param): string => "unit" in param ? param.unit ?? "" : "";

/** What the values of a parameter are in a table. */
export function kindOf({ type }: Pick<Param, "type">): Kind {
  if (type === "flag") return "flag";
  return type === "choice" || type === "text" || type === "array" ? "text" : "number";
}

/**
 * Finds channels by their names; those of devices that are watched no more are looked for in the store.
 *
 * @param asked The lab.
 * @param list Names with commas between them: `cryocon.temperature,gauge.pressure`; names of a status line as well.
 * @returns The channels, each once.
 * @throws {Refusal} If one is not there, with the nearest that is.
 */
export async function findChannels({ lab }: Asked, list: string): Promise<ChannelAsked[]> {
  const names = [...new Set(list.split(",").map((name) => name.trim()).filter((name) => name !== ""))];
  if (names.length === 0) throw new Refusal(400, "channels: expected client.channel, got nothing");
  if (names.length > MOST_CHANNELS) {
    throw new Refusal(400, `channels: expected at most ${MOST_CHANNELS}, got ${names.length}`);
  }
  const known = new Map<string, ChannelAsked>();
  for (const name of names) {
    const channel = watched(lab, name);
    if (channel) known.set(name, channel);
  }
  const others = names.filter((name) => !known.has(name) && name.length <= LONGEST_NAME);
  if (others.length > 0 && lab.records) {
    const stored = await lab.records.channels(others.flatMap(splits));
    for (const one of stored) known.set(`${one.client}.${one.key}`, ofStored(one));
  }
  const found = new Map<string, ChannelAsked>();
  for (const name of names) {
    const channel = known.get(name);
    if (!channel) throw unknown(lab, name, await lab.records?.names() ?? []);
    found.set(channel.name, channel);
  }
  return [...found.values()];
}

/** A name of a client may have dots in it: all ways in which a name is a client's and a channel's. */
function splits(name: string): ChannelName[] {
  return [...name.matchAll(/\./g)].map(({ index }) => ({
    client: name.slice(0, index),
    key: name.slice(index + 1),
  }));
}

function watched(lab: Lab, name: string): ChannelAsked | undefined {
  const dot = name.indexOf(".");
  const client = dot < 0 ? undefined : lab.clients.get(name.slice(0, dot));
  const channel = client && channelsByName(client.channels.values()).get(name.slice(dot + 1));
  if (!client || !channel) return undefined;
  const { key, param } = channel;
  return {
    client: client.name,
    key,
    name: `${client.name}.${key}`,
    unit: unitOf(param),
    kind: kindOf(param),
  };
}

function ofStored({ client, key, unit, type }: StoredChannel): ChannelAsked {
  return { client, key, name: `${client}.${key}`, unit, kind: kindOf({ type }) };
}

function unknown(lab: Lab, name: string, stored: readonly ChannelName[]): Refusal {
  const known = [
    ...[...lab.clients.values()].flatMap((client) =>
      [...client.channels.keys()].map((key) => `${client.name}.${key}`)
    ),
    ...stored.map(({ client, key }) => `${client}.${key}`),
  ];
  return new Refusal(404, `There is no channel ${quoted(name)}${suggestion(name, new Set(known))}`);
}

/**
 * Reads a moment of the query.
 *
 * @returns Unix seconds; undefined where it is not there.
 * @throws {Refusal} If it is no moment.
 */
export function momentIn(c: Context, name: string, clock: Clock): number | undefined {
  const text = c.req.query(name);
  if (text === undefined || text.trim() === "") return undefined;
  const time = text.length > 100 ? undefined : parseMoment(text, clock.time());
  if (time !== undefined && Math.abs(time) < 1e11) return time;
  throw new Refusal(
    400,
    `${name}: expected now, a time ago (2h), unix seconds or a date (2026-11-27T18:00), got ${quoted(text)}`,
  );
}

/**
 * Reads from when to when.
 *
 * @throws {Refusal} If the begin is not before the end, or the stretch is absurd.
 */
export function stretchIn(c: Context, clock: Clock): { from: number; to: number } {
  const to = momentIn(c, "to", clock) ?? clock.time();
  const from = momentIn(c, "from", clock) ?? to - 3600;
  if (!(from < to)) throw new Refusal(400, "Expected from before to");
  if (to - from > LONGEST) throw new Refusal(400, "Expected a stretch of at most a hundred years");
  return { from, to };
}
