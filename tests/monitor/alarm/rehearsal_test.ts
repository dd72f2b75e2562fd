/** A rule tried on the past, by command. */
import { assertEquals, assertMatch } from "@std/assert";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { ConnectionError } from "../../../lib/errors.ts";
import { bench } from "../bench.ts";
import { modelOf } from "../fake_link.ts";

async function rig() {
  const rules =
    "alarms:\n  high: { when: gauge.pressure > 5, for: 10 s }\n  ratio: { when: 1 / gauge.pressure > 5 }";
  const b = await bench(["gauge"], readYaml(rules, "monitor.yaml").settings);
  b.link("gauge").connect(modelOf({ pressure: { type: "number" } }));
  b.link("gauge").push({ pressure: 1 });
  await b.settle();
  await b.clock.advance(1000);
  const now = b.clock.time();
  const value = (ago: number, value: number) =>
    b.recorder.records.values.push({
      client: "gauge",
      key: "pressure",
      reading: { value, time: now - ago, quality: "good", severity: "ok" },
    });
  value(3000, 0);
  value(2000, 8);
  value(1995, 1); // shorter than the grace time
  value(1000, 7);
  value(900, 2);
  return b;
}

Deno.test("test_alarm says when a rule would have tripped, also with another condition and grace time", async () => {
  await using b = await rig();
  const said = await b.monitor.obey("test_alarm high 1h");
  assertMatch(
    said,
    /high \(gauge\.pressure > 5\) would have tripped once from .* by 5 stored values\n {2}.* to [\d-]+ [\d:]+$/,
  );
  assertMatch(await b.monitor.obey(`test_alarm high 1h "" 1s`), /would have tripped 2 times/);
  assertMatch(
    await b.monitor.obey(`test_alarm high 1h "gauge.pressure > 100"`),
    /would have tripped not at all/,
  );
  assertMatch(await b.monitor.obey("test_alarm high 10min"), /not at all .* by 0 stored values/);
  assertEquals(b.monitor.lab.alarms?.open, []);
});

Deno.test("test_alarm takes a division by zero for what it is: nobody knows", async () => {
  await using b = await rig();
  assertMatch(await b.monitor.obey("test_alarm ratio 1h"), /tripped once .*\n.*division by zero/);
});

Deno.test("test_alarm says what is wrong", async () => {
  await using b = await rig();
  assertMatch(await b.monitor.obey("test_alarm hgih"), /There is no alarm "hgih"; did you mean "high"/);
  assertMatch(await b.monitor.obey("test_alarm high soon"), /Expected a time such as 2h/);
  assertMatch(await b.monitor.obey(`test_alarm high 1h "gauge.pressure >"`), /Condition .*column/);
  assertMatch(await b.monitor.obey(`test_alarm high 1h "gauge.presure > 1"`), /gauge\.pressure/);
  assertMatch(await b.monitor.obey(`test_alarm high 1h "" long`), /Expected a grace time/);
  b.recorder.records.failure = new ConnectionError("PostgreSQL is away");
  assertMatch(await b.monitor.obey("test_alarm high"), /PostgreSQL is away/);
});
