/** Live plots in a browser: bands, gaps, cursors, zoom, scales, time, and what happens when the past does not come. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import type { Series } from "../../../daemons/monitor/lab.ts";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";

const RANGE = { from: 0, to: 1, points: 1 };
const PLOT = "cryocon/temperature";

/** A lab with a past of half an hour whose middle is missing. */
function labWithPast(): FakeLab {
  const lab = new FakeLab(["cryocon", "gauge"]);
  const now = systemClock.time();
  const time = Array.from({ length: 601 }, (_, n) => now - 1800 + 3 * n);
  const value = time.map((_, n) => n > 240 && n < 360 ? null : -95 + 4 * Math.sin(n / 40));
  const moved = (by: number) => value.map((one) => one === null ? null : one + by);
  const past: Series = { time, value, min: moved(-2), max: moved(2) };
  lab.history = (_, key) => Promise.resolve(key === "temperature" ? past : { time: [], value: [] });
  return lab;
}

const card = (plot: string) => `[data-plot="${plot}"]`;
const note = (page: Page, plot = PLOT) => page.innerText(`${card(plot)} .plotnote`);
const noted = (page: Page, pattern: RegExp, plot = PLOT) =>
  page.waitForFunction(`${pattern}.test(document.querySelector('${card(plot)} .plotnote').textContent)`);
const readings = (page: Page, pattern: RegExp, plot = PLOT) =>
  page.waitForFunction(`${pattern}.test(document.querySelector('${card(plot)} .plot').ariaLabel)`);

/** Pixels of the first curve, and of its band, in the column at a share of the width. */
function column(page: Page, share: number, plot = PLOT): Promise<{ curve: number; band: number }> {
  return page.evaluate(`(() => {
    const place = document.querySelector('${card(plot)}');
    const [canvas, over] = ["canvas", ".u-over"].map((one) => place.querySelector(one));
    const [whole, inner] = [canvas, over].map((one) => one.getBoundingClientRect());
    const scale = canvas.width / whole.width;
    const x = Math.round((inner.left - whole.left + ${share} * inner.width) * scale);
    const [top, height] = [(inner.top - whole.top) * scale, inner.height * scale];
    const probe = document.createElement("i");
    probe.style.color = "var(--trace)";
    document.body.append(probe);
    const colour = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const { data } = canvas.getContext("2d").getImageData(x, Math.ceil(top), 1, Math.floor(height));
    const found = { curve: 0, band: 0 };
    for (let at = 0; at < data.length; at += 4) {
      if (!colour.every((one, place) => Math.abs(one - data[at + place]) < 12)) continue;
      if (data[at + 3] > 200) found.curve++;
      else if (data[at + 3] > 20 && data[at + 3] < 80) found.band++;
    }
    return found;
  })()`);
}

testWith("a live plot has bands of least and most, and no line where nothing is known", [
  chromium,
], async () => {
  const lab = labWithPast();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  const { page } = open;
  await readings(page, /: 482 readings/);
  const [left, gap, right] = [await column(page, 0.2), await column(page, 0.5), await column(page, 0.8)];
  assert(left.curve >= 1 && left.band > 10, JSON.stringify(left));
  assert(right.curve >= 1 && right.band > 10, JSON.stringify(right));
  assertEquals(gap, { curve: 0, band: 0 });
  assertEquals(open.errors, []);
});

testWith("a live plot and the small curve have a gap from a loss until the return", [chromium], async () => {
  const lab = new FakeLab();
  const now = systemClock.time();
  lab.past = { time: [now - 2, now - 1], value: [1, 2] };
  lab.read("cryocon", { temperature: 3, "temperature.target": 3 });
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  const { page } = open;
  await readings(page, /: 3 readings/);
  lab.lose("cryocon", "gone");
  await page.waitForSelector(`[data-client="cryocon"] .dot.lost`);
  lab.lose("cryocon", "still gone");
  lab.clients.get("cryocon")!.state = { status: "connected", since: now };
  await systemClock.sleep(50); // the next value is of a later moment
  for (const value of [4, 5]) {
    lab.read("cryocon", { temperature: value, "temperature.target": value });
    await readings(page, new RegExp(`: ${value} readings`));
  }
  assertEquals(
    await page.$$eval(
      "[data-spark] polyline",
      (lines) => lines.map((line) => line.getAttribute("points")!.split(" ").length),
    ),
    [3, 2],
  );
  assertEquals(open.errors, []);
});

