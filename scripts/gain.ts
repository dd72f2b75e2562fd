/** Gain and read noise of every amplifier, from two biases and two flats. */
import { connect, type Device, DewarError, type Run } from "@dewar/sdk";
import {
  type AmplifierImage,
  amplifierImages,
  type PhotonTransfer,
  photonTransfer,
  type Rect,
} from "@dewar/sdk/detector";
import { parseFits } from "@dewar/sdk/fits";
import { Archon } from "@dewar/sdk/models";
import {
  type CommandLine,
  interrupted,
  type Needs,
  type Parsed,
  type Progress,
  progressBar,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { needsToConnect } from "../lib/sdk/place.ts";
import { asRun, imagesOf, needsOfRun, runOptions } from "./as_run.ts";
import { claim } from "./claim.ts";

/** The daemon's name unless another is given. */
const NAME = "archon";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task gain",
  description:
    "Measures gain and read noise of every amplifier: takes two biases and two flats, or reads four that are there.",
  options: {
    signal: {
      type: "number",
      description:
        "Level of the flats above the bias, units; of more than some 1000 charge pushes charge away visibly",
      default: 300,
      min: 10,
    },
    seconds: {
      type: "number",
      description: "Exposure time of the first flat, which finds the level",
      default: 0.2,
      min: 0.001,
    },
    margin: {
      type: "integer",
      description: "Pixels left out at the edges of an amplifier",
      default: 8,
      min: 0,
    },
    images: {
      type: "text",
      placeholder: "FOLDER",
      description: "Where the daemon puts its images",
      default: "data/images",
    },
    biases: { type: "text", placeholder: "FILE,FILE", description: "Two biases that are there" },
    flats: { type: "text", placeholder: "FILE,FILE", description: "Two flats that are there" },
    json: { type: "switch", description: "Print JSON in place of a table" },
    ...runOptions,
  },
  operands: {
    placeholder: "WHERE",
    description: `Name or HOST:PORT of the daemon (default: ${NAME})`,
    max: 1,
  },
  examples: [
    ["", "take two biases and two flats"],
    ["--signal 2000 localhost:7001", "brighter, and a daemon by its address"],
    ["--biases b1.fits,b2.fits --flats f1.fits,f2.fits", "images that are there: no camera is needed"],
  ],
} as const satisfies CommandLine;

type Options = Parsed<typeof commandLine>["options"];

/** The files that were named; undefined where images are to be taken. */
function namedFiles({ biases, flats }: Options): Taken | undefined {
  if (biases === undefined && flats === undefined) return undefined;
  return { biases: pairOf("biases", biases), flats: pairOf("flats", flats) };
}

function pairOf(option: string, text = ""): Pair {
  const [first, second, ...more] = text.split(",");
  if (first && second && more.length === 0) return [first, second];
  throw new UsageError(`--${option}: expected two files, parted by a comma, got ${JSON.stringify(text)}`);
}

/** The camera's daemon and the folder of its images, or four files and no network at all. */
export async function needs({ options, operands: [where] }: Parsed<typeof commandLine>): Promise<Needs> {
  const named = namedFiles(options);
  if (named) return { read: [...named.biases, ...named.flats] };
  const camera = await needsToConnect(Archon, where ?? NAME);
  return needsOfRun({ ...camera, read: [...camera.read ?? [], options.images] });
}

type Pair = readonly [string, string];

interface Taken {
  readonly biases: Pair;
  readonly flats: Pair;
}

type Camera = Device<typeof Archon>;
/** Levels are found in so few steps, or not at all. */
const TRIALS = 3;
const LONGEST = 1000;

async function sequence(
  archon: Camera,
  type: "bias" | "flat",
  seconds: number,
  count: number,
  { progress, run }: { readonly progress: Progress; readonly run: Run },
): Promise<string[]> {
  const { signal } = run;
  const onProgress = ({ fraction = 0, note = "" }) => {
    progress.update(fraction, `${type}: ${note}`);
    run.progress(NaN, `${type}: ${note}`); // how many trials there will be nobody knows
  };
  const given = { timeout: "2 min", onProgress, signal } as const;
  const paths = await archon.commands.sequence({ type, seconds, count }, given);
  return paths.split(",");
}

