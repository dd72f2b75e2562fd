/** What MONITOR can be told, by TCP, at its console and on its page: the original's commands, with answers. @module */
import { suggestion } from "../../lib/device/nearest.ts";
import { CommandError } from "../../lib/errors.ts";
import type { ParsedLine } from "../../lib/line/mod.ts";
import { ALARM_COMMANDS } from "./alarm/commands.ts";
import { CLIENT_COMMANDS } from "./client_commands.ts";
import { type Asked, behind, done, type Entry, EVERYWHERE, PEOPLE, textOf } from "./command.ts";
import { historyAsked } from "./history_command.ts";
import type { Via } from "./lab.ts";
import type { LiveLab } from "./live_lab.ts";
import { beginRun, endRun, progressRun, showRuns } from "./runs/commands.ts";

const COMMANDS: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  ...CLIENT_COMMANDS,
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
  ...ALARM_COMMANDS,
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

/** Whoever may command all devices of a run may ask it to end. */
function asksOfRun({ args }: ParsedLine, { runs }: LiveLab): Asked[] {
  const devices = runs.find(args[0] ?? "")?.row.devices ?? [];
  if (devices.length === 0) return [{ deed: "lab" }];
  return devices.map((client) => ({ deed: "command", client }));
}