testWith("the past that does not come is asked for again, and the plot says so meanwhile", [
  chromium,
], async () => {
  const lab = labWithPast();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage("about:blank");
  const { page } = open;
  const asked = new Map<string, number>();
  await page.route("**/history?*", (route) => {
    const { searchParams } = new URL(route.request().url());
    const name = `${searchParams.get("client")}.${searchParams.get("key")}`;
    asked.set(name, (asked.get(name) ?? 0) + 1);
    if (asked.get(name)! > 2 || name !== "cryocon.temperature") return route.continue();
    return asked.get(name) === 1
      ? route.fulfill({ status: 503, json: { error: "PostgreSQL is away" } })
      : route.abort();
  });
  // What is told for a moment only is not missed, however busy the machine is.
  await page.addInitScript(`
    window.notes = [];
    new MutationObserver(() => {
      const note = document.querySelector('${card(PLOT)} .plotnote');
      const words = note ? (note.className.includes("warnv") ? "! " : "") + note.textContent : "";
      if (words !== window.notes.at(-1)) window.notes.push(words);
    }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  `);
  await page.goto(web.url);
  await readings(page, /: 482 readings/);
  await noted(page, /^$/);
  const notes = (await page.evaluate("window.notes") as string[]).filter((words) => words.startsWith("! "));
  assertEquals(notes.length, 2, notes.join("\n"));
  assertEquals(notes[0], "! The past is missing: PostgreSQL is away. It is asked for again in 1 s");
  assertMatch(notes[1]!, /^! The past is missing: .+\. It is asked for again in 2 s$/);
  assertEquals([asked.get("cryocon.temperature"), asked.get("gauge.temperature")], [3, 1]);
  assertGreater((await column(page, 0.2)).curve, 0);
});

testWith("cursors of live plots go together; a zoom asks anew, stays, and can be shared", [
  chromium,
], async () => {
  const lab = labWithPast();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  const { page } = open;
  await readings(page, /: 482 readings/);
  await readings(page, /: 482 readings/, "gauge/temperature");
  const over = page.locator(`${card(PLOT)} .u-over`);
  await over.scrollIntoViewIfNeeded();
  const box = (await over.boundingBox())!;
  const at = (share: number) => box.x + share * box.width;
  // Where nobody points at a moment the legend tells of the last, else all tell of that one.
  const told =
    `[...document.querySelectorAll("[data-plot] .u-legend tr:first-child .u-value")].map((one) => one.textContent)`;
  const [last = ""] = await page.evaluate(told) as string[];
  assert(Math.abs(Date.parse(`${last.replace(" ", "T")}Z`) / 1000 - systemClock.time()) < 600, last);
  await page.mouse.move(at(0.25), box.y + 50);
  await page.waitForFunction(
    `(([one, other]) => one === other && one < ${JSON.stringify(last.slice(0, 17))})(${told})`,
  );
  const asked: URLSearchParams[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === "/history") asked.push(searchParams);
  });
  await page.mouse.down();
  await page.mouse.move(at(0.35), box.y + 60, { steps: 4 });
  await page.mouse.up();
  await noted(page, /^\d{4}-\d\d-\d\d [\d:]+ to \d{4}/);
  await noted(page, /^\d{4}-\d\d-\d\d [\d:]+ to \d{4}/, "gauge/temperature");
  assertEquals(asked.length, 4);
  const spans = asked.map((one) => Number(one.get("to")) - Number(one.get("from")));
  assert(spans.every((span) => Math.abs(span - 180) < 5), `${spans}`);
  const shown = await note(page);
  // What comes meanwhile changes nothing of it.
  lab.read("cryocon", { temperature: 20, "temperature.target": 20 });
  await page.waitForFunction(`/20\\.00/.test(document.querySelector(".big .v").textContent)`);
  assertEquals(await note(page), shown);
  for (const path of ["plot", "values.csv"]) {
    const link = await page.getAttribute(`${card(PLOT)} a[href*="/archive/${path}"]`, "href");
    const { searchParams } = new URL(link!, web.url);
    assertEquals(searchParams.get("channels"), "cryocon.temperature,cryocon.temperature.target");
    assertEquals(searchParams.get("from"), shown.slice(0, 19).replace(" ", "T"));
    assertEquals(searchParams.has("hours"), false);
  }
  await page.click(`${card("gauge/temperature")} >> text=Back to live`);
  await noted(page, /^$/);
  await readings(page, /: 4\d\d readings/);
  assertEquals(await page.isVisible(`${card(PLOT)} >> text=Back to live`), false);
  assertMatch(
    await page.getAttribute(`${card(PLOT)} a[href*="/archive/plot"]`, "href") ?? "",
    /hours=24/,
  );
  assertEquals(open.errors, []);
});

