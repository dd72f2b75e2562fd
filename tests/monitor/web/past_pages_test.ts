import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { ConnectionError } from "../../../lib/errors.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeRecords } from "../fake_records.ts";
import { FakeLab } from "./fake_lab.ts";

async function rig() {
  const lab = new FakeLab();
  const records = new FakeRecords();
  lab.records = records;
  const folder = await Deno.makeTempDir();
  const app = createApp(lab, systemClock, undefined, undefined, { settings: folder });
  const page = async (path: string) => await (await app.request(path)).text();
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(path, { method: "POST", body: new URLSearchParams(fields), headers });
  return {
    lab,
    records,
    app,
    page,
    post,
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("the log is searched by words, source, type and time, and paged with the search kept", async () => {
  await using r = await rig();
  for (let n = 0; n < 250; n++) {
    r.records.lines.push({
      time: 1.8e9 - n,
      source: n % 2 ? "anna" : "cryocon",
      type: "info",
      message: `line ${n}.`,
    });
  }
  r.records.lines.push({ time: 1.7e9, source: "cryocon", type: "error", message: "<b>heater</b>" });
  const first = await r.page("/log?q=line&source=anna");
  assertStringIncludes(first, "line 1.");
  assert(!first.includes("line 2."));
  assertStringIncludes(first, `href="/log?q=line&amp;source=anna&amp;page=2"`);
  const second = await r.page("/log?q=line&source=anna&page=2");
  assertStringIncludes(second, "line 249.");
  assert(!second.includes(">older<"));
  assertStringIncludes(await r.page("/log?type=error"), "&lt;b&gt;heater");
  assertStringIncludes(await r.page("/log?from=2027-01-15T07:59:59"), "line 0.");
  assertStringIncludes(await r.page("/log?q=nothing"), "Nothing in the log is like this");
  assertEquals((await r.app.request("/log?page=-1&from=x&type=%3Cscript%3E")).status, 200);
});

Deno.test("without its database the last lines of the log can still be searched", async () => {
  await using r = await rig();
  r.lab.log("info", "still here");
  r.records.failure = new ConnectionError("PostgreSQL is away");
  const html = await r.page("/log?q=still");
  assertStringIncludes(html, "still here");
  assertStringIncludes(html, "Only the last lines can be searched: PostgreSQL is away");
  for (const path of ["/archive", "/logbook"]) assertEquals((await r.app.request(path)).status, 503, path);
});

Deno.test("the archive shows any moment, in the forms of the original too, and each value leads to its curve", async () => {
  await using r = await rig();
  const value = (time: number, value: number) =>
    r.records.values.push({
      client: "cryocon",
      key: "temperature",
      reading: { value, time, quality: "good", severity: "ok" },
    });
  value(Date.UTC(2026, 10, 20, 12) / 1000, -99);
  value(Date.UTC(2026, 10, 20, 14) / 1000, 12.5);
  for (const at of ["2026-11-20T13:00", "2026.11.20 13:00:00", "1795179600"]) {
    const html = await r.page(`/archive?at=${encodeURIComponent(at)}`);
    assertStringIncludes(html, "The lab at 2026-11-20 13:00:00");
    assertStringIncludes(html, r.records.promise);
    assertMatch(html, /<span class="v ">−99.00<\/span> <span class="unit">°C/);
    assertMatch(html, /\/archive\/plot\?channel=cryocon.temperature&amp;from=2026-11-20T01%3A00%3A00/);
  }
  const wrong = await r.app.request("/archive?at=yesterday");
  assertEquals(wrong.status, 400);
});

Deno.test("curves are drawn by the server with gaps, and by the original's parameters", async () => {
  await using r = await rig();
  const now = systemClock.time();
  r.lab.past = { time: [now - 90, now - 60, now - 30, now - 10], value: [1, 2, null, 4] };
  const html = await r.page("/archive/plot?channels=cryocon.temperature,cryocon.nothing&hours=1");
  assertEquals([...html.matchAll(/<polyline/g)].length, 4); // two pieces of each
  assertStringIncludes(html, "cryocon temperature, °C: from 1 to 4");
  const csv = html.match(/id="csv" href="([^"]+)"/)![1]!;
  assertMatch(csv, /channel=cryocon.temperature&amp;channel=cryocon.nothing/);
  assertEquals((await r.app.request("/archive/plot")).status, 200);
});

Deno.test("values go out as CSV, one by one, and nothing in them is a formula", async () => {
  await using r = await rig();
  const value = (time: number, value: number | string | undefined, more = {}) =>
    r.records.values.push({
      client: "cryocon",
      key: "temperature",
      reading: { value, time, quality: "good", severity: "ok", ...more },
    });
  value(1.8e9, -99.5);
  value(1.8e9 + 1, `=1+1,"x"`);
  value(1.8e9 + 2, undefined, { quality: "bad", reason: "unreadable" });
  const response = await r.app.request(
    "/archive/values.csv?channel=cryocon.temperature&from=1799999999&to=1800000009",
  );
  assertEquals(
    await response.text(),
    [
      "time,channel,value,quality,severity,reason",
      "2027-01-15T08:00:00.000Z,cryocon.temperature,-99.5,good,ok,",
      `2027-01-15T08:00:01.000Z,cryocon.temperature,"'=1+1,""x""",good,ok,`,
      "2027-01-15T08:00:02.000Z,cryocon.temperature,,bad,ok,unreadable",
      "",
    ].join("\r\n"),
  );
});

Deno.test("notes are kept with time, device and run, shown as text, and not from other sites", async () => {
  await using r = await rig();
  const fields = {
    text: "<i>dewar</i>\nfilled",
    by: "anna",
    time: "2026-11-20T13:00",
    client: "cryocon",
    run: "r 1",
  };
  assertEquals((await r.post("/logbook", fields)).status, 303);
  const [note] = r.records.written;
  assertEquals([note!.time, note!.client, note!.run], [Date.UTC(2026, 10, 20, 13) / 1000, "cryocon", "r 1"]);
  assertStringIncludes(await r.page("/logbook"), "&lt;i&gt;dewar&lt;/i&gt;\nfilled");
  assertEquals((await r.post("/logbook", { ...fields, text: " " })).status, 422);
  const wrong = await r.post("/logbook", { ...fields, time: "soon" });
  assertStringIncludes(await wrong.text(), "filled</textarea>");
  assertEquals((await r.post("/logbook", fields, { "sec-fetch-site": "cross-site" })).status, 403);
  assertEquals(r.records.written.length, 1);
});

Deno.test("settings are saved, compared, and sent again as far as they are ticked", async () => {
  await using r = await rig();
  const at = "/client/cryocon/settings";
  r.lab.read("cryocon", { temperature: -99, "temperature.target": -100, control: true });
  assertEquals((await r.post(at, { by: "anna", note: "cold <b>" })).status, 303);
  const list = await r.page(at);
  assertStringIncludes(list, "cold &lt;b&gt;");
  const [, id] = list.match(/settings\/([\dT-]+)"/)!;
  assertStringIncludes(await r.page(`${at}/${id}`), "All is as it was saved.");

  r.lab.read("cryocon", { "temperature.target": -20, control: false });
  const shown = await r.page(`${at}/${id}`);
  assertStringIncludes(shown, "2 of 2 differ");
  assertMatch(shown, /temperature target<\/td><td>-20 °C<\/td><td><b>-100<\/b> °C/);
  assertEquals(r.lab.commands, []);
  assertEquals((await r.post(`${at}/${id}`, {})).status, 422);
  assertEquals((await r.post(`${at}/${id}`, { key: "temperature", by: "ben" })).status, 303);
  assertEquals(r.lab.commands, ["ben: send cryocon set temperature=-100"]);
  await r.post(`${at}/${id}`, { key: "control" }, { "sec-fetch-site": "cross-site" });
  assertEquals(r.lab.commands.length, 1);

  for (const wrong of ["..%2f..%2fetc%2fpasswd", "2026-01-01T00-00-00", "x"]) {
    assertEquals((await r.app.request(`${at}/${wrong}`)).status, 404, wrong);
  }
});

Deno.test("the palette offers every page, device and curve", async () => {
  await using r = await rig();
  const places: [string, string][] = await (await r.app.request("/palette.json")).json();
  for (const [name, address] of places) {
    if (name === "Images") continue;
    assertEquals((await r.app.request(address)).status, 200, name);
  }
  assert(places.some(([name]) => name === "curve of cryocon.loop1.power"));
});

Deno.test("saved settings that cannot be read are named, and hide no others", async () => {
  await using r = await rig();
  r.lab.read("cryocon", { "temperature.target": -100, control: true });
  await r.post("/client/cryocon/settings", { by: "anna", note: "good ones" });
  const folder = `${r.folder}/cryocon`;
  await Deno.writeTextFile(`${folder}/2026-01-01T00-00-00.json`, "{");
  await Deno.writeTextFile(`${folder}/2026-01-01T00-00-01.json`, `${"[".repeat(1e6)}${"]".repeat(1e6)}`);
  await Deno.writeTextFile(`${folder}/2026-01-01T00-00-02.json`, "x".repeat(5e6));
  await Deno.writeTextFile(
    `${folder}/2026-01-01T00-00-03.json`,
    `{ "time": 1, "values": { "__proto__": "1" } }`,
  );
  const html = await r.page("/client/cryocon/settings");
  assertStringIncludes(html, "good ones");
  assertEquals([...html.matchAll(/cannot be read<\/span>/g)].length, 3);
  assertStringIncludes(
    html,
    "00-00-02.json: expected saved settings: it has 5000000 bytes, at most 4194304 are read",
  );
  assertEquals((await r.app.request("/client/cryocon/settings/2026-01-01T00-00-00")).status, 404);
});
