import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { meanOf, photonTransfer, type Plane, spreadOfDifference } from "../../lib/detector/mod.ts";
import { DewarError } from "../../lib/errors.ts";
import { Random } from "../../lib/sim/random.ts";

const WIDTH = 120;
const RECT = { left: 0, right: WIDTH, top: 0, bottom: WIDTH };

/** A detector whose truth is known: pixels of differing sensitivity, a pattern, shot noise, read noise, whole units. */
class Detector {
  readonly #random: Random;
  readonly #sensitivity: Float64Array;
  readonly #pattern: Float64Array;

  constructor(seed: number, readonly gain: number, readonly noise: number) {
    this.#random = new Random(seed);
    this.#sensitivity = Float64Array.from({ length: WIDTH * WIDTH }, () => 1 + 0.01 * this.#random.normal());
    this.#pattern = Float64Array.from({ length: WIDTH * WIDTH }, () => 5 * this.#random.normal());
  }

  take(electrons: number, rays = 0): Plane {
    const pixels = new Uint16Array(WIDTH * WIDTH);
    for (let at = 0; at < pixels.length; at++) {
      const mean = electrons * this.#sensitivity[at]!;
      // Of so many electrons that the normal distribution is theirs.
      const charge = mean + Math.sqrt(mean) * this.#random.normal() + this.noise * this.#random.normal();
      pixels[at] = Math.min(65535, Math.max(0, Math.round(1000 + this.#pattern[at]! + charge / this.gain)));
    }
    for (let ray = 0; ray < rays; ray++) pixels[Math.floor(this.#random.uniform() * pixels.length)]! += 3000;
    return { pixels, width: WIDTH };
  }
}

Deno.test("photonTransfer() finds what was put in, with the error it says: 40 detectors", () => {
  const pulls: { gain: number[]; noise: number[] } = { gain: [], noise: [] };
  for (let seed = 1; seed <= 40; seed++) {
    const detector = new Detector(seed, 1 + 0.02 * seed, 3 + 0.1 * seed);
    const { gain, noise } = photonTransfer(
      [detector.take(5000), detector.take(5000)],
      [detector.take(0), detector.take(0)],
      RECT,
    );
    pulls.gain.push((gain.value - detector.gain) / gain.error);
    pulls.noise.push((noise.value - detector.noise) / noise.error);
    assertAlmostEquals(gain.value, detector.gain, 0.06 * detector.gain, `seed ${seed}`);
  }
  for (const [what, values] of Object.entries(pulls)) {
    const rms = Math.sqrt(values.reduce((sum, pull) => sum + pull * pull, 0) / values.length);
    assert(rms > 0.75 && rms < 1.25, `${what}: rms ${rms}`);
  }
});

Deno.test("photonTransfer() says the error that 4.6 predicts for one pair: the root of 2 over the pixels", () => {
  const detector = new Detector(7, 1.5, 4);
  const { gain } = photonTransfer([detector.take(20000), detector.take(20000)], [
    detector.take(0),
    detector.take(0),
  ], RECT);
  assertAlmostEquals(gain.error / gain.value, Math.sqrt(2 / WIDTH ** 2), 0.001);
});

Deno.test("photonTransfer() is not misled by a lamp that drifts, nor by rays", () => {
  const detector = new Detector(3, 2, 5);
  const { gain, noise, clipped } = photonTransfer(
    [detector.take(5000, 40), detector.take(5500, 40)],
    [detector.take(0, 20), detector.take(0, 20)],
    RECT,
  );
  assertAlmostEquals(gain.value, 2, 4 * gain.error);
  assertAlmostEquals(noise.value, 5, 4 * noise.error);
  assert(clipped >= 100, `${clipped}`);
});

Deno.test("photonTransfer() takes the noise of rounding off the read noise", () => {
  const detector = new Detector(5, 4, 4);
  const { noise } = photonTransfer([detector.take(8000), detector.take(8000)], [
    detector.take(0),
    detector.take(0),
  ], RECT);
  assertAlmostEquals(noise.value, 4, 4 * noise.error);
});

Deno.test("photonTransfer() refuses flats without light, and regions without pixels", () => {
  const detector = new Detector(1, 2, 5);
  const biases = [detector.take(0), detector.take(0)] as const;
  assertThrows(
    () => photonTransfer(biases, [detector.take(9), detector.take(9)], RECT),
    DewarError,
    "not brighter",
  );
  assertThrows(
    () =>
      photonTransfer([detector.take(1000), detector.take(1000)], biases, { ...RECT, right: 5, bottom: 5 }),
    DewarError,
    "at least 100",
  );
});

for (const [sigmas, kept] of [[3, 0.9733], [4, 0.9988], [5, 0.99995]] as const) {
  Deno.test(`spreadOfDifference() corrects a cut at ${sigmas} standard deviations, which keeps ${kept} of a variance`, () => {
    const random = new Random(11);
    const noise = (): Plane => ({
      pixels: Float64Array.from({ length: 250_000 }, () => 100 * random.normal()),
      width: 500,
    });
    const rect = { left: 0, right: 500, top: 0, bottom: 500 };
    const { variance, clipped } = spreadOfDifference(noise(), noise(), rect, { sigmas });
    assertAlmostEquals(variance / 20000, 1, 4 * Math.sqrt(2 / 250_000));
    assert(sigmas < 5 ? clipped > 0 : clipped < 10);
  });
}

Deno.test("meanOf() counts the pixels of its region that it may use", () => {
  const plane = { pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9], width: 3 };
  const rect = { left: 1, right: 3, top: 0, bottom: 2 };
  assertAlmostEquals(meanOf(plane, rect), (2 + 3 + 5 + 6) / 4);
  assertAlmostEquals(meanOf(plane, rect, (index) => index !== 5), (2 + 3 + 5) / 3);
});
