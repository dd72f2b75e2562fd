import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Random } from "../../lib/sim/random.ts";

/** Moments of many draws: mean, variance, skewness, excess kurtosis. */
function moments(draw: () => number, count: number): [number, number, number, number] {
  const values = Float64Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / count;
  const variance = central(2);
  return [mean, variance, central(3) / variance ** 1.5, central(4) / variance ** 2 - 3];
}

const MANY = 400_000;

Deno.test("normal() has the moments and the tails of the normal distribution", () => {
  const random = new Random(11);
  const [mean, variance, skewness, kurtosis] = moments(() => random.normal(), MANY);
  assert(Math.abs(mean) < 5 / Math.sqrt(MANY), `${mean}`);
  assert(Math.abs(variance - 1) < 5 * Math.sqrt(2 / MANY), `${variance}`);
  assert(Math.abs(skewness) < 5 * Math.sqrt(6 / MANY), `${skewness}`);
  assert(Math.abs(kurtosis) < 5 * Math.sqrt(24 / MANY), `${kurtosis}`);
  for (
    const [edge, part] of [[0.5, 0.617075], [1, 0.317311], [2, 0.0455003], [3.442619855899, 0.000576], [
      4,
      6.334e-5,
    ]] as const
  ) {
    let beyond = 0;
    for (let i = 0; i < MANY; i++) if (Math.abs(random.normal()) > edge) beyond++;
    assert(
      Math.abs(beyond - part * MANY) < 5 * Math.sqrt(part * MANY),
      `${beyond} of ${MANY} beyond ${edge}`,
    );
  }
});

Deno.test("poisson() has the mean, variance and skewness of the Poisson distribution, for small and large means", () => {
  const random = new Random(12);
  for (const mean of [0.01, 0.7, 5, 19.9, 20.1, 100, 5000]) {
    const [found, variance, skewness] = moments(() => random.poisson(mean), MANY / 4);
    const error = 5 / Math.sqrt(MANY / 4);
    assert(Math.abs(found - mean) < error * Math.sqrt(mean), `mean ${found} of ${mean}`);
    assert(
      Math.abs(variance / mean - 1) < error * Math.sqrt(2 + 1 / mean),
      `variance ${variance} of ${mean}`,
    );
    assert(
      Math.abs(skewness - 1 / Math.sqrt(mean)) < error * 3 + 0.05 / Math.sqrt(mean),
      `skewness ${skewness} of ${mean}`,
    );
  }
  assertEquals([random.poisson(0), random.poisson(-1)], [0, 0]);
});

Deno.test("a seed repeats everything, another one nothing", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => [random.uniform(), random.normal(), random.poisson(3)]).flat();
  };
  assertEquals(draw(5), draw(5));
  assertNotEquals(draw(5), draw(6));
});
