import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadLayouts } from "../../../daemons/monitor/layout/layout.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeLab } from "./fake_lab.ts";

const layouts = await loadLayouts();

function rig(name = "cryocon") {
  const lab = new FakeLab([name]);
  const app = createApp(lab, systemClock, undefined, undefined, { layouts });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`/client/${encodeURIComponent(name)}/${path}`, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers,
    });
  const json = async (path: string, fields: Record<string, string>) =>
    await (await post(path, fields, { accept: "application/json" })).json();
  const page = async (path = "") =>
    await (await app.request(`/client/${encodeURIComponent(name)}${path}`)).text();
  return { lab, app, post, json, page };
}

Deno.test("a device's page has a form for all that can be set, with limits and step, and for each command", async () => {
  const { lab, page } = rig();
  lab.read("cryocon", { temperature: -99.9, "temperature.target": -100, control: true });
  const html = await page();
  assertMatch(
    html,
    /<input type="number"[^>]*min="-200" max="50"[^>]*data-step="0.01"[^>]*placeholder="−200 to 50 °C"/,
  );
  assertMatch(
    html,
    /name="value" value="1" aria-pressed="true">on<.*name="value" value="0" aria-pressed="false">off</s,
  );
  assertMatch(html, /name="command" value="stop"/);
  assertMatch(html, /<h3>Temperatures<\/h3>/);
  assertStringIncludes(html, "Stop control");
  assert(!html.includes("Start control"), "this device has no such command");
});

Deno.test("a form sets a value, and the page then says who did it and what came of it", async () => {
  const { lab, post, page } = rig();
  const done = await post("set", { key: "temperature", value: "-100", by: "anna" });
  assertEquals([done.status, done.headers.get("location")], [303, "/client/cryocon"]);
  assertEquals(lab.commands, ["anna: send cryocon set temperature=-100"]);
  assertMatch(
    await page(),
    /data-state="accepted"[^>]*><span class="">accepted<\/span> anna, \d\d:\d\d:\d\d/,
  );
  assertMatch(lab.lines[0]!.message, /^send cryocon set temperature=-100 \(done: done: temperature/);
  assertEquals(lab.lines[0]!.source, "anna");
});

Deno.test("what is out of limits or of the wrong kind is refused before it is sent, in words", async () => {
  const { lab, post, json } = rig();
  const refused = await post("set", { key: "temperature", value: "51" });
  assertEquals(refused.status, 422);
  assertStringIncludes(await refused.text(), "is above the limit of 50");
  assertMatch((await json("set", { key: "temperature", value: "warm" })).text, /warm/);
  assertMatch((await json("set", { key: "loop1.power", value: "1" })).text, /nothing to set/);
  assertMatch((await json("call", { command: "constructor" })).text, /no command/);
  assertMatch((await json("button", { label: "no" })).text, /no button/);
  assertEquals(lab.commands, []);
});

Deno.test("the script gets what came of it as JSON", async () => {
  const { json, lab } = rig();
  const { ok, text, by, line, status } = await json("set", { key: "control", value: "1", by: "  ben\n" });
  assertEquals([ok, by, line, status], [true, "ben", "set control=1", 200]);
  assertStringIncludes(text, "done");
  assertEquals((await json("button", { label: "Stop control" })).line, "stop");
  assertEquals((await json("call", { command: "stop" })).line, "stop");
  assertEquals(lab.commands.length, 3);
});

Deno.test("a page of another site commands nothing", async () => {
  const { lab, post } = rig();
  for (const path of ["set", "call", "button", "console"]) {
    const fields = { key: "control", value: "1", command: "stop", label: "Stop control", line: "stop" };
    await post(path, fields, { "sec-fetch-site": "cross-site" });
  }
  assertEquals(lab.commands, []);
});

Deno.test("the console sends lines as they are, and shows what came of them as text", async () => {
  const { lab, post, page } = rig();
  await post("console", { line: `loop 1:setpt "<b>"`, by: "anna" });
  assertEquals(lab.commands, [`anna: send cryocon loop 1:setpt "<b>"`]);
  const html = await page("/console");
  assertStringIncludes(html, "loop 1:setpt &quot;&lt;b&gt;&quot;");
  assert(lab.lines.some(({ source, message }) => source === "anna" && message.includes("loop 1:setpt")));
});

Deno.test("a device whose name is markup has a page of text", async () => {
  const { page } = rig(`<img src=x onerror=alert(1)>"'`);
  for (const path of ["", "/console"]) assert(!(await page(path)).includes("<img src=x"), path);
});
