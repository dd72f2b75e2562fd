/** What MONITOR can be told, by TCP, at its console and on its page: the original's commands, with answers. @module */
import { suggestion } from "../../lib/device/nearest.ts";
import { formatValue } from "../../lib/device/text.ts";
import { CommandError, ConfigError } from "../../lib/errors.ts";
import { formatLine, formatOption, type Outcome, type ParsedLine } from "../../lib/line/mod.ts";
import type { Answer } from "../../lib/link/link.ts";
import { type Duration, milliseconds } from "../../lib/time/mod.ts";
import type { Deed } from "./access/mod.ts";
import type { Alarms } from "./alarm/alarms.ts";
import { rehearse, showRehearsal } from "./alarm/rehearsal.ts";
import { clientsOf } from "./alarm/rule.ts";
import { clientNamed } from "./named.ts";
import type { Asker, Via } from "./lab.ts";
import { historyAsked } from "./history_command.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";
import { beginRun, endRun, progressRun, showRuns } from "./runs/commands.ts";

/** What came of a command. */
export interface Reply {
  /** Whether it is known to have been done; an old daemon does not tell. */
  readonly confirmed: boolean;
  /** For people. */
  readonly text: string;
  /** For programs. */
  readonly outcome?: Outcome;
}

/** What commands work on. */
export interface Workplace {
  /** The lab. */
  readonly lab: LiveLab;
  /** Sends a line to everybody who is connected; returns to how many. */
  broadcast(line: string): number;
  /** A number after everything that was seen so far. */
  finish(): number;
  /** Reads the configuration anew and takes over what differs; says what was done. */
  reload(): Promise<string>;
  /** Ends MONITOR. */
  exit(): void;
}

/** What a command asks for: what somebody has to be allowed for it. */
export interface Asked {
  readonly deed: Deed;
  /** The client it is about; without one it is about the whole lab. */
  readonly client?: string;
}

/** A command. */
export interface Entry {
  /** How it is typed. */
  readonly usage: string;
  readonly description: string;
  /** The ways by which it is taken. */
  readonly ways: readonly Via[];
  /** What it asks for. */
  asks(line: ParsedLine, lab: LiveLab): readonly Asked[];
  /** Carries it out. */
  run(line: ParsedLine, asker: Asker, work: Workplace): Reply | Promise<Reply>;
}

const EVERYWHERE = ["tcp", "katcp", "console", "page", "api", "alarm"] as const;
const PEOPLE = ["console", "page", "api", "alarm"] as const;

/** A device may take its time; what it reports of its progress starts this anew. */
const PATIENCE = "10 min";

