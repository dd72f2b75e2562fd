import { assertEquals } from "@std/assert";
import { LogGate } from "../../daemons/monitor/log_gate.ts";
import type { LogLine } from "../../lib/link/link.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { bench } from "./bench.ts";

const said = (n: number): LogLine => ({ time: n, source: "gauge", type: "info", message: `line ${n}` });

Deno.test("LogGate lets through what somebody could read, and says how much it left out", async () => {
  const clock = new VirtualClock();
  const passed: LogLine[] = [];
  using gate = new LogGate(clock, (line) => passed.push(line));
  for (let n = 0; n < 50_000; n++) gate.take(said(n));
  assertEquals([passed.length, passed.at(-1)?.message], [1000, "line 999"]);
  await clock.advance("10 s");
  assertEquals(passed.slice(1000).map(({ type, source, message }) => [type, source, message]), [[
    "warning",
    "gauge",
    "49000 lines of gauge within 10.0 s were left out of the log: it says too much",
  ]]);
  gate.take(said(50_000));
  await clock.advance("1 min");
  assertEquals(passed.at(-1)?.message, "line 50000");
});

Deno.test("MONITOR's log is not taken by one client that says too much", async () => {
  await using monitor = await bench(["wild", "calm"]);
  const lines: string[] = [];
  using _watching = monitor.monitor.lab.watch((event) => {
    if (event.kind === "log") lines.push(event.line.message);
  });
  for (let n = 0; n < 5000; n++) monitor.link("wild").say("info", `line ${n}`);
  monitor.link("calm").say("info", "calm as ever");
  await monitor.settle();
  assertEquals(lines.filter((line) => /^line /.test(line)).length, 1000);
  assertEquals(lines.filter((line) => line === "calm as ever").length, 1);
});