/** Takes what is needed: the level of the flats is found by trial. */
async function takeAll(archon: Camera, options: Options, run: Run): Promise<Taken> {
  using progress = progressBar();
  const told = { progress, run };
  const biases = await sequence(archon, "bias", 0, 2, told) as unknown as Pair;
  const dark = await read(biases[0]);
  let { seconds } = options;
  for (let trial = 0; trial < TRIALS; trial++) {
    const [path] = await sequence(archon, "flat", seconds, 1, told);
    const level = levelOf(await read(path!), dark, options.margin);
    if (!(level > 1)) {
      if (trial === TRIALS - 1) {
        throw new DewarError(`A flat of ${seconds} s is no brighter than a bias: is the lamp on?`);
      }
      seconds *= 10;
      continue;
    }
    const wanted = seconds * options.signal / level;
    if (wanted > LONGEST) {
      throw new DewarError(`The light is weak: ${options.signal} units take ${wanted.toFixed(0)} s`);
    }
    const isNear = Math.abs(wanted / seconds - 1) < 0.2;
    seconds = Math.max(0.001, Math.round(1000 * wanted) / 1000);
    if (isNear) break;
  }
  return { biases, flats: await sequence(archon, "flat", seconds, 2, told) as unknown as Pair };
}

async function read(path: string): Promise<AmplifierImage[]> {
  return amplifierImages(parseFits(await Deno.readFile(path)));
}

/** The mean level of all amplifiers above a bias. */
function levelOf(flat: AmplifierImage[], bias: AmplifierImage[], margin: number): number {
  const mean = ({ plane: { pixels, width }, data }: AmplifierImage) => {
    const { left, right, top, bottom } = inside(data, margin);
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) sum += pixels[row * width + column]!;
    }
    return sum / ((right - left) * (bottom - top));
  };
  const levels = flat.map((image, at) => mean(image) - mean(bias[at]!));
  return levels.reduce((sum, level) => sum + level, 0) / levels.length;
}

function inside({ left, right, top, bottom }: Rect, margin: number): Rect {
  const across = Math.min(margin, Math.floor((right - left - 1) / 2));
  const along = Math.min(margin, Math.floor((bottom - top - 1) / 2));
  return { left: left + across, right: right - across, top: top + along, bottom: bottom - along };
}

/** What an amplifier came to. */
export type Row = PhotonTransfer & { readonly name: string };

async function measure({ biases, flats }: Taken, margin: number): Promise<Row[]> {
  const [bias1, bias2, flat1, flat2] = await Promise.all([...biases, ...flats].map(read)) as [
    AmplifierImage[],
    AmplifierImage[],
    AmplifierImage[],
    AmplifierImage[],
  ];
  return flat1.map(({ name, plane, data }, at) => {
    const others = [flat2[at], bias1[at], bias2[at]];
    if (others.some((other) => other === undefined || JSON.stringify(other.data) !== JSON.stringify(data))) {
      throw new DewarError(`Amplifier ${name} lies elsewhere in the other images: were they taken alike?`);
    }
    const [second, dark1, dark2] = others.map((other) => other!.plane) as [
      typeof plane,
      typeof plane,
      typeof plane,
    ];
    return { name, ...photonTransfer([plane, second], [dark1, dark2], inside(data, margin)) };
  });
}

function table(rows: readonly Row[]): string {
  const head = ["amplifier", "gain e-/ADU", "read noise e-", "signal ADU", "bias ADU", "pixels", "left out"];
  const with_ = (value: number, error: number, digits: number) =>
    `${value.toFixed(digits)} \u00b1 ${error.toFixed(digits)}`;
  const lines = rows.map((row) => [
    row.name,
    with_(row.gain.value, row.gain.error, 4),
    with_(row.noise.value, row.noise.error, 3),
    row.signal.toFixed(1),
    row.bias.toFixed(1),
    String(row.pixels),
    String(row.clipped),
  ]);
  const widths = head.map((title, at) => Math.max(title.length, ...lines.map((line) => line[at]!.length)));
  return [head, ...lines].map((line) => line.map((word, at) => word.padStart(widths[at]!)).join("  ")).join(
    "\n",
  );
}

/** Takes the images with a camera; an exposure under way is ended where the run is. */
async function takeWith(where: string, options: Options, run: Run): Promise<Taken> {
  const { signal } = run;
  await using archon = await connect(Archon, where, { signal });
  await using _claimed = await claim(archon, "the camera", "gain and read noise");
  await using _images = await imagesOf(run, archon);
  const abort = () => void archon.commands.abort().catch(() => {}); // it may have ended by itself
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await takeAll(archon, options, run);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ options, operands: [where = NAME] }) => {
    const show = async (taken: Taken) => {
      const rows = await measure(taken, options.margin);
      console.log(options.json ? JSON.stringify(rows) : table(rows));
    };
    const named = namedFiles(options);
    if (named) return await show(named);
    const stop = new AbortController();
    void interrupted().then(() => stop.abort(new DewarError("interrupted")));
    await asRun(
      "gain",
      options,
      [{ where, usual: NAME }],
      stop.signal,
      async (run) => show(await takeWith(where, options, run)),
    );
  });
}