const done = (text: string): Reply => ({ confirmed: true, text });

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ["send", {
    usage: "send CLIENT COMMAND",
    description: "Hands a command on to a client, as it is written",
    ways: EVERYWHERE,
    asks: asksToSend,
    run(line, asker, work) {
      const client = clientNamed(line.args[0], work.lab);
      return hand(client, behind(line, 2), asker, work);
    },
  }],
  ["set", {
    usage: "set CLIENT.PARAMETER=VALUE",
    description: "Sets parameters of a client; interval=SECONDS is MONITOR's own",
    ways: EVERYWHERE,
    asks: asksToSet,
    run: set,
  }],
  ...(["broadcast", "send_all"] as const).map((name): [string, Entry] => [name, {
    usage: `${name} COMMAND`,
    description: "Sends a command to everybody who is connected",
    ways: PEOPLE,
    asks: () => [{ deed: "lab" }],
    run(line, _asker, work) {
      return done(`sent to ${work.broadcast(behind(line, 1))} connections`);
    },
  }]),
  ...(["debug", "info", "message", "warning", "error", "success"] as const).map((
    type,
  ): [string, Entry] => [type, {
    usage: `${type} TEXT`,
    description: `Writes to the log: ${type}`,
    ways: EVERYWHERE,
    asks: () => [{ deed: "note" }],
    run(line, { source }, work) {
      work.lab.say(type, textOf(line, 1), source);
      return done("");
    },
  }]),
  ["reset_plots", {
    usage: "reset_plots",
    description: "Lets the curves on the page begin anew",
    ways: EVERYWHERE,
    asks: () => [{ deed: "lab" }],
    run(_line, _asker, work) {
      work.lab.resetPlots();
      return done("curves begin anew");
    },
  }],
  ["reload", {
    usage: "reload",
    description: "Reads the configuration anew and takes over what differs, without a restart",
    ways: PEOPLE,
    asks: () => [{ deed: "admin" }],
    run: async (_line, _asker, work) => done(await work.reload()),
  }],
  ["history", {
    usage: "history CLIENT.CHANNEL [FROM [TO [POINTS]]]",
    description: "Gives what was stored of a channel, as JSON: history cryocon.temperature 2h now 500",
    ways: EVERYWHERE,
    asks: () => [{ deed: "see" }],
    async run({ args }, _asker, { lab }) {
      const text = await historyAsked(args, lab);
      return { confirmed: true, text, outcome: { text } };
    },
  }],
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
  ["run_begin", {
    usage: "run_begin ID name=NAME [by=WHO] [note=TEXT] [devices=A,B] [plots=A.X,B.Y] [params=JSON]",
    description: "A script says that it has begun",
    ways: ["tcp"],
    asks: () => [{ deed: "note" }],
    run(line, { source }, { lab }) {
      beginRun(lab.runs, line, source, lab.clock.time());
      return done("");
    },
  }],
  ["run_progress", {
    usage: "run_progress ID [fraction=0..1] [note=TEXT]",
    description: "A script says how far it has come; the answer begins with abort if it shall end",
    ways: ["tcp"],
    asks: () => [{ deed: "note" }],
    run(line, _asker, { lab }) {
      const text = progressRun(lab.runs, line);
      return { confirmed: true, text, outcome: { text } };
    },
  }],
  ["run_end", {
    usage: "run_end ID outcome=done|failed|aborted [reason=TEXT]",
    description: "A script says how it has ended",
    ways: ["tcp"],
    asks: () => [{ deed: "note" }],
    run(line, _asker, { lab }) {
      endRun(lab.runs, line);
      return done("");
    },
  }],
  ["runs", {
    usage: "runs",
    description: "Shows the scripts that are running",
    ways: EVERYWHERE,
    asks: () => [{ deed: "see" }],
    run: (_line, _asker, { lab }) => done(showRuns(lab.runs)),
  }],
  ["abort_run", {
    usage: "abort_run ID [REASON]",
    description: "Asks a running script to end; it leaves its devices as its cleanups do",
    ways: EVERYWHERE,
    asks: asksOfRun,
    run(line, { source }, { lab }) {
      const id = line.args[0] ?? "";
      lab.runs.abort(id, source, textOf(line, 2));
      return done(`${id} is asked to end`);
    },
  }],
  ["exit", {
    usage: "exit",
    description: "Ends MONITOR",
    ways: PEOPLE,
    asks: () => [{ deed: "admin" }],
    run(_line, _asker, work) {
      work.exit();
      return done("ending");
    },
  }],
]);

/** The names of the commands that are taken by a way. */
export function commandNames(via: Via): string[] {
  return [...COMMANDS].filter(([, { ways }]) => ways.includes(via)).map(([name]) => name);
}

/** How commands are typed, by a way, and what they do. */
export function commandsFor(via: Via): readonly (readonly [usage: string, description: string])[] {
  return [...COMMANDS.values()].filter(({ ways }) => ways.includes(via))
    .map(({ usage, description }) => [usage, description]);
}

/**
 * Finds a command.
 *
 * @throws {CommandError} If there is none of the name, or it is not taken by this way.
 */
export function commandNamed(line: ParsedLine, via: Via): Entry {
  const entry = COMMANDS.get(line.name ?? "");
  if (entry?.ways.includes(via)) return entry;
  if (entry) throw new CommandError("denied", `${line.name} is not taken over the network`);
  const names = commandNames(via);
  throw new CommandError(
    "invalid",
    `MONITOR has no command ${JSON.stringify(line.name ?? line.text)}${suggestion(line.name ?? "", names)}`,
  );
}

/** What a device is sent is checked by it where it is a setting or a command it has told of; else it is a raw line. */
function asksToSend(line: ParsedLine, lab: LiveLab): Asked[] {
  const client = line.args[0];
  const word = line.args[1] ?? "set";
  const commands = lab.clients.get(client ?? "")?.description?.model.commands ?? {};
  const deed = word === "set" || Object.hasOwn(commands, word) ? "command" : "raw";
  return [{ deed, ...client === undefined ? {} : { client } }];
}

function asksToSet({ options }: ParsedLine): Asked[] {
  return Object.keys(options).map((name) => {
    const dot = name.indexOf(".");
    return dot < 0 ? { deed: "lab" } : { deed: "command", client: name.slice(0, dot) };
  });
}

