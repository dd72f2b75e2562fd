/** Cools the detector: ramp, target, settle; fails loudly when the heater has no reserve or the sensor is missing. */
import {
  CommandError,
  connect,
  type Device,
  DewarError,
  type Duration,
  formatDuration,
  milliseconds,
  type Run,
  type Settling,
  systemClock,
} from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";
import {
  type CommandLine,
  interrupted,
  type Needs,
  type Parsed,
  progressBar,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { needsToConnect } from "../lib/sdk/place.ts";
import { asRun, needsOfRun, runOptions } from "./as_run.ts";
import { claim } from "./claim.ts";

/** The daemon's name unless another is given. */
const NAME = "cryocon";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task cooldown",
  description: "Cools (or warms) the detector along a ramp and waits until its temperature has settled.",
  options: {
    target: { type: "number", description: "Temperature to reach, degC", default: -100, min: -200, max: 50 },
    rate: { type: "number", description: "Ramp rate, K/min", default: 1, min: 0, max: 100 },
    loop: { type: "integer", description: "Control loop of the detector", default: 1, min: 1, max: 4 },
    tolerance: { type: "number", description: "How near counts as settled, K", default: 0.1, min: 0 },
    settle: { type: "text", description: "For how long it must stay there", default: "30 s" },
    timeout: { type: "text", description: "When to give up", default: "8 h" },
    patience: {
      type: "text",
      description: "How long the heater may be at its limit, or the sensor missing",
      default: "1 min",
    },
    ...runOptions,
  },
  operands: {
    placeholder: "WHERE",
    description: `Name or HOST:PORT of the daemon (default: ${NAME})`,
    max: 1,
  },
  examples: [
    ["", "to -100 degC at 1 K/min"],
    ["--target -120 --rate 0.5 localhost:7024", "colder, slower, and a daemon by its address"],
  ],
} as const satisfies CommandLine;

/** The cryostat's daemon, wherever it is. */
export async function needs({ operands: [where] }: Parsed<typeof commandLine>): Promise<Needs> {
  return needsOfRun(await needsToConnect(Cryocon, where ?? NAME));
}

type Cryostat = Device<typeof Cryocon>;
type State = Awaited<ReturnType<Cryostat["get"]>>;

function durationOf(option: string, text: string): number {
  try {
    return milliseconds(text as Duration);
  } catch (cause) {
    throw new UsageError(`--${option}: expected a time such as "30 s", got ${JSON.stringify(text)}`, {
      cause,
    });
  }
}

/** What makes a cooldown hopeless, if it lasts: a heater without reserve, or a value that may not be believed. */
function complaint(state: State, loop: number): string | undefined {
  try {
    const { output } = state.loop[loop - 1]!;
    const below = state.target.temperature - state.temperature;
    if (output < 99.5 || below <= 0) return undefined;
    return `heater ${loop} gives ${output.toFixed(0)} % and the detector is still ${
      below.toFixed(1)
    } K below ` +
      "its target: it has no reserve (look at its range, the cold head, the load)";
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Fails once the same kind of trouble has lasted for `patience`, milliseconds; otherwise goes on until the device is closed. */
async function failWhenHopeless(cryocon: Cryostat, loop: number, patience: number): Promise<void> {
  let since: number | undefined;
  for await (const state of cryocon) {
    const reason = complaint(state, loop);
    if (reason === undefined) since = undefined;
    else if (systemClock.now() - (since ??= systemClock.now()) >= patience) throw new DewarError(reason);
  }
}

async function cooldown(
  { options, operands: [where = NAME] }: Parsed<typeof commandLine>,
  stop: AbortController,
  run: Run,
): Promise<void> {
  const { target, rate, loop, tolerance } = options;
  const time = durationOf("settle", options.settle);
  const timeout = durationOf("timeout", options.timeout);
  const patience = durationOf("patience", options.patience);
  const { signal } = stop;
  await using cryocon = await connect(Cryocon, where, { signal });
  await using claimed = await claim(cryocon, "it", `cooldown to ${target} degC`);
  claimed?.lost.addEventListener("abort", () => stop.abort(claimed.lost.reason));
  const { temperature: start } = await cryocon.get({ signal });
  const began = systemClock.now();

  await cryocon.loop.at(loop - 1).set({ type: "ramp", rate }, { signal });
  await cryocon.set({ temperature: target }, { signal });
  await cryocon.commands.control({ signal });

  using progress = progressBar();
  const onProgress = ({ value, held }: Settling) => {
    const there = held > 0 ? `settled for ${formatDuration(held)}` : `on the way to ${target} degC`;
    const fraction = (start - value) / (start - target);
    const note = `${value.toFixed(2)} degC, ${there}`;
    progress.update(fraction, note);
    run.progress(fraction, note);
  };
  failWhenHopeless(cryocon, loop, patience).catch((reason) => stop.abort(reason));
  await cryocon.settle("temperature", { time, tolerance, timeout, signal, onProgress });
  const { temperature } = await cryocon.get();
  const took = formatDuration(systemClock.now() - began);
  console.log(`From ${start.toFixed(2)} degC to ${temperature.toFixed(2)} degC in ${took}`);
}

if (import.meta.main) {
  await runProgram(commandLine, async (parsed) => {
    const stop = new AbortController();
    const interruption = new DewarError("interrupted");
    void interrupted().then(() => stop.abort(interruption));
    try {
      const { options, operands: [where = NAME] } = parsed;
      await asRun("cooldown", options, [{ where, usual: NAME }], stop.signal, (run) => {
        run.signal.addEventListener("abort", () => stop.abort(run.signal.reason));
        return cooldown(parsed, stop, run);
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      const { reason } = stop.signal;
      console.error(
        `The cooldown to ${parsed.options.target} degC failed: ${reason.message}. The cryostat is left as it is.`,
      );
      return reason === interruption ? 130 : 1;
    }
  });
}
