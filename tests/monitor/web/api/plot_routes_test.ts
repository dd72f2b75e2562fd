import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ConnectionError } from "../../../../lib/errors.ts";
import { drawPlot } from "../../../../daemons/monitor/web/api/picture/draw_plot.ts";
import { logTicks, numberTicks, timeTicks } from "../../../../daemons/monitor/web/api/picture/ticks.ts";
import { type Picture, readPng } from "../../image/png_reader.ts";
import { apiLab } from "./api_lab.ts";

const BLUE = [0, 0x72, 0xb2];
const ORANGE = [0xd5, 0x5e, 0];
const RED = [0xc0, 0, 0];

/** Columns in which a colour stands, at half its strength or more: edges are soft. */
function columnsOf({ width, height, rgba }: Picture, colour: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at = 0; at < width * height; at++) {
    if (rgba[4 * at] === 255 && rgba[4 * at + 1] === 255) continue; // paper
    const strengths = colour.map((part, n) => (255 - rgba[4 * at + n]!) / (255 - part));
    const [least, most] = [Math.min(...strengths), Math.max(...strengths)];
    if (least > 0.5 && most - least < 0.05) found.add(at % width);
  }
  return [...found].sort((a, b) => a - b);
}

Deno.test("GET /status/plots draws a curve with its gap, and the mark", async () => {
  const { lab, app } = apiLab();
  const start = 1_700_000_000;
  lab.past = {
    time: Array.from({ length: 101 }, (_, n) => start + 36 * n),
    value: Array.from({ length: 101 }, (_, n) => n >= 40 && n < 60 ? null : 5),
  };
  const query = `time0=${start + 1800}&hours=1&mark=${start + 1800}&title=Cold&width=640&height=200`;
  const response = await app.request(`/status/plots/cryocon.temperature?${query}`);
  assertEquals(response.headers.get("content-type"), "image/png");
  const picture = readPng(await response.bytes());
  assertEquals([picture.width, picture.height], [640, 200]);
  const [mark = 0] = columnsOf(picture, RED);
  assert(mark > 300 && mark < 380, `the mark is in column ${mark}`);
  const curve = columnsOf(picture, BLUE).filter((column) => column > 250); // right of the legend
  const inGap = curve.filter((column) => Math.abs(column - mark) < 50);
  assertEquals(inGap, []);
  assert(curve.filter((column) => column > mark + 70).length > 150, "the curve goes on behind its gap");
});

Deno.test("GET /monitor/plot draws what the configuration names, in its size", async () => {
  const { lab, clock, app, json } = apiLab();
  const now = clock.time();
  lab.past = { time: [now - 900, now - 1], value: [1, 2] };
  const picture = readPng(await (await app.request("/monitor/plot/cryocon/temperature")).bytes());
  assertEquals([picture.width, picture.height], [800, 260]);
  assert(columnsOf(picture, ORANGE).length > 600, "both curves are the same here: the second is seen");
  assertMatch((await json("/monitor/plot/cryocon/temprature", 404)).error, /did you mean "temperature"/);
  assertMatch((await json("/monitor/plot/nobody/temperature", 404)).error, /There is no client "nobody"/);
});

Deno.test("pictures refuse sizes and stretches that are absurd, and say when the store is away", async () => {
  const { lab, json } = apiLab();
  const error = async (query: string, status = 400) =>
    (await json(`/status/plots/cryocon.temperature?${query}`, status)).error as string;
  assertMatch(await error("width=100000"), /width: expected a whole number from 100 to 2048/);
  assertMatch(await error("height=-5"), /height/);
  assertMatch(await error("hours=0"), /hours/);
  assertMatch(await error("hours=1e99"), /hours/);
  assertMatch(await error("time0=<b>"), /time0: expected now/);
  assertMatch(await error("mark=soon"), /mark: expected now/);
  assertMatch((await json("/status/plots/cryocon.x", 404)).error, /There is no channel/);
  lab.history = () => Promise.reject(new ConnectionError("the database is away"));
  assertEquals(await error("", 503), "the database is away");
});

Deno.test("drawPlot() draws whatever it is given, and ends", () => {
  const number = fc.oneof(fc.double(), fc.constant(0), fc.double({ min: -1e3, max: 1e3 }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 4e9, noNaN: true }), fc.option(number)), { maxLength: 20 }),
      fc.integer({ min: 100, max: 200 }),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (points, size, title, ylog, xlog, isTime) => {
        const curve = { name: title, x: points.map(([x]) => x), y: points.map(([, y]) => y) };
        const { pixels } = drawPlot({
          width: size,
          height: size,
          title,
          xlabel: title,
          ylabel: title,
          ylog,
          xlog,
          curves: [{ ...curve, min: curve.y, max: curve.y.map((y) => y === null ? null : y + 1) }],
          ...isTime ? { time: [0, 4e9] as const, mark: 1e9 } : {},
        });
        assertEquals(pixels.length, size * size);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("ticks stand at round places and say so", () => {
  const texts = (ticks: readonly { text: string }[]) => ticks.map(({ text }) => text);
  assertEquals(texts(numberTicks(-1, 1, 4)), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
  assertEquals(texts(numberTicks(0, 40, 4)), ["0", "10", "20", "30", "40"]);
  assertEquals(texts(logTicks(-6, -3, 4)), ["1e-6", "1e-5", "1e-4", "1e-3"]);
  const day = 1_699_920_000;
  assertEquals(texts(timeTicks(day + 5, day + 60, 4)), ["00:00:15", "00:00:30", "00:00:45", "00:01:00"]);
  assertEquals(texts(timeTicks(day, day + 2 * 86_400, 4)), [
    "11-14 00:00",
    "11-14 12:00",
    "11-15 00:00",
    "11-15 12:00",
    "11-16 00:00",
  ]);
});
