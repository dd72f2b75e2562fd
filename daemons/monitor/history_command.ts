/** `history`: what was stored of a channel, by command. @module */
import { suggestion } from "../../lib/device/nearest.ts";
import { CommandError } from "../../lib/errors.ts";
import type { LiveLab } from "./live_lab.ts";
import { parseMoment } from "./moment.ts";
import { clientNamed } from "./named.ts";

/** Most points of a history, whatever is asked. */
const MOST_POINTS = 20_000;

/**
 * Reads the history of a channel.
 *
 * @param args `CLIENT.CHANNEL [FROM [TO [POINTS]]]`.
 * @param lab The lab.
 * @returns The series as JSON.
 * @throws {CommandError} `invalid`, if there is no such channel or the stretch makes no sense.
 */
export async function historyAsked(
  [name = "", from = "1h", to = "now", points = "500"]: readonly string[],
  lab: LiveLab,
): Promise<string> {
  const now = lab.clock.time();
  const dot = name.indexOf(".");
  const client = clientNamed(dot < 0 ? name : name.slice(0, dot), lab);
  const key = name.slice(dot + 1);
  const channel = client.channels.get(key) ?? client.channels.values().find(({ wire }) => wire === key);
  if (!channel) {
    throw new CommandError(
      "invalid",
      `${client.name} has no channel ${key}${suggestion(key, client.channels.keys())}`,
    );
  }
  const range = { from: moment(from, now), to: moment(to, now), points: Number(points) };
  const isRight = range.to > range.from && Number.isInteger(range.points) && range.points >= 1 &&
    range.points <= MOST_POINTS;
  if (!isRight) {
    throw new CommandError(
      "invalid",
      `Expected FROM before TO and 1 to ${MOST_POINTS} points, got ${from} ${to} ${points}`,
    );
  }
  return JSON.stringify(await lab.history(client.name, channel.key, range));
}

function moment(text: string, now: number): number {
  const time = parseMoment(text, now);
  if (time !== undefined) return time;
  throw new CommandError(
    "invalid",
    `Expected a time such as 2h (ago), 2026-11-27T18:00 or now, got ${JSON.stringify(text)}`,
  );
}
