/** When there was recording, and how long, whatever the clock says. */
import { assertEquals } from "@std/assert";
import { mergeStretches, recordedFor } from "../../../daemons/monitor/store/recorded.ts";
import { Recording } from "../../../daemons/monitor/store/recording.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";

const YEARS = 70 * 365 * 86_400;

Deno.test("Recording begins another stretch when the clock jumps, and none is longer than it lasted", async () => {
  for (const jump of [YEARS, -YEARS]) {
    const clock = new VirtualClock(1_800_000_000);
    const recording = new Recording(clock);
    const noted = new Map<number, number>();
    const note = () => {
      for (const entry of recording.note()) {
        if (entry.kind === "recording") noted.set(entry.since, entry.seen);
      }
    };
    note();
    for (let n = 0; n < 5; n++) {
      await clock.advance("10 s");
      note();
    }
    await clock.advance("4 s");
    clock.jump(jump);
    for (let n = 0; n < 5; n++) {
      await clock.advance("6 s");
      note();
    }
    assertEquals([...noted], [
      [1_800_000_000, 1_800_000_060],
      [1_800_000_050 + jump, 1_800_000_084 + jump],
    ], "what is in doubt is in both");
    assertEquals(recording.stretch, { from: 1_800_000_050 + jump, to: 1_800_000_084 + jump });
  }
});

Deno.test("Recording takes a clock that is corrected by a little for the same", async () => {
  const clock = new VirtualClock(1_800_000_000);
  const recording = new Recording(clock);
  await clock.advance("10 s");
  clock.jump(-3);
  assertEquals(recording.note(), [{ kind: "recording", since: 1_800_000_000, seen: 1_800_000_007 }]);
});

Deno.test("recordedFor() counts nothing but recording", () => {
  const stretches = mergeStretches([{ from: 100, to: 200 }, { from: 0, to: 50 }, { from: 150, to: 210 }]);
  assertEquals(stretches, [{ from: 0, to: 50 }, { from: 100, to: 210 }]);
  for (const [seconds, moment] of [[10, 200], [110, 100], [120, 40], [160, 0], [161, -Infinity]] as const) {
    assertEquals(recordedFor(stretches, seconds), moment);
  }
  assertEquals(recordedFor([], 1), -Infinity);
});
