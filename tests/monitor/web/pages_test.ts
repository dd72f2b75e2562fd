/** Every page in a real browser: nothing fails, nothing becomes markup, nothing is out of reach. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { eventually } from "../../../lib/testing/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { withImages } from "../images/bench.ts";
import { writeFrame } from "../images/frames.ts";
import { drawn, openPage } from "./browser.ts";
import { EVIL, furnish, PAGES } from "./furnished.ts";

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical findings of axe-core on what the page shows now; of one rule only, where it is named. */
async function findings(page: Page, rule?: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const options = rule === undefined ? "" : JSON.stringify({ runOnly: [rule] });
  const { violations } = await page.evaluate(`axe.run(${options})`) as { violations: readonly Finding[] };
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

/** How many pixels of the first chart are not ground, in columns at 20, 52 and 80 % of its width. */
const INKED = `(() => {
  const [canvas, over] = ["canvas", ".u-over"].map((one) => document.querySelector("#curves " + one));
  const [whole, inner] = [canvas, over].map((one) => one.getBoundingClientRect());
  const scale = canvas.width / whole.width;
  const [left, top] = [(inner.left - whole.left) * scale, (inner.top - whole.top) * scale];
  return [0.2, 0.52, 0.8].map((share) => {
    const x = Math.round(left + share * inner.width * scale);
    const { data } = canvas.getContext("2d").getImageData(x, Math.ceil(top), 1, Math.floor(inner.height * scale));
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) count++;
    return count;
  });
})()`;

/** What is there when a page's script has begun; where one signs in there is none. */
const READY = "#palette:not([hidden]), .signin";

const under = (url: string, path: string): string => url.replace(/\/$/, "") + path;

testWith("every page is without errors, without markup from outside, and accessible, in light and dark", [
  chromium,
], async () => {
  await using f = await furnish();
  await using open = await openPage(f.web.url);
  const { page } = open;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of PAGES) {
      await page.goto(under(f.web.url, path));
      await page.locator(READY).waitFor({ state: "attached" });
      const rule = colorScheme === "light" ? undefined : "color-contrast"; // all else is as it was in light
      assertEquals(await findings(page, rule), [], `${path} in ${colorScheme}`);
      assertEquals(await page.evaluate("window.evil"), undefined, path);
      assertEquals(await page.$$eval("img[onerror]", (found) => found.length), 0, path);
      assertMatch(await page.title(), path === "/login" ? /^Sign in/ : /^\(1\) /, path);
    }
  }
  assertEquals(open.errors, []);
});

testWith("no page does what its policy forbids", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage("about:blank", { bypassCSP: false });
  const { page } = open;
  await page.addInitScript(`addEventListener("securitypolicyviolation", (event) => {
    console.error(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile + ":" + event.lineNumber);
  })`);
  for (const path of [...PAGES, "/?kiosk"]) {
    await page.goto(under(f.web.url, path));
    await page.locator(READY).waitFor({ state: "attached" });
    assertEquals(open.errors, [], path);
    if (path === "/login") continue;
    f.lab.read("cryocon", { temperature: -84 });
    f.lab.log("error", EVIL);
    const stored = page.locator("#stored", { hasText: String(f.lab.stored) });
    await stored.waitFor({ state: "attached" });
    assertEquals(open.errors, [], path);
  }
  await page.goto(f.web.url);
  await page.locator(READY).waitFor({ state: "attached" });
  await page.keyboard.press("Control+k");
  await page.locator("dialog input").fill("cryo");
  await page.locator("dialog li").first().waitFor();
  assertEquals(open.errors, []);
});

testWith("every page fits a phone", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(f.web.url);
  const { page } = open;
  await page.setViewportSize({ width: 360, height: 780 });
  for (const path of PAGES) {
    await page.goto(under(f.web.url, path));
    await page.locator(READY).waitFor({ state: "attached" });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert(Number(width) <= 360, `${path} is ${width} wide`);
  }
});

testWith("every page can be read with scripts off, and its forms work", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(f.web.url, { javaScriptEnabled: false });
  const { page } = open;
  for (const path of PAGES) {
    await page.goto(under(f.web.url, path));
    assertGreater((await page.innerText("main")).trim().length, 20, path);
  }
  // Curves are there as a picture.
  await page.goto(under(f.web.url, PAGES.find((path) => path.startsWith("/archive/plot"))!));
  const points = await page.$$eval(
    "svg.static polyline",
    (lines) => lines.map((line) => line.getAttribute("points")),
  );
  assertGreater(points.join(" ").split(" ").length, 500);
  // Stale differs from fresh in shape and text.
  await page.goto(f.web.url);
  assertEquals(await page.$$eval(".card.isstale .dot.lost", (found) => found.length), 1);
  assertMatch(await page.innerText(".card.isstale .linktext"), /^lost: /);
  assertEquals(await page.$$eval(".card:not(.isstale) .dot.live", (found) => found.length), 1);
  // An alarm is acknowledged, a value set, a note kept.
  await page.goto(under(f.web.url, "/alarms"));
  await page.fill(`#alarm-warm [name="by"]`, "anna");
  await page.click(`#alarm-warm [value="acknowledge"]`);
  assertEquals(f.lab.commands.at(-1), "anna: acknowledge warm");
  await page.goto(under(f.web.url, "/client/cryocon"));
  await page.fill(`form.set:visible [type="number"]`, "-110");
  await page.click(`form.set:visible:has([type="number"]) button`);
  assertMatch(await page.innerText(`.told[data-state="accepted"]:visible`), /accepted web, /);
  await page.goto(under(f.web.url, "/logbook"));
  await page.fill("textarea", "All quiet");
  await page.fill(`[name="by"]`, "ben");
  await page.click("text=Keep");
  assertEquals(f.records.written[0]?.author, "ben");
});

