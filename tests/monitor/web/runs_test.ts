import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { ConnectionError } from "../../../lib/errors.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { FakeRecords } from "../fake_records.ts";
import { withImages } from "../images/bench.ts";
import { writeFrame } from "../images/frames.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";
import { furnish } from "./furnished.ts";

const TOLD = { note: null, devices: ["cryocon"], plots: [], params: { target: -100 } };

function rig() {
  const lab = new FakeLab();
  const records = new FakeRecords();
  lab.records = records;
  const app = createApp(lab, systemClock);
  const page = async (path: string) => await (await app.request(path)).text();
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(path, { method: "POST", body: new URLSearchParams(fields), headers });
  /** A run that goes on, and is kept. */
  const begin = (id: string, name: string, author: string) => {
    lab.runs.begin(id, { ...TOLD, name, author, began: systemClock.time() }, "script");
    records.keepRun(lab.runs.find(id)!.row);
  };
  const end = (id: string, outcome: "done" | "failed", reason: string | null = null) => {
    const { row } = lab.runs.find(id)!;
    lab.runs.end(id, outcome, reason);
    records.keepRun({ ...row, ended: row.began + 90, outcome, reason, changes: [] });
  };
  return { lab, records, app, page, post, begin, end };
}

Deno.test("runs are found by words, by what was run and by whom, page by page with the search kept", async () => {
  const r = rig();
  for (let n = 0; n < 60; n++) {
    r.begin(`c-${n}`, "cooldown", n % 2 ? "anna" : "ben");
    r.end(`c-${n}`, "done");
  }
  r.begin("t-1", "take", "anna");
  r.end("t-1", "failed", "no light");
  const all = await r.page("/runs");
  assertMatch(all, /href="\/runs\/t-1".*<b>take<\/b>.*<span class="alarmv">failed<\/span>.*no light/s);
  assertStringIncludes(all, `href="/runs?page=2"`);
  assertStringIncludes(await r.page("/runs?page=2"), `href="/runs/c-0"`);
  assertStringIncludes(await r.page("/runs?name=cooldown&by=ben"), `<option value="ben" selected`);
  const light = await r.page("/runs?q=no+light");
  assert(light.includes("/runs/t-1") && !light.includes("/runs/c-1"));
  assertStringIncludes(await r.page("/runs?by=nobody"), "No runs.");
  assertEquals((await r.app.request("/runs?page=x&from=y")).status, 200);
});

Deno.test("a run's page has what it was told, how it went, and ways to the archive and the log of its time", async () => {
  const r = rig();
  r.begin("c-1", "cooldown", "anna");
  r.lab.runs.progress("c-1", { progress: 0.5, doing: "half way" });
  r.records.keepRun({ ...r.lab.runs.find("c-1")!.row, settings: { cryocon: { temperature: "20" } } });
  const going = await r.page("/runs/c-1");
  assertMatch(going, /<progress max="1" value="0.5"[^>]*><\/progress> <span class="n">50 %<\/span>/);
  assertStringIncludes(going, "Abort this run");
  assertMatch(going, /<dt>target<\/dt><dd><span class="v">-100<\/span>/);
  assertMatch(going, /data-unit="°C"/); // of its device what it is for, where it named no curves
  r.end("c-1", "done");
  const over = await r.page("/runs/c-1");
  assert(!over.includes("Abort this run") && !over.includes("<progress"));
  assertMatch(over, /href="\/archive\?at=[^"]+">The lab at its begin/);
  assertMatch(over, /href="\/archive\/plot\?channel=cryocon.temperature&amp;from=[^"]+">Curves of that time/);
  assertMatch(over, /href="\/log\?from=[^"]+">Log of that time/);
  assertStringIncludes(over, "All that was known at both its begin and its end was the same");
  assertEquals((await r.app.request("/runs/none")).status, 404);
});