testWith("a live plot is logarithmic, and in local time, as somebody wants it", [chromium], async () => {
  const lab = labWithPast();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url, { timezoneId: "Asia/Tokyo" });
  const { page } = open;
  await readings(page, /: 482 readings/);
  const legend = () => page.innerText(`${card(PLOT)} .u-legend tr:first-child th`);
  assertEquals((await legend()).trim(), "UTC");
  const press = (what: string) => page.click(`${card(PLOT)} [data-plottool="${what}"]`);
  await press("log");
  await noted(page, /not above 0 has no place/);
  await eventually(async () => (await column(page, 0.2)).curve === 0);
  const { time, value } = await lab.history("cryocon", "temperature", RANGE);
  const past = { time, value: value.map((one) => one && one + 200) };
  lab.history = (_, key) => Promise.resolve(key === "temperature" ? past : { time: [], value: [] });
  await page.reload();
  await readings(page, /: 482 readings/);
  await press("log");
  await noted(page, /^$/);
  await eventually(async () => (await column(page, 0.2)).curve > 0);
  await press("local");
  assertEquals((await legend()).trim(), "local time");
  const over = page.locator(`${card(PLOT)} .u-over`);
  await over.scrollIntoViewIfNeeded();
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + 0.2 * box.width, box.y + 50);
  await eventually(async () => {
    const told = await page.innerText(`${card(PLOT)} .u-legend tr:first-child .u-value`);
    const apart = Date.parse(`${told.replace(" ", "T")}Z`) / 1000 - systemClock.time();
    return Math.abs(apart + 0.8 * 1800 - 9 * 3600) < 600;
  });
  await page.reload();
  await readings(page, /: 482 readings/);
  assertEquals((await legend()).trim(), "local time");
  assertEquals(await page.getAttribute(`${card(PLOT)} [data-plottool="local"]`, "aria-pressed"), "true");
  assertEquals(open.errors, []);
});

testWith("without scripts a live plot is a picture", [chromium], async () => {
  const lab = labWithPast();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url, { javaScriptEnabled: false });
  const { page } = open;
  const picture = page.locator(`${card(PLOT)} .plot img`);
  await picture.scrollIntoViewIfNeeded();
  const response = await fetch(new URL((await picture.getAttribute("src"))!, web.url));
  assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
  await response.body?.cancel();
  const box = (await picture.boundingBox())!;
  assert(box.width > 300 && box.height > 80, JSON.stringify(box));
  assertEquals(await page.isVisible(`${card(PLOT)} .plottools`), false);
});
