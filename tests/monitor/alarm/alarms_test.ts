import { askerCalled } from "../askers.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Past } from "../../../daemons/monitor/alarm/replay.ts";
import { replay } from "../../../daemons/monitor/alarm/replay.ts";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { CommandError, ConfigError } from "../../../lib/errors.ts";
import { bench } from "../bench.ts";
import { modelOf } from "../fake_link.ts";

const CRYOCON = modelOf({
  temperature: { type: "number", unit: "degC", precision: 1 },
  control: { type: "flag", set: true },
});

const rulesOf = (yaml: string) => readYaml(`alarms:\n${yaml}`, "monitor.yaml").settings.alarms!;

async function rig(yaml: string, options: { alarmFile?: string } = {}) {
  const b = await bench(["cryocon"], { alarms: rulesOf(yaml) }, options);
  b.link("cryocon").connect(CRYOCON);
  await b.settle();
  const alarms = b.monitor.lab.alarms!;
  return {
    b,
    alarms,
    async read(temperature: number, control = true) {
      b.link("cryocon").push({ temperature, control });
      await b.settle();
    },
    phase: (name = "warm") => alarms.all.find(({ rule }) => rule.name === name)!.phase,
    happened: () =>
      b.events.flatMap((event) =>
        event.kind === "alarm" ? [`${event.event.rule.name} ${event.event.what}`] : []
      ),
    async log() {
      return (await b.log()).filter((line) => line.startsWith("alarm "));
    },
    [Symbol.asyncDispose]: () => b[Symbol.asyncDispose](),
  };
}

Deno.test("an alarm trips when its condition has held for its grace time, and not before", async () => {
  await using r = await rig(
    "  warm: { when: cryocon.temperature > -90, for: 10 s, message: 'at {cryocon.temperature}' }",
  );
  await r.read(-80);
  assertEquals(r.phase(), "pending");
  await r.b.clock.advance(9000);
  assertEquals(r.phase(), "pending");
  await r.read(-100);
  assertEquals(r.phase(), "normal");
  await r.read(-80);
  for (let second = 0; second < 11; second++) {
    await r.b.clock.advance(1000);
    await r.read(-79.5);
  }
  assertEquals(r.phase(), "active");
  await r.read(-100);
  assertEquals(r.phase(), "normal");
  assertEquals(r.happened(), ["warm raised", "warm cleared"]);
  assertEquals(await r.log(), ["alarm error warm: at -79.5 °C", "alarm success warm is clear"]);
});

Deno.test("an alarm is level-triggered: what was wrong before MONITOR looked trips it", async () => {
  await using r = await rig("  off: { when: not cryocon.control }");
  await r.read(-100, false);
  assertEquals(r.phase("off"), "active");
});

Deno.test("an alarm cannot trip while its precondition does not hold, and is clear when it stops to", async () => {
  await using r = await rig("  warm: { when: cryocon.temperature > -90, if: cryocon.control }");
  await r.read(20, false);
  assertEquals(r.phase(), "normal");
  await r.read(20, true);
  assertEquals(r.phase(), "active");
  await r.read(20, false);
  assertEquals(r.phase(), "normal");
});

for (const [unknown, phase] of [["trip", "active"], ["clear", "normal"], ["hold", "normal"]] as const) {
  Deno.test(`an alarm with unknown: ${unknown} is ${phase} when its device is lost`, async () => {
    await using r = await rig(
      `  warm: { when: cryocon.temperature > -90, unknown: ${unknown}, message: warm }`,
    );
    await r.read(-100);
    await r.b.clock.advance(3000);
    await r.read(-100);
    assertEquals(r.phase(), "normal");
    r.b.link("cryocon").lose("the cable");
    await r.b.clock.advance(2000);
    assertEquals(r.phase(), "normal"); // MONITOR has just begun
    await r.b.clock.advance(15_000);
    assertEquals(r.phase(), phase);
    if (unknown !== "trip") return;
    assert(
      (await r.log())[0]!.startsWith("alarm error warm: warm (cryocon.temperature is stale"),
      (await r.log())[0],
    );
  });
}

Deno.test("an alarm with unknown: hold stays as it was while nobody knows", async () => {
  await using r = await rig("  warm: { when: cryocon.temperature > -90, unknown: hold }");
  await r.read(-80);
  assertEquals(r.phase(), "active");
  r.b.link("cryocon").lose("the cable");
  await r.b.clock.advance(60_000);
  assertEquals(r.phase(), "active");
});

Deno.test("a latched alarm waits for somebody to acknowledge it, before or after it is clear", async () => {
  await using r = await rig("  warm: { when: cryocon.temperature > -90, latch: true }");
  await r.read(-80);
  await r.read(-100);
  assertEquals(r.phase(), "latched");
  assertEquals(r.alarms.open.length, 1);
  await r.b.monitor.lab.command("acknowledge warm 'a test'", askerCalled("anna"));
  assertEquals(r.phase(), "normal");
  await r.read(-80);
  r.alarms.acknowledge("warm", "anna", "on it");
  assertEquals(r.phase(), "active");
  await r.read(-100);
  assertEquals(r.phase(), "normal");
  assert(
    (await r.log()).includes("alarm info warm: acknowledged by anna (a test)"),
    (await r.log()).join("\n"),
  );
  assertThrows(() => r.alarms.acknowledge("warm", "anna"), CommandError, "nothing to acknowledge");
  assertThrows(() => r.alarms.acknowledge("wrm", "anna"), CommandError, "did you mean warm?");
});