/** Whoever may command all devices that an alarm looks at may say something to it. */
function asksOfAlarm({ args }: ParsedLine, lab: LiveLab): Asked[] {
  const rule = lab.alarms?.all.find(({ rule }) => rule.name === args[0])?.rule;
  const clients = rule ? clientsOf(rule, lab.clients) : [];
  return clients.length === 0 ? [{ deed: "alarm" }] : clients.map((client) => ({ deed: "alarm", client }));
}

/** Whoever may command all devices of a run may ask it to end. */
function asksOfRun({ args }: ParsedLine, { runs }: LiveLab): Asked[] {
  const devices = runs.find(args[0] ?? "")?.row.devices ?? [];
  if (devices.length === 0) return [{ deed: "lab" }];
  return devices.map((client) => ({ deed: "command", client }));
}

/** What stands behind the first `words` words of a line, exactly as it was written. */
function behind({ text }: ParsedLine, words: number): string {
  let rest = text.trimStart();
  for (let word = 0; word < words; word++) rest = rest.replace(/^\S+\s*/, "");
  return rest;
}

/** The text for people behind the first `words` words; around the whole of it quotes mean nothing. */
function textOf(line: ParsedLine, words: number): string {
  const options = Object.entries(line.options).map(([name, value]) => `${name}=${value}`);
  const [first, second] = [...line.args.slice(words - 1), ...options];
  return first !== undefined && second === undefined ? first : behind(line, words);
}

async function hand(client: LiveClient, text: string, asker: Asker, work: Workplace): Promise<Reply> {
  if (text === "") throw new CommandError("invalid", `Nothing to send to ${client.name}`);
  const { feed, state } = client;
  if (!feed) {
    throw new CommandError("device", `${client.name} is not connected${state.why ? `: ${state.why}` : ""}`);
  }
  const answer = await feed.command(text, { timeout: PATIENCE, ...asker.options });
  // An answer may overtake the values its client sent before it; they are on this side already.
  if ((client.seq ?? Infinity) < (answer.seq ?? 0) - 1) await work.lab.clock.sleep(0);
  return replyOf(client, answer, work);
}

function replyOf(client: LiveClient, answer: Answer, work: Workplace): Reply {
  const values = Object.fromEntries(
    [...answer.values].map(([key, value]) => {
      const param = client.channels.get(key)?.param;
      return [key, param ? formatValue(param, value) : String(value)];
    }),
  );
  const pairs = Object.entries(values).map(([key, words]) => formatOption(key, words)).join(" ");
  const result = answer.result === undefined ? undefined : String(answer.result);
  const text = answer.text ?? (pairs || result);
  return {
    confirmed: answer.confirmed,
    text: text ?? (answer.confirmed ? "done" : `sent; ${client.name} does not say what came of it`),
    outcome: {
      ...answer.confirmed ? { seq: work.finish() } : {},
      values,
      ...result === undefined ? {} : { result },
      ...answer.text === undefined ? {} : { text: answer.text },
    },
  };
}

async function set({ options }: ParsedLine, asker: Asker, work: Workplace): Promise<Reply> {
  const settings = new Map<LiveClient, Record<string, string>>();
  for (const [name, words] of Object.entries(options)) {
    const dot = name.indexOf(".");
    if (name === "interval") changeInterval(words, work.lab);
    else if (dot < 0) {
      throw new CommandError("invalid", `Expected CLIENT.PARAMETER=VALUE, got ${name}=${words}`);
    } else {
      const client = clientNamed(name.slice(0, dot), work.lab);
      settings.set(client, { ...settings.get(client), [name.slice(dot + 1)]: words });
    }
  }
  const replies = await Promise.all(
    [...settings].map(async ([client, options]) => {
      const reply = await hand(client, formatLine({ name: "set", options }), asker, work);
      const values = Object.entries(reply.outcome?.values ?? {});
      return { ...reply, values: values.map(([key, words]) => [`${client.name}.${key}`, words] as const) };
    }),
  );
  const confirmed = replies.every(({ confirmed }) => confirmed);
  return {
    confirmed,
    text: replies.map(({ text }) => text).join("; ") || "done",
    outcome: {
      ...confirmed ? { seq: work.finish() } : {},
      values: Object.fromEntries(replies.flatMap(({ values }) => values)),
    },
  };
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

function changeInterval(words: string, lab: LiveLab): void {
  const seconds = Number(words);
  if (words.trim() === "" || !(seconds >= 0 && seconds <= 3600)) {
    throw new CommandError(
      "limit",
      `interval: expected seconds from 0 to 3600, got ${JSON.stringify(words)}`,
    );
  }
  lab.interval = seconds;
}