testWith(
  "a setting is pending, accepted, on its way and settled, or refused with the reason",
  [chromium],
  async () => {
    await using f = await furnish();
    await using open = await openPage(under(f.web.url, "/client/cryocon"));
    const { page } = open;
    const told = async (state: string) => {
      await page.waitForSelector(`.told[data-state="${state}"]:visible`);
      return await page.innerText(`.told[data-state="${state}"]:visible`);
    };
    await page.fill("[data-who]", "anna");
    await page.press("[data-who]", "Tab");
    await page.fill(`form.set:visible [type="number"]`, "-90");
    await page.press(`form.set:visible [type="number"]`, "Enter");
    assertMatch(await told("accepted"), /accepted .*anna, \d\d:\d\d:\d\d/);
    assertEquals(f.lab.commands.at(-1), "anna: send cryocon set temperature=-90");
    f.lab.read("cryocon", { temperature: -85.25, "temperature.target": -90 });
    await page.waitForFunction(
      `/4.75 to go/.test(document.querySelector(".told[data-state=accepted]").textContent)`,
    );
    f.lab.read("cryocon", { temperature: -89.95 });
    assertMatch(await told("settling"), /anna/);
    assertMatch(await told("settled"), /anna/);
    await page.evaluate(`document.querySelector('form.set [type="number"]').max = 900`);
    await page.fill(`form.set:visible [type="number"]`, "300");
    await page.press(`form.set:visible [type="number"]`, "Enter");
    assertMatch(await told("refused"), /above the limit of 50/);
    // The status is part of the answer; the browser says so in its console.
    assertEquals(open.errors.filter((error) => !error.includes("422")), []);
  },
);

testWith("alarms come and go on the page by themselves, also in its title", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(under(f.web.url, "/alarms"));
  const { page } = open;
  await page.waitForSelector("#open-alarms #alarm-warm");
  f.lab.read("cryocon", { temperature: -160 });
  await page.waitForSelector("#open-alarms #alarm-cold");
  await page.waitForSelector("#other-alarms #alarm-warm");
  f.lab.read("cryocon", { "loop1.power": 44 });
  await page.waitForFunction(`document.title.startsWith("(2) ")`);
  assertEquals(await page.innerText("#open"), "2");
  f.lab.read("cryocon", { temperature: -100, "loop1.power": 4 });
  await page.waitForFunction(`!document.title.startsWith("(")`);
  assertEquals(await page.isVisible("#open"), false);
  assertEquals(open.errors, []);
});

testWith(
  "the archive draws its curves, and a zoom asks anew and changes the address",
  [chromium],
  async () => {
    await using f = await furnish();
    await using open = await openPage(
      under(f.web.url, PAGES.find((path) => path.startsWith("/archive/plot"))!),
    );
    const { page } = open;
    const label = () => page.getAttribute("#curves figure", "aria-label");
    await page.waitForFunction(`/: 272 points/.test(document.querySelector("#curves figure").ariaLabel)`);
    assertMatch(await label() ?? "", /cryocon temperature: 272 points/);
    const pixels = await page.$eval("#curves figure", (figure) => figure.querySelectorAll("canvas").length);
    assertEquals(pixels, 1);
    const before = new URL(page.url()).searchParams.get("from");
    const box = (await page.locator("#curves .u-over").first().boundingBox())!;
    // A curve with its band of least and most, none where nothing is known, and again a curve.
    const inked = await page.evaluate(INKED) as number[];
    assert(inked[0]! > 20 && inked[1]! < 16 && inked[2]! > 20, `${inked}`);
    // Cursors go together: where one curve is looked at, the others give their values of that moment.
    const told =
      `[...document.querySelectorAll("#curves .u-legend tr:first-child .u-value")].map((one) => one.textContent)`;
    const [last] = await page.evaluate(told) as string[];
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.waitForFunction(
      `(([one, other]) => one === other && one !== "" && one !== ${JSON.stringify(last)})(${told})`,
    );
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(
      `new URLSearchParams(location.search).get("from") !== ${JSON.stringify(before)}`,
    );
    const after = new URL(page.url()).searchParams;
    const span = (Date.parse(`${after.get("to")}Z`) - Date.parse(`${after.get("from")}Z`)) / 1000;
    assert(Math.abs(span - 1800) < 30, `${span}`);
    assertMatch(await page.getAttribute("#csv", "href") ?? "", /channel=cryocon.temperature/);
    // Logarithmic and in local time; what is below zero has no place on such an axis, and hurts nobody.
    await page.goto(`${page.url()}&log=1&local=1`);
    await page.waitForFunction(
      `/ local time. What is not above 0 has/.test(document.querySelector("#stretch").textContent)`,
    );
    assertEquals(
      await page.$$eval(`#asked [name="log"]:checked, #asked [name="local"]:checked`, (all) => all.length),
      2,
    );
    f.lab.past = {
      time: f.lab.past.time,
      value: f.lab.past.value.map((one) => one === null ? null : one + 110),
    };
    await page.reload();
    await page.waitForFunction(`/ local time$/.test(document.querySelector("#stretch").textContent)`);
    assert((await page.evaluate(INKED) as number[])[0]! > 1);
    assertEquals(open.errors, []);
  },
);

