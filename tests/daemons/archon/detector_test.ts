/** Each ingredient of the detector's physics, by what a physicist would measure of it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { darkCurrent } from "../../../lib/sim/ccd/dark_current.ts";
import { AMPLIFIERS, Camera, type Section, statistics } from "./readout.ts";

/** A detector with nothing but what a test wants of it. */
const PLAIN = {
  rows: 128,
  columns: 128,
  quantumEfficiency: 1,
  nonUniformity: 0,
  vignetting: 0,
  darkCurrent: 0,
  darkPattern: 0,
  hotPixels: 0,
  hotColumns: 0,
  cosmicRays: 0,
  parallelLoss: 0,
  serialLoss: 0,
  brighterFatter: 0,
} as const;
/** Amplifiers of one electron per unit that add nothing. */
const QUIET = AMPLIFIERS.map(({ channel }) => ({ channel, gain: 1, readNoise: 0 }));
/** The same with a noise of 10 electrons. */
const NOISY = QUIET.map((amplifier) => ({ ...amplifier, readNoise: 10 }));

const minus = (a: Section, b: Section) => a.values.map((value, index) => value - b.values[index]!);
const pairs = (values: Float64Array, lag: number) => {
  const { mean } = statistics(values);
  let sum = 0;
  for (let i = 0; i + lag < values.length; i++) sum += (values[i]! - mean) * (values[i + lag]! - mean);
  return sum / (values.length - lag);
};

function assertWithin(actual: number, expected: number, part: number, what = ""): void {
  assert(
    Math.abs(actual - expected) <= Math.abs(expected) * part,
    `${what} ${actual} is not ${expected} +- ${100 * part} %`,
  );
}

/** Two frames with the same light, without rounding. */
function flats(camera: Camera, electrons: number): [Section[], Section[]] {
  return [0, 1].map(() => {
    camera.expose(1, electrons);
    return camera.read(0, false);
  }) as [Section[], Section[]];
}

Deno.test("shot noise: the variance is the mean, and gain makes units of it", () => {
  const camera = new Camera(PLAIN, 1, AMPLIFIERS.map((amplifier) => ({ ...amplifier, readNoise: 0 })));
  for (const level of [3, 100, 10_000]) {
    const [first, second] = flats(camera, level);
    AMPLIFIERS.forEach(({ gain }, index) => {
      const { variance } = statistics(minus(first[index]!, second[index]!));
      assertWithin(variance / 2, level / gain ** 2, 0.09, `level ${level}`);
    });
  }
});

Deno.test("read noise: of the size that was asked for, a part of it slow, a part common to all amplifiers", () => {
  const camera = new Camera({ ...PLAIN, columns: 512 }, 2, NOISY);
  const [first, second] = flats(camera, 0);
  const differences = first.map((section, index) => minus(section, second[index]!));
  for (const values of differences) {
    const { variance } = statistics(values);
    assertWithin(variance / 2, 100, 0.05);
    assertWithin(
      pairs(values, 1) / 2,
      100 * 0.25 ** 2 / 2 * (Math.exp(-1 / 3) + Math.exp(-1 / 30)),
      0.35,
      "one pixel on",
    );
    assertWithin(pairs(values, 10) / 2, 100 * 0.25 ** 2 / 2 * Math.exp(-1 / 3), 0.6, "ten pixels on");
  }
  let common = 0;
  for (let i = 0; i < differences[0]!.length; i++) {
    common += differences[0]![i]! * differences[1]![i]! / differences[0]!.length;
  }
  assertWithin(common / 2, 100 * 0.15 ** 2, 0.5, "in common");
});

Deno.test("bias: it has a level that drifts, a line's begin that settles, and columns that stay", () => {
  const camera = new Camera({ ...PLAIN, columns: 512 }, 3, QUIET);
  const first = camera.read(0, false);
  camera.expose(600, 0);
  const second = camera.read(0, false);
  first.forEach((section, index) => {
    const { rows, columns } = section;
    const profile = (values: Float64Array) =>
      Float64Array.from({ length: columns }, (_, column) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += values[row * columns + column]!;
        return sum / rows;
      });
    const [early, late] = [profile(section.values), profile(second[index]!.values)] as const;
    const tail = (values: Float64Array) => statistics(values.subarray(150)).mean;
    assert(Math.abs(tail(late) - tail(early)) > 0.05 && Math.abs(tail(late) - tail(early)) < 6, "drift");
    assert(Math.abs(early[0]! - tail(early)) > 1, "settling");
    const structure = statistics(early.subarray(150)).variance;
    assertWithin(Math.sqrt(structure), 0.3, 0.3, "columns");
    const change = statistics(early.subarray(150).map((value, i) => value - late[150 + i]!)).variance;
    assert(change < 0.05 * structure, "the columns stay");
  });
});

Deno.test("vignetting: corners are darker than the middle", () => {
  const camera = new Camera({ ...PLAIN, vignetting: 0.1 }, 4, QUIET);
  camera.expose(1, 50_000);
  for (const { values } of camera.read(0, false)) {
    const middle = (row: number, column: number) => {
      let sum = 0;
      for (let y = row; y < row + 8; y++) {
        for (let x = column; x < column + 8; x++) sum += values[y * 64 + x]!;
      }
      return sum / 64 - 1000;
    };
    assertWithin(middle(0, 0) / middle(56, 56), 0.9, 0.02);
  }
});

