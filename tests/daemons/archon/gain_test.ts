/** Gain and read noise as they are measured, against what the simulated detector really has: all of its physics is on. */
import { assert } from "@std/assert";
import { photonTransfer } from "../../../lib/detector/mod.ts";
import { Random } from "../../../lib/sim/random.ts";
import { Bench, DETECTOR, type FetchedImage } from "./bench.ts";

/** Seeds that are tried; all of them where there is time. */
const SEEDS = Deno.env.get("DEWAR_LONG") === "1" || Deno.env.get("CI") === "true" ? 100 : 8;
/** Rows and columns of an amplifier. */
const SIZE = 64;
const OVERSCAN = 8;
/** Electrons of the flats: enough light to measure, too little for charge to push charge away. */
const SIGNAL = 1500;

/** Where each amplifier's data lie in the split image, AD1 to AD4. */
function region(amplifier: number) {
  const [left, top] = [amplifier % 2 === 0 ? 0 : SIZE + 2 * OVERSCAN, amplifier < 2 ? SIZE : 0];
  return { left: left + 4, right: left + SIZE - 4, top: top + 4, bottom: top + SIZE - 4 };
}

async function pulls(seed: number): Promise<{ gain: number; noise: number }[]> {
  const random = new Random(seed * 7919);
  const gains = Array.from({ length: 4 }, () => 1 + 1.5 * random.uniform());
  const noises = Array.from({ length: 4 }, () => 3 + 4 * random.uniform());
  await using bench = await Bench.open({
    seed,
    gains,
    noises,
    flux: 3000,
    ccd: { rows: 2 * SIZE, columns: 2 * SIZE },
  });
  await bench.configure(DETECTOR, { PIXELCOUNT: SIZE + OVERSCAN, LINECOUNT: SIZE });
  await bench.wait("POWERON");
  const size = { Lines: SIZE, Pixels: SIZE, OverscanPixels: OVERSCAN, OverscanLines: 0, AutoFlush: 0 };
  await bench.load(size);
  await bench.clock.advance("50 ms");
  const images: FetchedImage[] = [];
  // The middle of the device has 90 % of the light.
  for (const ms of [0, 0, 1, 1]) {
    images.push(await bench.expose({ IntMS: ms * Math.round(1000 * SIGNAL / 2700) }, "3 s"));
  }
  const [bias1, bias2, flat1, flat2] = images as [FetchedImage, FetchedImage, FetchedImage, FetchedImage];
  return bench.simulator.truth().amplifiers.map((truth, at) => {
    const { gain, noise } = photonTransfer([flat1, flat2], [bias1, bias2], region(at));
    return {
      gain: (gain.value - truth.gain) / gain.error,
      noise: (noise.value - truth.readNoise) / noise.error,
    };
  });
}

Deno.test(`gain and read noise of every amplifier are found with the errors that are said, over ${SEEDS} seeds`, async () => {
  const all: { gain: number; noise: number }[][] = [];
  for (let seed = 1; seed <= SEEDS; seed++) all.push(await pulls(seed));
  const rms = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, pull) => sum + pull * pull, 0) / values.length);
  // Few seeds tell of all amplifiers together, many of each.
  const groups = SEEDS < 50 ? [[0, 1, 2, 3]] : [[0], [1], [2], [3]];
  for (const group of groups) {
    for (const what of ["gain", "noise"] as const) {
      const found = rms(all.flatMap((one) => group.map((at) => one[at]![what])));
      const tolerance = SEEDS < 50 ? 0.4 : 0.2;
      assert(
        Math.abs(found - 1) < tolerance,
        `${what} of amplifiers ${group.map((at) => at + 1)}: rms ${found.toFixed(3)}`,
      );
      if (SEEDS >= 50) console.log(`${what} of amplifier ${group[0]! + 1}: rms ${found.toFixed(3)}`);
    }
  }
});
