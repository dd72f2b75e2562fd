/** A PandA triggers the camera; frames and the positions during each exposure are matched by their stamps. */
import {
  type Clock,
  connect,
  type Device,
  DewarError,
  type Run,
  systemClock,
  type Transport,
} from "@dewar/sdk";
import { Archon } from "@dewar/sdk/models";
import { type Acquisition, connectPanda, matchStamps, type Panda, record } from "@dewar/sdk/panda";
import {
  type CommandLine,
  interrupted,
  type Needs,
  type OptionValues,
  type Parsed,
  progressBar,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { dateText } from "../lib/fits/mod.ts";
import { formatAddress } from "../lib/net/mod.ts";
import { needsToConnect } from "../lib/sdk/place.ts";
import { asRun, needsOfRun, runOptions } from "./as_run.ts";
import { LEAD, PULSE, setUp } from "./triggered_scan/box.ts";
import { framesOf } from "./triggered_scan/frames.ts";

/** The camera's daemon unless another is given. */
const NAME = "archon";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task triggered_scan",
  description:
    "Lets a PandA trigger the camera's exposures and captures positions while the shutter is open. The images are " +
    "the daemon's; positions (scan-*.h5) and the list of what belongs together (scan-*.json) go beside them. Settings " +
    "of the box are restored at the end. The exit status is 0 if every trigger gave an image and a row of positions.",
  options: {
    panda: { type: "text", placeholder: "HOST[:PORT]", default: "localhost", description: "The PandA" },
    count: { type: "integer", short: "n", default: 10, min: 1, max: 65535, description: "Exposures" },
    exposure: { type: "number", default: 0.1, min: 0, max: 10_000, description: "Time of an exposure, s" },
    period: {
      type: "number",
      default: 5,
      min: 0.02,
      description: "From trigger to trigger, s; more than a readout takes",
    },
    type: { type: "text", default: "object", description: "What images are of: object, flat, dark, ..." },
    positions: {
      type: "text",
      placeholder: "FIELD,...",
      default: "INENC1.VAL",
      description: "Positions to capture: their mean over each exposure, and their value at its end",
    },
    output: {
      type: "integer",
      default: 1,
      min: 1,
      max: 10,
      description: "TTL output that goes to the camera's trigger",
    },
    shutter: {
      type: "integer",
      default: 1,
      min: 1,
      max: 6,
      description: "TTL input that the camera's shutter signal is at",
    },
    sequencer: { type: "integer", default: 1, min: 1, max: 4, description: "Sequencer to use" },
    folder: {
      type: "text",
      default: "data/images",
      description: "The folder the daemon writes its images to",
    },
    ...runOptions,
  },
  operands: {
    placeholder: "CAMERA",
    description: `Name or HOST:PORT of the camera's daemon (default: ${NAME})`,
    max: 1,
  },
  examples: [
    ["--count 20 --exposure 0.5 --period 4", "twenty exposures with the PandA of this machine"],
    [
      "--panda panda.lab --positions INENC1.VAL,INENC2.VAL localhost:7001",
      "two axes, and a camera by its address",
    ],
  ],
} as const satisfies CommandLine;

type Options = OptionValues<typeof commandLine>;

/** Camera, box, and the folder. */
export async function needs({ operands: [where], options }: Parsed<typeof commandLine>): Promise<Needs> {
  const camera = await needsToConnect(Archon, where ?? NAME);
  const { host, port } = boxOf(options.panda);
  const net = [...camera.net ?? [], formatAddress(host, port), formatAddress(host, port + 1)];
  return needsOfRun({
    ...camera,
    net,
    read: [...camera.read ?? [], options.folder],
    write: [options.folder],
  });
}

function boxOf(where: string): { host: string; port: number } {
  const [, host = where, port = "8888"] = /^(.*):(\d+)$/.exec(where) ?? [];
  return { host, port: Number(port) };
}

/** How long after its time something may come, ms. */
const GRACE = 30_000;

/** Takes the images; whatever happens, nothing is left waiting for a trigger. */
async function expose(
  camera: Device<typeof Archon>,
  panda: Panda,
  options: Options,
  { run, signal, clock, onProgress }: {
    run: string;
    signal: AbortSignal;
    clock: Clock;
    onProgress: (fraction: number, note: string) => void;
  },
) {
  const { count, exposure, period, folder } = options;
  await using rows = await panda.data({ signal });
  await using filed = await panda.data({ signal });
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const streaming = camera.commands.stream(
    { seconds: exposure, type: options.type as "object", count },
    { timeout: 1000 * (LEAD + count * period) + 4 * GRACE, signal },
  );
  streaming.catch(() => {}); // it is awaited below, after what else may fail
  try {
    const ready = camera.waitFor((s) => s.state === "streaming", { timeout: "20 s", signal: until });
    ready.catch(() => {}); // the stream itself may have failed before
    await Promise.race([ready, streaming]);
    using progress = progressBar();
    const show = (done: number) => {
      const note = `${done} of ${count} images`;
      progress.update(done / count, note);
      onProgress(done / count, note);
    };
    watch(camera, show, until).catch(() => {}); // it is for people only
    const recording = record(filed, { scheme: `${folder}/${run}.h5`, clock });
    recording.catch(() => {});
    await panda.arm({ signal });
    const acquisition = (await rows.acquisitions().next()).value as Acquisition;
    const columns = await acquisition.columns();
    await recording;
    const patience = 1000 * (exposure + period) + GRACE;
    const late = clock.after(patience, () => void camera.commands.finish().catch(() => {}));
    await streaming.finally(() => late.stop());
    return { start: acquisition.start, columns };
  } catch (error) {
    await panda.disarm().catch(() => {}); // the box may be what failed
    await camera.commands.abort().catch(() => {}); // nothing may be under way
    throw error;
  } finally {
    over.abort();
  }
}

