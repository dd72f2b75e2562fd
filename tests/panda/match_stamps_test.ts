import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { matchStamps } from "../../lib/panda/match_stamps.ts";

Deno.test("matchStamps() has nothing to match of nothing, and no pair where nothing fits", () => {
  assertEquals(matchStamps([], [], 1), { offset: 0, pairs: [], onlyFirst: [], onlySecond: [] });
  assertEquals(matchStamps([1, 2], [], 1).onlyFirst, [0, 1]);
  assertEquals(matchStamps([0, 10], [0, 3], 0.1).pairs.length, 1);
});

Deno.test("matchStamps() prefers the smallest difference of the clocks where intervals are all the same", () => {
  const { pairs, onlyFirst } = matchStamps([0, 1, 2, 3, 4], [0.02, 1.02, 2.02, 3.02], 0.1);
  assertEquals([pairs.map(({ first, second }) => first - second), onlyFirst], [[0, 0, 0, 0], [4]]);
});

const event = fc.record({
  wait: fc.double({ min: 1, max: 3, noNaN: true }),
  noise: fc.double({ min: -0.04, max: 0.04, noNaN: true }),
  lost: fc.constantFrom("", "", "", "", "first", "second"),
});

Deno.test("matchStamps() finds what belongs together, whatever the clocks differ by and whatever is missing", () => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 8, maxLength: 40 }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      (events, offset) => {
        let now = 0;
        const [first, second]: [[number, number][], [number, number][]] = [[], []];
        for (const [at, { wait, noise, lost }] of events.entries()) {
          now += wait;
          if (lost !== "first") first.push([at, now]);
          if (lost !== "second") second.push([at, now + offset + noise]);
        }
        const whole = events.filter(({ lost }) => lost === "").length;
        fc.pre(whole > 5 && whole > 0.7 * events.length);
        const match = matchStamps(first.map(([, time]) => time), second.map(([, time]) => time), 0.1);
        // By chance another difference may fit as well, but none fits better.
        assert(match.pairs.length >= whole, `${match.pairs.length} of ${whole}`);
        if (Math.abs(match.offset - offset) > 0.2) return;
        for (const pair of match.pairs) assertEquals(first[pair.first]![0], second[pair.second]![0]);
        assertEquals(match.pairs.length + match.onlyFirst.length, first.length);
        assertEquals(match.pairs.length + match.onlySecond.length, second.length);
      },
    ),
    { numRuns: 1000 },
  );
});
