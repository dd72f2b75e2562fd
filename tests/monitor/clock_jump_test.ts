/** Somebody sets the clock of MONITOR's machine, or of a daemon's, forth and back. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { readYaml } from "../../daemons/monitor/config/mod.ts";
import { valueRow } from "../../daemons/monitor/web/live.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const HOUR = 3600;
const YEARS = 10 * 365 * 86_400;
const JUMPS = [HOUR, -HOUR, YEARS, -YEARS];
const MODEL = modelOf({ pressure: { type: "number", every: "1 s", maxAge: "3 s" } });

for (const jump of JUMPS) {
  Deno.test(`MONITOR loses no value and calls none stale when its clock jumps by ${jump} s`, async () => {
    await using b = await bench(["gauge"]);
    b.link("gauge").connect(MODEL);
    const client = () => b.monitor.lab.clients.get("gauge")!;
    let sent = 0;
    const push = async () => {
      b.link("gauge").push({ pressure: sent++ });
      await b.clock.advance("1 s");
      assertEquals(client().latest.get("pressure")!.reading.quality, "good");
      const [, , , , age] = valueRow(client(), client().channels.get("pressure")!, b.clock.now());
      assertAlmostEquals(age!, 1, 0.01);
    };
    for (let second = 0; second < 5; second++) await push();
    b.clock.jump(jump);
    for (let second = 0; second < 5; second++) await push();
    b.clock.jump(-jump);
    for (let second = 0; second < 5; second++) await push();
    const stored = b.recorder.taken.map(({ update }) => update.readings.get("pressure")!);
    assertEquals(stored.map(({ value }) => value), Array.from({ length: 15 }, (_, value) => value));
    assertEquals(stored.filter(({ quality }) => quality !== "good"), []);
    await b.clock.advance("5 s"); // what really stops is noticed all the same
    assertEquals(client().latest.get("pressure")!.reading.quality, "stale");
    assertEquals((await b.log()).filter((line) => line.includes("disconnected")), []);
  });

  Deno.test(`an alarm waits for its grace time, no more and no less, when the clock jumps by ${jump} s`, async () => {
    const { settings } = readYaml(
      `alarms:
  high: { when: gauge.pressure > 5, for: 30 s }
  lost: { when: not gauge, for: 30 s }
  old: { when: age(gauge) > 2 h }
`,
      "monitor.yaml",
    );
    await using b = await bench(["gauge"], settings);
    b.link("gauge").connect(MODEL);
    const phases = () => b.monitor.lab.alarms!.all.map(({ phase }) => phase);
    const run = async (seconds: number, pressure: number) => {
      for (let second = 0; second < seconds; second++) {
        b.link("gauge").push({ pressure });
        await b.clock.advance("1 s");
      }
    };
    await run(20, 1);
    b.clock.jump(jump);
    await run(5, 1);
    assertEquals(phases(), ["normal", "normal", "normal"]);
    await run(10, 9);
    b.clock.jump(jump);
    await run(15, 9);
    assertEquals(phases(), ["pending", "normal", "normal"]);
    await run(10, 9);
    assertEquals(phases(), ["active", "normal", "normal"]);
    b.clock.jump(-2 * jump);
    await run(2, 1);
    assertEquals(phases(), ["normal", "normal", "normal"]);
  });

  Deno.test(`MONITOR shows a daemon's values as fresh when the daemon's clock is off by ${jump} s`, async () => {
    await using b = await bench(["gauge"]);
    b.link("gauge").connect(MODEL);
    b.clock.jump(jump); // what the daemon says from now on is off
    b.link("gauge").push({ pressure: 1 });
    b.clock.jump(-jump);
    await b.settle();
    const client = b.monitor.lab.clients.get("gauge")!;
    const [, , , , age] = valueRow(client, client.channels.get("pressure")!, b.clock.now());
    assertEquals([client.latest.get("pressure")!.reading.quality, age], ["good", 0]);
    assertEquals(b.recorder.taken.length, 1);
  });
}
