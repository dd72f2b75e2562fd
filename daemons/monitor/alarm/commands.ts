/** Commands about alarms. @module */
import { CommandError, ConfigError } from "../../../lib/errors.ts";
import type { ParsedLine } from "../../../lib/line/mod.ts";
import { type Duration, milliseconds } from "../../../lib/time/mod.ts";
import { type Asked, done, type Entry, EVERYWHERE, textOf } from "../command.ts";
import type { LiveLab } from "../live_lab.ts";
import type { Alarms } from "./alarms.ts";
import { rehearse, showRehearsal } from "./rehearsal.ts";
import { clientsOf } from "./rule.ts";

/** What people may say to alarms, and ask of them. */
export const ALARM_COMMANDS: readonly (readonly [string, Entry])[] = [
  ["alarms", {
    usage: "alarms",
    description: "Shows the alarm rules and how they stand",
    ways: EVERYWHERE,
    asks: () => [{ deed: "see" }],
    run: (_line, _asker, { lab }) => done(showAlarms(lab)),
  }],
  ["acknowledge", {
    usage: "acknowledge ALARM [NOTE]",
    description: "Says that somebody knows of an alarm",
    ways: EVERYWHERE,
    asks: asksOfAlarm,
    run(line, { source }, { lab }) {
      alarmsOf(lab).acknowledge(line.args[0] ?? "", source, textOf(line, 2));
      return done("acknowledged");
    },
  }],
  ["shelve", {
    usage: "shelve ALARM TIME [NOTE]",
    description: 'Keeps an alarm quiet for a while: shelve detector-warm 2h "warming up"',
    ways: EVERYWHERE,
    asks: asksOfAlarm,
    run(line, { source }, { lab }) {
      const [name = "", time = ""] = line.args;
      alarmsOf(lab).shelve(name, secondsIn(time), source, textOf(line, 3));
      return done(`shelved for ${time}`);
    },
  }],
  ["unshelve", {
    usage: "unshelve ALARM",
    description: "Lets a shelved alarm be heard again",
    ways: EVERYWHERE,
    asks: asksOfAlarm,
    run(line, { source }, { lab }) {
      alarmsOf(lab).unshelve(line.args[0] ?? "", source);
      return done("no longer shelved");
    },
  }],
  ["test_alarm", {
    usage: "test_alarm ALARM [SPAN [CONDITION [GRACE]]]",
    description:
      'Shows when a rule would have tripped: test_alarm detector-warm 7d "cryocon.temperature > -95" 1min',
    ways: EVERYWHERE,
    asks: () => [{ deed: "see" }],
    async run({ args }, _asker, { lab }) {
      const [rule = "", span = "24h", when = "", grace = ""] = args;
      const trial = { rule, seconds: secondsIn(span), when, grace };
      try {
        const text = showRehearsal(await rehearse(lab, lab.clock, trial));
        return { confirmed: true, text, outcome: { text } };
      } catch (error) {
        if (error instanceof ConfigError) throw new CommandError("invalid", error.message);
        throw error;
      }
    },
  }],
];

/** Whoever may command all devices that an alarm looks at may say something to it. */
function asksOfAlarm({ args }: ParsedLine, lab: LiveLab): Asked[] {
  const rule = lab.alarms?.all.find(({ rule }) => rule.name === args[0])?.rule;
  const clients = rule ? clientsOf(rule, lab.clients) : [];
  return clients.length === 0 ? [{ deed: "alarm" }] : clients.map((client) => ({ deed: "alarm", client }));
}

function alarmsOf(lab: LiveLab): Alarms {
  if (lab.alarms) return lab.alarms;
  throw new CommandError("invalid", "There are no alarms here");
}

function showAlarms(lab: LiveLab): string {
  const lines = alarmsOf(lab).all.map(({ rule, phase, saved }) => {
    const { acknowledged, shelved, message } = saved;
    const marks = [
      phase,
      ...acknowledged ? [`acknowledged by ${acknowledged.by}`] : [],
      ...shelved ? [`shelved by ${shelved.by}`] : [],
    ];
    const isTold = phase === "active" || phase === "latched";
    return `  ${rule.name}: ${marks.join(", ")}${isTold && message ? `: ${message}` : ""}`;
  });
  return lines.join("\n") || "  no alarm rules";
}

function secondsIn(time: string): number {
  try {
    return milliseconds(time as Duration) / 1000;
  } catch {
    throw new CommandError("invalid", `Expected a time such as 2h or 30min, got ${JSON.stringify(time)}`);
  }
}