Deno.test("non-uniformity: pixels differ by one part in a hundred, always the same way", () => {
  const camera = new Camera({ ...PLAIN, nonUniformity: 0.01 }, 4, QUIET);
  const [first, second] = flats(camera, 50_000);
  first.forEach(({ values: a }, index) => {
    const b = second[index]!.values;
    const [ma, mb] = [statistics(a).mean, statistics(b).mean];
    let together = 0;
    for (let i = 0; i < a.length; i++) together += (a[i]! - ma) * (b[i]! - mb) / a.length;
    assertWithin(Math.sqrt(together) / (ma - 1000), 0.01, 0.06);
  });
});

Deno.test("dark current: doubles every 6.75 K, and is that of every pixel", () => {
  const camera = new Camera({ ...PLAIN, darkCurrent: 10 }, 5, QUIET);
  for (const temperature of [-110, -100, -93.25]) {
    camera.expose(50, 0, temperature);
    const expected = 500 * 2 ** ((temperature + 100) / 6.75);
    for (const section of camera.read(0, false)) {
      assertWithin(statistics(section.values).mean - 1000, expected, 0.03, `at ${temperature} degC`);
    }
  }
  assertWithin(darkCurrent(0.01, -100 + 67.5) / darkCurrent(0.01, -100), 1024, 1e-9);
});

Deno.test("dark current goes on while rows wait to be read", () => {
  const camera = new Camera({ ...PLAIN, darkCurrent: 100 }, 6, QUIET);
  const { ccd } = camera;
  for (let row = 0; row < 64; row++) { // 10 ms a row: row n has waited n times as long
    ccd.integrate(0.01, false);
    ccd.shiftRows(0, 1);
    let sum = 0;
    for (let column = 0; column < 68; column++) {
      ccd.shiftRegisters(1);
      sum += ccd.sections[0]!.node;
      ccd.setReset(true);
      ccd.setReset(false);
    }
    const expected = 64 * (row + 1);
    assert(Math.abs(sum - expected) < 6 * Math.sqrt(expected), `row ${row}: ${sum} instead of ${expected}`);
  }
});

Deno.test("hot pixels and hot columns stand out of a dark frame, at the same places every time", () => {
  const camera = new Camera({ ...PLAIN, darkCurrent: 1, hotPixels: 1200, hotColumns: 1 }, 7, QUIET);
  const hot = () => {
    camera.expose(100, 0);
    return camera.read(0, false).map((section) =>
      new Set(Array.from(section.values.keys()).filter((i) => section.values[i]! > 1000 + 2500))
    );
  };
  const [first, second] = [hot(), hot()];
  assertEquals(first, second);
  const count = first.reduce((sum, set) => sum + set.size, 0);
  assert(count > 15 && count < 20 + 64, `${count}`);
  const column = first.some((set) => {
    const columns = new Map<number, number>();
    for (const i of set) columns.set(i % 64, (columns.get(i % 64) ?? 0) + 1);
    return [...columns.values()].some((pixels) => pixels > 3);
  });
  assert(column, "a column has many");
});

Deno.test("full well: a pixel holds no more, and what it cannot hold goes along its column", () => {
  const camera = new Camera(PLAIN, 8, QUIET);
  const section = camera.ccd.sections[0]!;
  camera.expose(1, 1000);
  section.add(30, 20, 500_000);
  const values = camera.read(0, false)[0]!.values;
  const column = Array.from({ length: 64 }, (_, row) => values[row * 64 + 20]! - 1000);
  // The video chain ends below the well: 60123 units of one electron.
  assertEquals(column.filter((value) => value > 55_000).length, 5);
  assert(Math.abs(column.findIndex((value) => value > 55_000) - 28) <= 1);
  assert(values[30 * 64 + 19]! < 2500 && values[30 * 64 + 21]! < 2500, "not into the next column");
});

Deno.test("full well: no charge is lost as long as the column has room", () => {
  const camera = new Camera({ ...PLAIN, fullWell: 1000 }, 8, QUIET);
  const section = camera.ccd.sections[0]!;
  const empty = camera.read(0, false)[0]!;
  section.add(30, 20, 20_500);
  section.add(2, 5, 3500);
  camera.expose(1, 1e-9);
  const values = minus(camera.read(0, false)[0]!, empty);
  assertWithin(values.reduce((sum, value) => sum + value, 0), 24_000, 0.04);
  assert(Math.max(...values) < 1020);
});

