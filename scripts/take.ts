/** Takes images with a camera. */
import { connect, DewarError, type Run, systemClock } from "@dewar/sdk";
import { Archon } from "@dewar/sdk/models";
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
import { asRun, imagesOf, needsOfRun, runOptions } from "./as_run.ts";
import { claim } from "./claim.ts";

/** The daemon's name unless another is given. */
const NAME = "archon";
const TYPES = ["object", "flat", "bias", "dark", "fe55", "ptc"] as const;
type ImageType = typeof TYPES[number];

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task take",
  description: "Takes images with a camera; the daemon writes them, and their files are printed.",
  options: {
    seconds: {
      type: "number",
      short: "s",
      description: "Exposure time, s; none for a bias (default 1)",
      min: 0,
      max: 10_000,
    },
    type: { type: "text", short: "t", description: `What of: ${TYPES.join(", ")}`, default: "object" },
    count: { type: "integer", short: "c", description: "How many", default: 1, min: 1, max: 1_000_000 },
    object: { type: "text", description: "What is looked at, for the header" },
    stream: {
      type: "switch",
      description: "As fast as the controller can, reading one while others are written",
    },
    ...runOptions,
  },
  operands: {
    placeholder: "WHERE",
    description: `Name or HOST:PORT of the daemon (default: ${NAME})`,
    max: 1,
  },
  examples: [
    ["--seconds 30 --type dark", "a dark of 30 s"],
    ["-t flat -s 2 -c 2", "a pair of flats"],
    ["-t bias -c 100 --stream localhost:7001", "a hundred biases, as fast as can be"],
  ],
} as const satisfies CommandLine;

/** The camera's daemon, wherever it is. */
export async function needs({ operands: [where] }: Parsed<typeof commandLine>): Promise<Needs> {
  return needsOfRun(await needsToConnect(Archon, where ?? NAME));
}

function typeOf(text: string): ImageType {
  const type = TYPES.find((type) => type === text);
  if (type) return type;
  throw new UsageError(`--type: expected ${TYPES.join(", ")}, got ${JSON.stringify(text)}`);
}

async function take(
  { options, operands: [where = NAME] }: Parsed<typeof commandLine>,
  run: Run,
): Promise<void> {
  const { signal } = run;
  const { object, count, stream } = options;
  const type = typeOf(options.type);
  const seconds = options.seconds ?? (type === "bias" ? 0 : 1);
  await using archon = await connect(Archon, where, { signal });
  await using _claimed = await claim(archon, "the camera", `${count} ${type}`);
  await using _images = await imagesOf(run, archon);
  if (object !== undefined) await archon.set({ object });
  using progress = progressBar();
  const onProgress = ({ fraction = 0, note = "" }) => {
    progress.update(fraction, note);
    run.progress(fraction, note);
  };
  const given = { timeout: "2 min", onProgress } as const;
  const began = systemClock.now();
  const abort = () => void archon.commands.abort().catch(() => {}); // it may have ended by itself
  signal.addEventListener("abort", abort, { once: true });
  try {
    if (stream) {
      const taken = await archon.commands.stream({ seconds, type, count }, given);
      const rate = taken / (systemClock.now() - began) * 1000;
      console.log(`${taken} images, ${rate.toPrecision(3)} in a second`);
    } else {
      const paths = await archon.commands.sequence({ seconds, type, count }, given);
      console.log(paths.replaceAll(",", "\n"));
    }
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

if (import.meta.main) {
  await runProgram(commandLine, async (parsed) => {
    const stop = new AbortController();
    const interruption = new DewarError("interrupted");
    void interrupted().then(() => stop.abort(interruption));
    const { options, operands: [where = NAME] } = parsed;
    let ended: AbortSignal = stop.signal;
    try {
      await asRun("take", options, [{ where, usual: NAME }], stop.signal, (run) => {
        ended = run.signal;
        return take(parsed, run);
      });
    } catch (error) {
      if (!ended.aborted) throw error;
      console.error(`Taking images was interrupted: ${ended.reason.message}`);
      return 130;
    }
  });
}