Deno.test("a shelved alarm does nothing until its time is over, and is news then", async () => {
  await using r = await rig(
    "  warm: { when: cryocon.temperature > -90, unknown: hold, action: { command: message hot } }",
  );
  const { ok } = await r.b.monitor.lab.command("shelve warm 1h baking", askerCalled("anna"));
  assertEquals(ok, true);
  await r.read(-80);
  assertEquals([r.phase(), r.alarms.open.length], ["active", 0]);
  assertEquals((await r.b.log()).some((line) => line.includes("hot")), false);
  await r.b.clock.advance(3_599_000);
  assertEquals(r.alarms.open.length, 0);
  await r.b.clock.advance(3000);
  assertEquals(r.alarms.open.length, 1);
  assertEquals(r.happened(), ["warm shelved", "warm raised", "warm unshelved", "warm raised"]);
  assertEquals((await r.b.log()).some((line) => line.endsWith("message hot")), true);
  assertEquals((await r.b.monitor.lab.command("shelve warm 2y", askerCalled("anna"))).ok, false);
});

Deno.test("what an alarm wants done is done once, and again when it is clear; what fails is told", async () => {
  await using r = await rig(`
  warm:
    when: cryocon.temperature > -90
    unknown: hold
    action: { command: [send cryocon stop, send nobody stop] }
    ok_action: { command: send cryocon start }
`);
  await r.read(-80);
  await r.read(-79);
  await r.b.clock.advance(5000);
  await r.read(-100);
  await r.b.settle();
  assertEquals(r.b.link("cryocon").lines, ["stop", "start"]);
  assert(
    (await r.log()).some((line) =>
      line.startsWith("alarm error Alarm warm: send nobody stop failed: There is no client")
    ),
  );
});

Deno.test("alarms stand after a restart as they stood: tripped, acknowledged, shelved", async () => {
  const folder = await Deno.makeTempDir();
  const alarmFile = `${folder}/alarms.json`;
  const yaml =
    "  warm: { when: cryocon.temperature > -90, latch: true, unknown: hold }\n  off: { when: not cryocon.control, unknown: hold }";
  try {
    {
      await using r = await rig(yaml, { alarmFile });
      await r.read(-80, false);
      r.alarms.acknowledge("warm", "anna", "known");
      r.alarms.shelve("off", 3600, "bert");
    }
    {
      await using r = await rig(yaml, { alarmFile });
      assertEquals([r.phase(), r.phase("off")], ["active", "active"]);
      assertEquals(r.alarms.all[0]!.saved.acknowledged?.by, "anna");
      assertEquals(r.alarms.all[1]!.saved.shelved?.by, "bert");
      assertEquals(r.happened(), []);
    }
    await Deno.writeTextFile(alarmFile, "{");
    await using r = await rig(yaml, { alarmFile });
    assertEquals(r.phase(), "normal");
    assert((await r.b.log()).some((line) => line.includes("the file is kept as")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a rule may look at another one", async () => {
  await using r = await rig(`  warm: { when: cryocon.temperature > -90, unknown: hold }
  both: { when: 'alarm("warm") and not cryocon.control', unknown: hold }`);
  await r.read(-80, true);
  assertEquals([r.phase(), r.phase("both")], ["active", "normal"]);
  await r.read(-80, false);
  assertEquals(r.phase("both"), "active");
});

Deno.test("a rule whose channels are not what it says is told once its device is known, and trips as unknown", async () => {
  await using r = await rig("  odd: { when: cryocon.temprature > 5 V }");
  assert(
    (await r.b.log()).some((line) =>
      line.includes("odd cannot be looked at") && line.includes("did you mean cryocon.temperature?")
    ),
  );
  await r.b.clock.advance(17_000);
  assertEquals(r.phase("odd"), "active");
});

Deno.test("a rule that looks at a client that is not there is refused at the start", async () => {
  await assertRejects(
    () => bench(["cryocon"], { alarms: rulesOf("  a: { when: crocon.temperature > 5 }") }),
    ConfigError,
    "alarms.a: it looks at crocon.temperature, but there is no client crocon; did you mean cryocon?",
  );
});

Deno.test("a rule over the past says when it would have tripped, grace time and gaps included", async () => {
  const [rule] = rulesOf("  warm: { when: cryocon.temperature > -90, for: 30 s, unknown: trip }");
  const channels = new Map([["cryocon.temperature", { type: "number", unit: "degC" } as const]]);
  const past: Past[] = [];
  const at = (time: number, value: number | undefined) =>
    past.push({
      channel: "cryocon.temperature",
      reading: { value, time, quality: value === undefined ? "bad" : "good", severity: "ok" },
    });
  at(1000, -100);
  at(2000, -80); // too short
  at(2010, -100);
  at(3000, -80); // 30 s later
  at(4000, -100);
  at(5000, undefined);
  at(6000, -100);
  at(7000, -85); // until the end
  assertEquals(await replay(rule!, channels, past, 8000), [
    { from: 3030, to: 4000, unknown: undefined },
    { from: 5030, to: 6000, unknown: "cryocon.temperature is bad" },
    { from: 7030, unknown: undefined },
  ]);
  await assertRejects(() => replay(rule!, new Map(), past, 8000), ConfigError, "no channel");
});