Deno.test("charge transfer: what is left behind trails into the overscan, as much as the transfers say", () => {
  const camera = new Camera({ ...PLAIN, rows: 256, serialLoss: 1e-4, parallelLoss: 5e-5 }, 9, QUIET);
  camera.expose(1, 40_000);
  for (const { rows, columns, values } of camera.read(4, false)) {
    const mean = (row: number, column: number, height: number, width: number) => {
      let sum = 0;
      for (let y = row; y < row + height; y++) {
        for (let x = column; x < column + width; x++) sum += values[y * columns + x]!;
      }
      return sum / height / width - 1000;
    };
    const light = mean(10, 63, 100, 1);
    const base = mean(rows - 2, 66, 2, 2);
    // 64 columns and 4 pixels of prescan, 128 rows
    assertWithin((mean(10, 64, 100, 1) - base) / light, 68 * 1e-4, 0.1, "along the register");
    assertWithin((mean(128, 10, 1, 50) - base) / light, 128 * 5e-5, 0.1, "along the columns");
  }
});

Deno.test("brighter-fatter: the variance falls behind the mean, and the neighbours have what it lost", () => {
  const a = -2e-6;
  const camera = new Camera({ ...PLAIN, rows: 512, columns: 512, brighterFatter: a }, 10, QUIET);
  const level = 50_000;
  const [first, second] = flats(camera, level);
  let variance = 0, right = 0, up = 0;
  first.forEach((section, index) => {
    const values = minus(section, second[index]!);
    variance += statistics(values).variance / 8;
    right += pairs(values, 1) / 8;
    up += pairs(values, 256) / 8;
  });
  assertWithin(1 - variance / level, -a * level, 0.15, "lost variance");
  assertWithin(right / level, -a * level / 4, 0.3, "to the right");
  assertWithin(up / level, -a * level / 4, 0.3, "to the next row");
  assertWithin((variance + 2 * right + 2 * up) / level, 1, 0.02, "in all");
});

Deno.test("crosstalk: a bright spot on one amplifier shows in the others, ten thousand times weaker", () => {
  const camera = new Camera(PLAIN, 11, QUIET);
  for (let row = 20; row < 40; row++) {
    for (let column = 20; column < 40; column++) camera.ccd.sections[0]!.add(row, column, 50_000);
  }
  const sections = camera.read(0, false);
  for (const { values } of sections.slice(1)) {
    const inside: number[] = [];
    const outside: number[] = [];
    for (let row = 20; row < 40; row++) {
      inside.push(...values.subarray(row * 64 + 20, row * 64 + 40));
      outside.push(...values.subarray((row - 20) * 64 + 20, (row - 20) * 64 + 40));
    }
    assertWithin(statistics(inside).mean - statistics(outside).mean, 5, 0.1);
  }
});

Deno.test("cosmic rays: as many as the time and the area say, each a track of some thousand electrons", () => {
  const camera = new Camera({ ...PLAIN, rows: 512, columns: 512, cosmicRays: 2 }, 12, QUIET);
  camera.expose(100, 0);
  let hit = 0;
  let charge = 0;
  for (const { values } of camera.read(0, false)) {
    for (const value of values) {
      if (value < 1100) continue;
      hit++;
      charge += value - 1000;
    }
  }
  const expected = 2 * 100 * 512 ** 2 / 1e6;
  assert(hit > expected && hit < 12 * expected, `${hit} pixels of ${expected} tracks`);
  assert(charge / hit > 300 && charge / hit < 3000, `${charge / hit}`);
});

Deno.test("iron-55: two lines, 1620 and 1778 electrons, where the charge of an event is collected", () => {
  const camera = new Camera({ ...PLAIN, rows: 1024, columns: 512, ironRate: 8000 }, 13, QUIET);
  camera.ccd.surroundings = { flux: 0, temperature: -100 };
  camera.ccd.integrate(1, true);
  const events: number[] = [];
  for (const { values, rows, columns } of camera.read(0, false)) {
    for (let row = 2; row < rows - 2; row++) {
      for (let column = 130; column < columns - 2; column++) {
        const at = row * columns + column;
        if (values[at]! < 1500) continue;
        let sum = 0;
        let isPeak = true;
        for (let y = -2; y <= 2; y++) {
          for (let x = -2; x <= 2; x++) {
            const value = values[at + y * columns + x]!;
            if (value > values[at]!) isPeak = false;
            if (Math.abs(x) <= 1 && Math.abs(y) <= 1) sum += value - 1000;
          }
        }
        if (isPeak) events.push(sum);
      }
    }
  }
  assert(events.length > 800, `${events.length} events`);
  const peak = (from: number, to: number) => {
    const inside = events.filter((value) => value > from && value < to);
    return { count: inside.length, mean: inside.reduce((sum, value) => sum + value, 0) / inside.length };
  };
  const [alpha, beta] = [peak(1560, 1700), peak(1700, 1850)];
  assertWithin(alpha.mean, 1620, 0.01);
  assertWithin(beta.mean, 1778, 0.02);
  assertWithin(beta.count / alpha.count, 0.12 / 0.88, 0.4);
});

Deno.test("a seed repeats a detector and its frames, another seed is another detector", () => {
  const take = (seed: number) => {
    const camera = new Camera({ rows: 64, columns: 64 }, seed);
    camera.expose(10, 500, -60);
    return camera.read().map(({ values }) => values);
  };
  assertEquals(take(1), take(1));
  assertNotEquals(take(1), take(2));
});
