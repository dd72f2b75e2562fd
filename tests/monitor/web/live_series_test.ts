import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LiveSeries } from "../../../daemons/monitor/web/client/live_series.ts";

const shown = ({ time, value }: LiveSeries) => time.map((at, place) => [at, value[place]]);

Deno.test("LiveSeries puts what is stored in front of what was told, each moment once", () => {
  const series = new LiveSeries();
  series.add(10, 1);
  series.add(11, 2);
  series.add(11, 2); // told once more
  series.fill({ time: [7, 8, 9, 10, 11.5], value: [5, 6, 7, 1, 2] });
  assertEquals(shown(series), [[7, 5], [8, 6], [9, 7], [10, 1], [11, 2]]);
  assertEquals(series.min, series.value);
  series.fill({ time: [], value: [] });
  assertEquals(shown(series), [[10, 1], [11, 2]]);
});

Deno.test("LiveSeries takes the past as it is where nothing was told yet, with its bounds and gaps", () => {
  const series = new LiveSeries();
  series.fill({ time: [1, 2, 3], value: [5, null, 7], min: [4, null, 6], max: [6, null, 8] });
  series.add(3, 9); // is known already
  series.add(4, 10);
  assertEquals(shown(series), [[1, 5], [2, null], [3, 7], [4, 10]]);
  assertEquals([series.min, series.max], [[4, null, 6, 10], [6, null, 8, 10]]);
});

Deno.test("LiveSeries has a gap where nothing is known, one however often that is said", () => {
  const series = new LiveSeries();
  series.lose(); // of nothing
  series.add(1, 5);
  series.lose();
  series.lose();
  series.add(2, 6);
  assertEquals(shown(series), [[1, 5], [1.001, null], [2, 6]]);
});

Deno.test("LiveSeries fills in what was not told, and shows a gap until then", () => {
  const series = new LiveSeries();
  for (const time of [1, 2, 3]) series.add(time, time);
  series.miss();
  series.add(20, 20);
  assertEquals(shown(series).slice(-2), [[3.001, null], [20, 20]]);
  series.fill({ time: [2, 3, 10, 19, 21], value: [2, 3, 10, 19, 20] });
  assertEquals(shown(series), [[2, 2], [3, 3], [10, 10], [19, 19], [20, 20]]);
});

Deno.test("LiveSeries forgets what is before a moment", () => {
  const series = new LiveSeries();
  for (const time of [1, 2, 3]) series.add(time, time);
  series.cut(2.5);
  assertEquals(shown(series), [[3, 3]]);
  series.cut(9);
  assertEquals([series.length, series.min, series.max], [0, [], []]);
});

Deno.test("LiveSeries stays small however fast values come, and keeps bounds, means, gaps and what is new", () => {
  const series = new LiveSeries();
  const rate = 50;
  for (let n = 0; n < 1800 * rate; n++) {
    const time = n / rate;
    if (n === 500 * rate) series.lose();
    if (time >= 500 && time < 600) continue;
    series.add(time, n % 2 ? 1 : -1);
    series.cut(time - 1800);
  }
  assert(series.length < 900 + 130 * rate, `${series.length} points`);
  assertEquals(series.value.filter((one) => one === null).length, 1);
  assertEquals(series.value.slice(-5), [-1, 1, -1, 1, -1].map((one) => -one));
  assertEquals([series.min[10], series.max[10]], [-1, 1]);
  assertAlmostEquals(series.value[10]!, 0);
  const gap = series.value.indexOf(null);
  assert(series.time[gap - 1]! < 500 && series.time[gap + 1]! >= 600);
});

Deno.test("LiveSeries has its moments in order and its values within their bounds, whatever happens", () => {
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constant("add"), fc.double({ min: 0.01, max: 30, noNaN: true })) },
    fc.tuple(fc.constantFrom("lose", "miss", "fill", "cut"), fc.double({ min: 0, max: 500, noNaN: true })),
  );
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(fc.array(event, { maxLength: 1500, size: "max" }), (events) => {
      const series = new LiveSeries();
      let now = 0;
      for (const [what, size] of events) {
        if (what === "add") series.add(now += size, size);
        else if (what === "lose") series.lose();
        else if (what === "miss") series.miss();
        else if (what === "cut") series.cut(now - size);
        else {
          const time = [0.3, 0.6, 0.9].map((share) => share * now).filter((one) => one > 0);
          series.fill({ time, value: time.map(() => size) });
        }
        const { time, value, min, max } = series;
        assertEquals([value.length, min.length, max.length], [time.length, time.length, time.length]);
      }
      const { time, value, min, max } = series;
      assert(time.every((one, at) => at === 0 || one > time[at - 1]!));
      value.forEach((one, at) => {
        if (one === null) assertEquals([min[at], max[at]], [null, null]);
        else assert(min[at]! <= one + 1e-9 && one <= max[at]! + 1e-9);
      });
    }),
    { seed, numRuns: 1000 },
  );
});