/** Tells how many images there are, until the signal aborts. */
async function watch(
  camera: Device<typeof Archon>,
  tell: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { frame: before } = await camera.get();
  for await (const { frame } of camera) {
    if (signal.aborted) return;
    tell(frame - before);
  }
}

/** With what a scan reaches camera and box. */
export interface Reach {
  /** Clock (default: the system's). */
  readonly clock?: Clock;
  /** How to connect (default: over TCP). */
  readonly transport?: Transport;
  /** The run it is, where it is one. */
  readonly run?: Run;
}

/**
 * Makes a scan.
 *
 * @param parsed What was asked for.
 * @param signal Ends it.
 * @param reach Clock and transport.
 * @returns The exit status.
 */
export async function scan(
  { options, operands: [where = NAME] }: Parsed<typeof commandLine>,
  signal: AbortSignal,
  reach: Reach = {},
): Promise<number> {
  if (1000 * options.period <= PULSE + 1000 * options.exposure) {
    throw new UsageError(
      `--period: expected more than the exposure, got ${options.period} s for ${options.exposure} s`,
    );
  }
  const { clock = systemClock } = reach;
  const began = clock.time();
  const run = reach.run?.id ??
    `scan-${dateText(began).replace(/\..*$/, "").replace(/[-:]/g, "").replace("T", "-")}`;
  const { host, port } = boxOf(options.panda);
  await using camera = await connect(Archon, where, { ...reach, signal });
  await using panda = await connectPanda(host, { ...reach, controlPort: port, dataPort: port + 1, signal });
  const { trigger, run: runBefore } = await camera.get({ signal });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => camera.set({ trigger, run: runBefore }).then(() => {}));
  cleanup.defer(await setUp(panda, options));
  await camera.set({ trigger: "external", run }, { signal });
  const onProgress = (fraction: number, note: string) => reach.run?.progress(fraction, note);
  const { start, columns } = await expose(camera, panda, options, { run, signal, clock, onProgress });

  const frames = await framesOf(options.folder, run, began);
  const begun = unixOf(start.startTime!);
  const closed = [...columns["PCAP.TS_END.Value"]!].map((seconds) => begun + seconds);
  const match = matchStamps(closed, frames.map((frame) => frame.closed), 0.45 * options.period);
  const list = match.pairs.map(({ first, second, residual }) => ({
    ...frames[second]!,
    residual,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[first]])),
  }));
  const result = {
    run,
    started: start.startTime,
    count: options.count,
    exposure: options.exposure,
    period: options.period,
    positions: `${run}.h5`,
    offset: match.offset,
    frames: list,
    rowsWithoutFrame: match.onlyFirst,
    framesWithoutRow: match.onlySecond.map((at) => frames[at]!.path),
  };
  await Deno.writeTextFile(`${options.folder}/${run}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`${options.folder}/${run}.json`);
  const worst = Math.max(0, ...match.pairs.map(({ residual }) => Math.abs(residual)));
  console.error(
    `${list.length} of ${options.count} exposures have an image and positions; their stamps agree within ${
      (1000 * worst).toFixed(1)
    } ms`,
  );
  return list.length === options.count ? 0 : 1;
}

/** A time of the box, unix s. */
function unixOf(text: string): number {
  return Date.parse(`${text.slice(0, 19)}Z`) / 1000 + Number(text.slice(19, -1));
}

if (import.meta.main) {
  await runProgram(commandLine, async (parsed) => {
    const stop = new AbortController();
    void interrupted().then(() => stop.abort(new DewarError("interrupted")));
    const { options, operands: [where = NAME] } = parsed;
    let ended: AbortSignal = stop.signal;
    try {
      return await asRun("scan", options, [{ where, usual: NAME }], stop.signal, (run) => {
        ended = run.signal;
        return scan(parsed, run.signal, { run });
      });
    } catch (error) {
      if (!ended.aborted) throw error;
      console.error("The scan was interrupted; the box has its settings again, images so far are kept.");
      return 130;
    }
  });
}