testWith("Ctrl-K goes anywhere and commands, by keys alone", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(f.web.url);
  const { page } = open;
  await page.waitForFunction(`document.querySelector("#palette").hidden === false`);
  await page.keyboard.press("Control+k");
  await page.waitForSelector("dialog[open] li");
  assertEquals(await findings(page), []);
  await page.keyboard.press("Escape");
  assertEquals(await page.$$eval("dialog[open]", (found) => found.length), 0);
  await page.keyboard.press("/");
  await page.waitForSelector("dialog[open] li");
  await page.keyboard.type("send cryocon stop");
  await page.keyboard.press("Enter");
  await page.waitForFunction(`/^done/.test(document.querySelector("dialog p").textContent)`);
  assertEquals(f.lab.commands.at(-1), "web: send cryocon stop");
  await page.fill("dialog input", "cryocon conso");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/client/cryocon/console");
  assertEquals(open.errors, []);
});

testWith("a kiosk shows values and no controls", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(`${f.web.url}?kiosk`);
  const { page } = open;
  assertEquals(await page.isVisible(".commandline"), false);
  assertEquals(await page.isVisible("header nav"), false);
  assert(await page.isVisible(`[data-client="cryocon"] .big .v`));
  assertMatch(await page.innerText(`[data-client="cryocon"] .big .to .age`), /^\d+\.\d s$/);
  f.lab.read("cryocon", { temperature: -91.5 });
  await page.waitForFunction(`/91\\.50/.test(document.querySelector(".big .v").textContent)`);
  await eventually(async () => (await drawn(page, "cryocon/temperature")).columns > 100);
  assertEquals(
    await page.getAttribute(`[data-client]:nth-of-type(2) h2 a`, "href"),
    `/client/${encodeURIComponent(EVIL)}`,
  );
});

testWith("sound, name and look are kept in the browser; sound is off at first", [chromium], async () => {
  await using f = await furnish();
  await using open = await openPage(under(f.web.url, "/alarms"));
  const { page } = open;
  const sound = `[data-switch="sound"]`;
  await page.waitForSelector(`${sound}[aria-pressed="false"]`);
  await page.click(sound);
  await page.fill(`#alarm-warm [name="by"]`, "anna");
  await page.press(`#alarm-warm [name="by"]`, "Tab");
  await page.reload();
  await page.waitForSelector(`${sound}[aria-pressed="true"]`);
  assertEquals(await page.inputValue(`#alarm-warm [name="by"]`), "anna");
  for (const [look, ground] of [["dark", "rgb(21, 24, 27)"], ["light", "rgb(236, 238, 239)"]] as const) {
    await page.keyboard.press("Control+k");
    await page.waitForSelector("dialog[open] li");
    await page.fill("dialog input", `look: ${look}`);
    await page.waitForFunction(`/${look}/.test(document.querySelector("dialog li").textContent)`);
    await Promise.all([page.waitForEvent("load"), page.press("dialog input", "Enter")]);
    await page.waitForFunction(`document.querySelector("#palette").hidden === false`);
    assertEquals(await page.evaluate("getComputedStyle(document.body).backgroundColor"), ground);
  }
  assertEquals(open.errors, []);
});

testWith(
  "the list of images and the viewer are accessible",
  [chromium],
  () =>
    withImages(async ({ folder, add, lab, images }) => {
      await writeFrame(`${folder}/a.fits`, { cards: { OBJECT: EVIL } });
      await add("a.fits");
      await using web = await startWeb(lab, { port: 0, images });
      await using open = await openPage(under(web.url, "/images"));
      const { page } = open;
      assertEquals(await findings(page), []);
      await page.goto(under(web.url, "/images/1"));
      await page.waitForFunction(`document.querySelector("#palette").hidden === false`);
      assertEquals(await findings(page), []);
      assertEquals(await page.evaluate("window.evil"), undefined);
      await using strict = await openPage(under(web.url, "/images"), { bypassCSP: false });
      await strict.page.goto(under(web.url, "/images/1"));
      await strict.page.locator("canvas").first().waitFor();
      await strict.page.waitForLoadState("load");
      await strict.page.locator(READY).waitFor({ state: "attached" });
      assertEquals(strict.errors, []);
    }),
);
