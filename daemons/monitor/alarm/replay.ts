/** What a rule would have done: its condition over values of the past. @module */
import { Condition, type Scene } from "../../../lib/condition/mod.ts";
import type { Channels } from "../../../lib/condition/mod.ts";
import type { Reading } from "../../../lib/device/reading.ts";
import { Alarm } from "./alarm.ts";
import type { Rule } from "./rule.ts";

/** A value of the past. */
export interface Past {
  /** The channel, with its client: `cryocon.temperature`. */
  readonly channel: string;
  /** What was read. */
  readonly reading: Reading;
}

/** Once that the rule would have tripped. */
export interface Tripping {
  /** When, unix seconds. */
  readonly from: number;
  /** When it would have been clear again; undefined if it never was. */
  to?: number;
  /** Why nobody knew, if it would have tripped for that. */
  readonly unknown: string | undefined;
}

/** Between values time passes in steps of this, seconds: for grace times and ages. */
const STEP = 1;
/** Nothing that long happens between two values but waiting: the last steps are enough, seconds. */
const LONGEST_WAIT = 3600;

/**
 * Runs a rule over the past, as if nobody had acknowledged anything.
 *
 * @param rule The rule.
 * @param channels What its channels are.
 * @param past The values, in the order of their times.
 * @param until Where the past ends, unix seconds.
 * @returns Each time it would have tripped.
 * @throws {ConfigError} If its condition does not fit the channels.
 */
export async function replay(
  rule: Rule,
  channels: Channels,
  past: Iterable<Past> | AsyncIterable<Past>,
  until: number,
): Promise<Tripping[]> {
  // Conditions of their own: those that are at work remember what they have seen.
  const when = new Condition(rule.when.text);
  const precondition = rule.precondition && new Condition(rule.precondition.text);
  const conditions = precondition ? [when, precondition] : [when];
  for (const condition of conditions) condition.check(channels);
  const latest = new Map<string, Reading>();
  const trippings: Tripping[] = [];
  let alarm: Alarm | undefined;
  let now = 0;
  const lookAt = (time: number) => {
    now = time;
    const scene: Scene = {
      now,
      reading: (channel) => latest.get(channel),
      age: (channel) => Math.max(0, now - latest.get(channel)!.time),
    };
    alarm ??= new Alarm({ ...rule, latch: false }, undefined, now);
    for (const what of alarm.look(when.look(scene), precondition?.look(scene), now)) {
      if (what === "raised") trippings.push({ from: now, unknown: alarm.unknown });
      else if (what === "cleared") trippings.at(-1)!.to = now;
    }
  };
  const pass = (to: number) => {
    const end = Math.min(to, now + LONGEST_WAIT + (rule.grace + rule.clearAfter) / 1000);
    while (now + STEP < end) lookAt(now + STEP);
  };
  for await (const { channel, reading } of past) {
    if (alarm && reading.time > now + STEP) pass(reading.time);
    latest.set(channel, reading);
    for (const condition of conditions) condition.observe(channel, reading);
    lookAt(Math.max(now, reading.time));
  }
  if (alarm) {
    pass(until);
    lookAt(Math.max(now, until));
  }
  return trippings;
}
