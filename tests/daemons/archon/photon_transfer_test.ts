/** Gain and read noise as they are estimated from two flats and two biases are right within their own errors, with all physics on. */
import { assert } from "@std/assert";
import { AMPLIFIERS, Camera, type Section, statistics } from "./readout.ts";

const SEEDS = 100;
/** Low enough that what neighbours push away is small against the errors. */
const LEVEL = 400;

function difference(a: Section, b: Section): { mean: number; variance: number } {
  return statistics(a.values.map((value, index) => value - b.values[index]!));
}

Deno.test("over 100 seeds the errors of gain and read noise have the size they claim, for every amplifier", () => {
  const squares = AMPLIFIERS.map(() => ({ gain: 0, noise: 0 }));
  for (let seed = 1; seed <= SEEDS; seed++) {
    const camera = new Camera({ rows: 128, columns: 128 }, seed);
    const [b1, b2] = [camera.read(), camera.read()];
    const [f1, f2] = [0, 1].map(() => {
      camera.expose(1, LEVEL / camera.options.quantumEfficiency);
      return camera.read();
    }) as [Section[], Section[]];
    AMPLIFIERS.forEach((truth, index) => {
      const mean = (section: Section) => statistics(section.values).mean;
      const signal = mean(f1[index]!) + mean(f2[index]!) - mean(b1[index]!) - mean(b2[index]!);
      const flat = difference(f1[index]!, f2[index]!).variance;
      const bias = difference(b1[index]!, b2[index]!).variance;
      const gain = signal / (flat - bias);
      const noise = gain * Math.sqrt(bias / 2 - 1 / 12);
      const each = Math.sqrt(2 / f1[index]!.values.length);
      const gainError = each * Math.hypot(flat, bias) / (flat - bias);
      const noiseError = each *
        Math.hypot(flat / (flat - bias), bias / (flat - bias) + bias / (2 * bias - 1 / 3));
      squares[index]!.gain += ((gain / truth.gain - 1) / gainError) ** 2 / SEEDS;
      squares[index]!.noise += ((noise / truth.readNoise - 1) / noiseError) ** 2 / SEEDS;
    });
  }
  for (const { gain, noise } of squares) {
    for (const rms of [Math.sqrt(gain), Math.sqrt(noise)]) {
      assert(rms > 0.8 && rms < 1.2, JSON.stringify(squares));
    }
  }
});