Deno.test("a run is aborted by name and reason, and noted about; not from other sites", async () => {
  const r = rig();
  r.begin("c-1", "cooldown", "anna");
  await r.post("/runs/c-1/abort", { by: "ben", reason: `too "warm"` }, { "sec-fetch-site": "cross-site" });
  await r.post("/runs/c-1/notes", { by: "ben", text: "hm" }, { "sec-fetch-site": "cross-site" });
  assertEquals([r.lab.commands.length, r.records.written.length], [0, 0]);
  await r.post("/runs/c-1/abort", { by: "ben", reason: `too "warm"` });
  assertEquals(r.lab.commands, [`ben: abort_run c-1 "too \\"warm\\""`]);
  const noted = await r.post("/runs/c-1/notes", { by: "ben", text: "hm\nwell" });
  assertEquals([noted.status, noted.headers.get("location")], [303, "/runs/c-1#notes"]);
  assertEquals(r.records.written[0], {
    ...r.records.written[0]!,
    author: "ben",
    text: "hm\nwell",
    run: "c-1",
  });
  assertStringIncludes(await r.page("/runs/c-1"), "hm\nwell");
  assertEquals((await r.post("/runs/c-1/notes", { text: " " })).status, 422);
});

Deno.test("without its database MONITOR shows the runs that are going on, and says why no others", async () => {
  const r = rig();
  r.begin("c-1", "cooldown", "anna");
  r.records.failure = new ConnectionError("PostgreSQL is away");
  const list = await r.app.request("/runs");
  assertEquals(list.status, 503);
  assertMatch(await list.text(), /PostgreSQL is away.*href="\/runs\/c-1"/s);
  assertEquals((await r.app.request("/runs/c-1")).status, 503);
  assertEquals((await r.app.request("/runs/c-2")).status, 503);
});

Deno.test("a run that its script never ended is said to be so", async () => {
  const r = rig();
  r.begin("c-1", "cooldown", "anna");
  r.records.keepRun({ ...r.lab.runs.find("c-1")!.row, id: "c-0" });
  assertStringIncludes(await r.page("/runs/c-0"), "never heard of again");
});

Deno.test("a run's images are those that carry its name, and those of its devices and its time", () =>
  withImages(async ({ folder, add, lab, images }) => {
    const records = new FakeRecords();
    lab.records = records;
    await writeFrame(`${folder}/a.fits`, { cards: { RUNID: "t-1" } });
    await add("a.fits");
    await writeFrame(`${folder}/b.fits`, { cards: { RUNID: "another" } });
    await add("b.fits");
    const began = systemClock.time();
    lab.runs.begin("t-1", { ...TOLD, name: "take", author: "", began, devices: [] }, "take");
    records.keepRun(lab.runs.find("t-1")!.row);
    const app = createApp(lab, systemClock, undefined, images);
    const html = await (await app.request("/runs/t-1")).text();
    assertEquals(html.match(/class="tile"/g)?.length, 1);
    assertMatch(html, /title="[^"]*a\.fits"/);
  }));

testWith(
  "a run's progress and its end come to the page by themselves, its curve is drawn",
  [chromium],
  async () => {
    await using f = await furnish();
    await using open = await openPage(`${f.web.url}runs/take-2`);
    const { page } = open;
    await page.waitForFunction(`/: 272 points/.test(document.querySelector("#curves figure").ariaLabel)`);
    assertMatch(await page.innerText("#facts"), /35 % +7 of 20 images/);
    f.lab.runs.progress("take-2", { progress: 0.5, doing: "10 of 20 images" });
    f.records.keepRun(f.lab.runs.find("take-2")!.row);
    await page.waitForFunction(`/50 %/.test(document.querySelector("#facts").innerText)`);
    const { width } = (await page.locator("#facts progress").boundingBox())!;
    assert(width > 50);
    f.lab.runs.abort("take-2", "anna", "too bright");
    await page.waitForFunction(
      `/anna wants it to end: too bright/.test(document.querySelector("#facts").innerText)`,
    );
    await page.goto(f.web.url);
    await page.waitForSelector("#live-runs .strip.warn");
    const { row } = f.lab.runs.find("take-2")!;
    f.lab.runs.end("take-2", "aborted", "too bright");
    f.records.keepRun({ ...row, ended: row.began + 60, outcome: "aborted" });
    await page.waitForFunction(`document.querySelectorAll("#live-runs .strip").length === 0`);
    assertEquals(open.errors, []);
  },
);
