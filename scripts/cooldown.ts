/** Cools the detector: ramp, target, settle; fails loudly when the heater has no reserve or the sensor is missing. */
import {
  connect,
  type Device,
  type Duration,
  formatDuration,
  milliseconds,
  systemClock,
  TimeoutError,
} from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";
import { type CommandLine, progressBar, runProgram } from "../lib/cli/mod.ts";
import { CommandError } from "../lib/errors.ts";

const LINE = {
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
  },
  operands: {
    placeholder: "WHERE",
    description: "Name or HOST:PORT of the daemon (default: cryocon)",
    max: 1,
  },
  examples: [
    ["", "to -100 degC at 1 K/min"],
    ["--target -120 --rate 0.5 localhost:7024", "colder, slower, and a daemon by its address"],
  ],
} as const satisfies CommandLine;

type Cryostat = Device<typeof Cryocon>;

/** Watches for what makes a cooldown hopeless; ends with the reason once that has lasted for `patience`. */
async function trouble(
  cryocon: Cryostat,
  loop: number,
  patience: number,
  signal: AbortSignal,
): Promise<string> {
  let since: number | undefined;
  for await (const state of cryocon) {
    if (signal.aborted) break;
    const reason = complaint(state, loop);
    if (reason === undefined) since = undefined;
    else if (systemClock.now() - (since ??= systemClock.now()) >= patience) return reason;
  }
  return "the connection was closed";
}

/** What is wrong now: a heater without reserve, or a value that may not be believed. */
function complaint(state: Awaited<ReturnType<Cryostat["get"]>>, loop: number): string | undefined {
  try {
    const { output } = state.loop[loop - 1]!;
    const below = state.target.temperature - state.temperature;
    if (output < 99.5 || below <= 0) return undefined;
    return `heater ${loop} gives ${output} % and the detector is still ${
      below.toFixed(1)
    } K below its target: ` +
      `it has no reserve (look at its range, the cold head, the load)`;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

await runProgram(LINE, async ({ options, operands: [where = "cryocon"] }) => {
  const { target, rate, loop, tolerance } = options;
  const settle = { time: options.settle as Duration, tolerance, timeout: options.timeout as Duration };
  const patience = milliseconds(options.patience as Duration);
  await using cryocon = await connect(Cryocon, where);
  await using _claim = await cryocon.claim({ note: `cooldown to ${target} degC` });
  const start = (await cryocon.get()).temperature;
  const began = systemClock.now();

  await cryocon.loop.at(loop - 1).set({ type: "ramp", rate });
  await cryocon.set({ temperature: target });
  await cryocon.commands.control();

  using progress = progressBar();
  const end = new AbortController();
  const hopeless = trouble(cryocon, loop, patience, end.signal).then((reason) => {
    throw new TimeoutError(
      `The cooldown to ${target} degC failed: ${reason}. The cryostat is left as it is.`,
    );
  });
  try {
    await Promise.race([
      hopeless,
      cryocon.settle("temperature", {
        ...settle,
        signal: end.signal,
        onProgress({ value, held }) {
          const there = held > 0 ? `settled for ${formatDuration(held)}` : `on the way to ${target} degC`;
          progress.update((start - value) / (start - target), `${value.toFixed(2)} degC, ${there}`);
        },
      }),
    ]);
  } finally {
    end.abort();
  }
  const { temperature } = await cryocon.get();
  const took = formatDuration(systemClock.now() - began);
  console.log(`From ${start.toFixed(2)} degC to ${temperature.toFixed(2)} degC in ${took}`);
});
