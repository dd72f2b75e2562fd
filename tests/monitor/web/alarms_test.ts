import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { bench } from "../bench.ts";
import { modelOf } from "../fake_link.ts";

const CRYOCON = modelOf({
  temperature: { type: "number", unit: "degC", precision: 1, alias: "temperatureA" },
  control: { type: "flag", set: true },
});
const RULES = `alarms:
  warm:
    when: cryocon.temperature > -90
    message: 'Detector at {cryocon.temperature} <b>!'
    guidance: close the <i>valve
  off: { when: not cryocon.control, severity: warn, message: Control is off }
`;

async function rig() {
  const alarms = readYaml(RULES, "monitor.yaml").settings.alarms!;
  const b = await bench(["cryocon"], { alarms });
  b.link("cryocon").connect(CRYOCON);
  await b.settle();
  const app = createApp(b.monitor.lab, b.clock);
  return {
    b,
    app,
    async read(temperature: number, control = true) {
      b.link("cryocon").push({ temperature, control });
      await b.settle();
    },
    page: async (path = "/alarms") => await (await app.request(path)).text(),
    order: (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      app.request("/alarms", { method: "POST", body: new URLSearchParams(fields), headers }),
    saved: (name = "warm") => b.monitor.lab.alarms!.all.find(({ rule }) => rule.name === name)!.saved,
    [Symbol.asyncDispose]: () => b[Symbol.asyncDispose](),
  };
}

Deno.test("the alarm page has open alarms on top and all rules, with state, message and guidance as text", async () => {
  await using r = await rig();
  await r.read(-80);
  const html = await r.page();
  assertStringIncludes(html, "<title>(1) Alarms");
  assertMatch(html, /<span id="open" class="alarmv" >1<\/span>/);
  const [open, others] = [html.indexOf(`id="open-alarms"`), html.indexOf(`id="other-alarms"`)];
  const [warm, off] = [html.indexOf(`id="alarm-warm"`), html.indexOf(`id="alarm-off"`)];
  assert(open < warm && warm < others && others < off);
  assertStringIncludes(html, "Detector at -80 °C &lt;b&gt;!");
  assertStringIncludes(html, "close the &lt;i&gt;valve");
  assertStringIncludes(html, "cryocon.temperature &gt; -90");
  const lab = await r.page("/");
  assertStringIncludes(lab, "<title>(1) ");
  assertMatch(lab, /class="strip alarm"><span class="alarmv">warm/);
});

Deno.test("plain forms acknowledge with name and note, shelve for or until a time, and unshelve", async () => {
  await using r = await rig();
  await r.read(-80);
  const done = await r.order({ alarm: "warm", do: "acknowledge", by: "anna", note: `it's "known" a=b` });
  assertEquals([done.status, done.headers.get("location")], [303, "/alarms"]);
  assertEquals(r.saved().acknowledged?.by, "anna");
  assertEquals(r.saved().acknowledged!.note, `it's "known" a=b`);
  assertStringIncludes(await r.page(), "acknowledged by anna");

  await r.order({ alarm: "off", do: "shelve", for: "4 h", by: "", note: "warming up, to=20 C" });
  const { shelved } = r.saved("off");
  assertEquals([shelved!.by, shelved!.note], ["web", "warming up, to=20 C"]);
  assertEquals(shelved!.until - r.b.clock.time(), 4 * 3600);
  await r.order({ alarm: "off", do: "unshelve", by: "anna" });
  assertEquals(r.saved("off").shelved, undefined);
  const until = new Date((r.b.clock.time() + 600) * 1000).toISOString().slice(0, 19);
  await r.order({ alarm: "off", do: "shelve", for: "4 h", until, by: "anna" });
  assertEquals(Math.round(r.saved("off").shelved!.until - r.b.clock.time()), 600);
});

Deno.test("what makes no sense, or comes from another site, is refused in words", async () => {
  await using r = await rig();
  const refused = await r.order({ alarm: "warm", do: "acknowledge", by: "anna" });
  assertEquals(refused.status, 422);
  assertStringIncludes(await refused.text(), "warm has nothing to acknowledge");
  assertEquals((await r.order({ alarm: "warm", do: "shelve", for: "ever", by: "a" })).status, 422);
  assertEquals((await r.order({ alarm: "x y", do: "unshelve" })).status, 422);
  const foreign = await r.order({ alarm: "off", do: "shelve", for: "4 h" }, {
    "sec-fetch-site": "cross-site",
  });
  assertEquals(foreign.status, 403);
  assertEquals(r.saved("off").shelved, undefined);
});

Deno.test("a rule is tested on the past, also with another condition and grace time", async () => {
  await using r = await rig();
  await r.b.clock.advance(7200_000);
  const now = r.b.clock.time();
  const past = (age: number, value: number) =>
    r.b.recorder.records.values.push({
      client: "cryocon",
      key: "temperature",
      reading: { value, time: now - age, quality: "good", severity: "ok" },
    });
  past(3600, -100);
  past(3000, -80);
  past(2940, -100);
  past(1000, -85);
  past(400, -100);
  const shown = await r.page("/alarms/test?rule=warm&span=24h");
  assertStringIncludes(shown, "warm would have tripped 2 times");
  assertMatch(shown, /5 stored values/);
  assertStringIncludes(await r.page("/alarms/test?rule=warm&span=24h&grace=2min"), "would have tripped once");
  const other = new URLSearchParams({ rule: "warm", when: "cryocon.temperatureA > -83" });
  assertStringIncludes(await r.page(`/alarms/test?${other}`), "would have tripped once");

  const wrong = await r.app.request("/alarms/test?rule=warm&when=cryocon.temperatur+>+1");
  assertEquals(wrong.status, 422);
  assertStringIncludes(await wrong.text(), "cryocon.temperature");
  assertEquals((await r.app.request("/alarms/test?rule=none")).status, 422);
});
