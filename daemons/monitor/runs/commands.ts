/** What scripts say of their runs, as lines: `run_begin`, `run_progress`, `run_end`. @module */
import { isRecord } from "../../../lib/device/fields.ts";
import { CommandError } from "../../../lib/errors.ts";
import type { ParsedLine } from "../../../lib/line/mod.ts";
import type { RunOutcome, RunRow } from "../store/run.ts";
import type { LiveRun, Runs } from "./runs.ts";

/** Longest text that is kept of what a script says. */
const LONGEST = 2000;
/** Most devices, curves, parameters. */
const MOST = 100;
const OUTCOMES: readonly RunOutcome[] = ["done", "failed", "aborted"];

const text = (words: string | undefined): string | null => words?.trim().slice(0, LONGEST) || null;

const names = (words = ""): string[] =>
  words.split(",").map((name) => name.trim()).filter((name) => name !== "").slice(0, MOST);

function paramsOf(words: string | undefined): RunRow["params"] {
  if (words === undefined) return {};
  let params: unknown;
  try {
    params = JSON.parse(words);
  } catch {
    params = undefined;
  }
  if (!isRecord(params)) throw new CommandError("invalid", "params: expected an object as JSON");
  const known: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(params).slice(0, MOST)) {
    if (typeof value === "string") known[name] = value.slice(0, LONGEST);
    else if (typeof value === "number" || typeof value === "boolean") known[name] = value;
  }
  return known;
}

/**
 * A script has begun: `run_begin ID name=cooldown by=anna devices=cryocon plots=cryocon.temperature params={…}`.
 *
 * @param runs Where it is followed.
 * @param line The line.
 * @param source Who says it.
 * @param now Unix seconds.
 */
export function beginRun(runs: Runs, { args, options }: ParsedLine, source: string, now: number): void {
  const began = Number(options.began ?? now);
  runs.begin(args[0] ?? "", {
    name: text(options.name)?.slice(0, 60) ?? source,
    author: text(options.by)?.slice(0, 60) ?? "",
    began: began > 0 && began <= now ? began : now,
    note: text(options.note),
    params: paramsOf(options.params),
    devices: names(options.devices),
    plots: names(options.plots),
  }, source);
}

/** How far it has come: `run_progress ID fraction=0.4 note="half way"`. Answers whether somebody wants it to end. */
export function progressRun(runs: Runs, { args, options }: ParsedLine): string {
  const fraction = options.fraction === undefined ? NaN : Number(options.fraction);
  const abort = runs.progress(args[0] ?? "", {
    ...fraction >= 0 ? { progress: Math.min(fraction, 1) } : {},
    ...options.note === undefined ? {} : { doing: text(options.note) },
  });
  return abort ? `abort ${abort.by}${abort.reason && `: ${abort.reason}`}` : "";
}

/** How it has ended: `run_end ID outcome=failed reason="the heater has no reserve"`. */
export function endRun(runs: Runs, { args, options }: ParsedLine): void {
  const outcome = OUTCOMES.find((one) => one === options.outcome);
  if (!outcome) throw new CommandError("invalid", `outcome: expected one of ${OUTCOMES.join(", ")}`);
  runs.end(args[0] ?? "", outcome, text(options.reason));
}

/** The runs that are going on, for people at a console. */
export function showRuns({ live }: Runs): string {
  return live.map(showRun).join("\n") || "  no runs are going on";
}

function showRun({ row, silent, abort }: LiveRun): string {
  const { id, author, progress, doing } = row;
  const marks = [
    ...author ? [`by ${author}`] : [],
    ...progress === null ? [] : [`${Math.round(100 * progress)} %`],
    ...doing === null ? [] : [doing],
    ...abort ? [`${abort.by} wants it to end`] : [],
    ...silent ? ["not heard of for a while"] : [],
  ];
  return `  ${id}: ${marks.join(", ") || "begun"}`;
}
