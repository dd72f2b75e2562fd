/** A rule tried on what is stored: as it is, or with another condition or grace time. Nothing is told, nothing is done. @module */
import { Condition } from "../../../lib/condition/mod.ts";
import { suggestion } from "../../../lib/device/nearest.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { type Clock, type Duration, milliseconds } from "../../../lib/time/mod.ts";
import type { Lab } from "../lab.ts";
import { type Past, replay, type Tripping } from "./replay.ts";
import type { Rule } from "./rule.ts";
import { labScene } from "./scene.ts";

/** Most trippings that are given. */
const MOST = 500;

/** What is to be tried. */
export interface Trial {
  /** The rule's name. */
  readonly rule: string;
  /** How far back, seconds. */
  readonly seconds: number;
  /** Another condition; the rule's own where it is empty. */
  readonly when?: string;
  /** Another grace time, `"30 s"`; the rule's own where it is empty. */
  readonly grace?: string;
}

/** What a rule would have done. */
export interface Rehearsal {
  /** The rule as it was tried. */
  readonly rule: Rule;
  /** From when, unix seconds. */
  readonly from: number;
  /** To when, unix seconds. */
  readonly to: number;
  /** How many values there were. */
  readonly values: number;
  /** What it looks at that is not recorded. */
  readonly unrecorded: readonly string[];
  /** When it would have tripped, the last first. */
  readonly trippings: readonly Tripping[];
  /** How often in all. */
  readonly count: number;
}

/**
 * Tries a rule.
 *
 * @throws {ConfigError} If there is no such rule, nothing is stored, or the condition does not fit.
 * @throws {ConnectionError} If the store does not answer.
 */
export async function rehearse(lab: Lab, clock: Clock, trial: Trial): Promise<Rehearsal> {
  const rules = lab.alarms?.all.map(({ rule }) => rule) ?? [];
  const known = rules.find(({ name }) => name === trial.rule);
  if (!known) {
    const hint = suggestion(trial.rule.slice(0, 100), rules.map(({ name }) => name));
    throw new ConfigError(`There is no alarm ${JSON.stringify(trial.rule)}${hint}`);
  }
  const { records } = lab;
  if (!records) throw new ConfigError("Nothing is stored here: there is no past to test a rule on");
  const { when = "", grace = "" } = trial;
  const rule: Rule = {
    ...known,
    ...when.trim() === "" ? {} : { when: new Condition(when) },
    ...grace.trim() === "" ? {} : { grace: graceOf(grace) },
  };
  const to = clock.time();
  const from = to - trial.seconds;
  const { byChannel, unrecorded } = channelsOf(rule, lab);
  let values = 0;
  const past = async function* (): AsyncGenerator<Past> {
    const channels = [...byChannel.keys()].map((name) => {
      const dot = name.indexOf(".");
      return { client: name.slice(0, dot), key: name.slice(dot + 1) };
    });
    for await (const { client, key, reading } of records.raw(channels, { from, to })) {
      values += 1;
      // What held already at the begin is looked at from there on.
      const seen = reading.time < from ? { ...reading, time: from } : reading;
      for (const channel of byChannel.get(`${client}.${key}`) ?? []) yield { channel, reading: seen };
    }
  };
  const trippings = await replay(rule, labScene(lab, clock).channels, past(), to);
  const [count, shown] = [trippings.length, trippings.slice(-MOST).reverse()];
  return { rule, from, to, values, unrecorded, trippings: shown, count };
}

/** What a rule looks at: the names it has for each stored channel, and what is not stored. */
function channelsOf(rule: Rule, lab: Lab): { byChannel: Map<string, string[]>; unrecorded: string[] } {
  const names = new Set([rule.when, rule.precondition].flatMap((condition) => [...condition?.names ?? []]));
  const byChannel = new Map<string, string[]>();
  const unrecorded: string[] = [];
  for (const name of names) {
    const dot = name.indexOf(".");
    const client = lab.clients.get(name.slice(0, dot));
    const key = name.slice(dot + 1);
    const channel = client?.channels.get(key) ?? client?.channels.values().find(({ wire }) => wire === key);
    if (dot > 0 && client && channel) {
      const stored = `${client.name}.${channel.key}`;
      byChannel.set(stored, [...byChannel.get(stored) ?? [], name]);
    } else if (lab.clients.has(name)) unrecorded.push(name);
  }
  return { byChannel, unrecorded };
}

function graceOf(text: string): number {
  try {
    return milliseconds(text.trim() as Duration);
  } catch {
    throw new ConfigError(`Expected a grace time such as "30 s", got ${JSON.stringify(text)}`);
  }
}

/** What came of it, for people at a console. */
export function showRehearsal({ rule, from, to, values, unrecorded, trippings, count }: Rehearsal): string {
  const moment = (time: number) => new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
  const times = count === 0 ? "not at all" : count === 1 ? "once" : `${count} times`;
  return [
    `  ${rule.name} (${rule.when.text}) would have tripped ${times} from ${moment(from)} to ${
      moment(to)
    } UTC, ` +
    `by ${values} stored values`,
    ...unrecorded.length > 0 ? [`  not recorded, and taken as unknown: ${unrecorded.join(", ")}`] : [],
    ...trippings.map(({ from, to, unknown }) =>
      `  ${moment(from)} ${to === undefined ? "until now" : `to ${moment(to)}`}${
        unknown ? `: ${unknown}` : ""
      }`
    ),
  ].join("\n");
}
