/** Pages of a lab in which every text that a daemon, a person, a script or a file can choose is markup that breaks out. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { Model } from "../../../lib/device/model.ts";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { withImages } from "../images/bench.ts";
import { writeFrame } from "../images/frames.ts";
import { openPage } from "./browser.ts";
import { furnish, type Furnished, PAGES } from "./furnished.ts";

/** Ways out of text, of attributes in either quotes, of elements in which markup is text, and an address that is a script. */
const WAYS: readonly string[] = [
  `"'><svg onload=window.evil=1></title></textarea></style></script><script>window.evil=1</script>`,
  `' onfocus='window.evil=1' tabindex='7' autofocus x=" onfocus="window.evil=1" tabindex="7" autofocus y="`,
  `javascript:window.evil=1//`,
];

/** A device all of whose words are evil. */
function hostileModel(evil: string): Model {
  return {
    model: evil,
    role: evil,
    description: evil,
    params: {
      [evil]: { type: "number", unit: evil, description: evil, set: true, min: 0, max: 9, fits: evil },
      [`choice${evil}`]: { type: "choice", of: [evil, "other"], description: evil, set: true },
      [`flag${evil}`]: { type: "flag", words: [evil, `not ${evil}`], description: evil, set: true },
      [`text${evil}`]: { type: "text", description: evil, set: true, alias: evil },
      [`time${evil}`]: { type: "time", description: evil },
      [`drive${evil}`]: { type: "drivable", unit: evil, description: evil },
    },
    groups: {
      [evil]: { count: 2, description: evil, params: { [evil]: { type: "number", unit: evil } } },
    },
    commands: {
      [evil]: { description: evil, args: { [evil]: { type: "text", description: evil } } },
    },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  };
}

/** What a page has that none of ours has: handlers, addresses that are scripts, scripts and frames that we did not write. */
const INJECTED = `(() => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      const isAddress = /^(?:href|src|action|formaction|data|xlink:href)$/.test(name);
      if (/^on|^srcdoc$|^style$/.test(name) && !(name === "style" && element.style.length > 0)) found.push(element.outerHTML);
      if (isAddress && /^\\s*(?:javascript|vbscript|data:text)/i.test(value)) found.push(element.outerHTML);
    }
    if (/^(?:iframe|object|embed|base)$/i.test(element.localName) || element.matches("[tabindex='7']")) found.push(element.outerHTML);
    const isOurs = /^(?:importmap|application\\/json)$/.test(element.type ?? "") ||
      (element.src ?? "").startsWith(location.origin + "/assets/");
    if (element.localName === "script" && !isOurs) found.push(element.outerHTML);
  }
  return found;
})()`;

/** Makes a script that runs and is none of ours an error of the page. */
async function watched(page: Page): Promise<void> {
  await page.addInitScript(`Object.defineProperty(window, "evil", {
    set() { console.error("a script from outside has run at " + location) },
  })`);
}

/** Everything there is to tell a page happens, with evil words. */
function happen({ lab, alarms }: Furnished, evil: string): void {
  lab.read("cryocon", { temperature: -80 }, { severity: "warn", reason: evil });
  lab.read(evil, { [evil]: 3, [`${evil}1.${evil}`]: 4, [`drive${evil}`]: 5 }, {
    reason: evil,
    severity: "alarm",
  });
  lab.read(evil, {
    [`choice${evil}`]: evil,
    [`text${evil}`]: evil,
    [`flag${evil}`]: true,
    [`time${evil}`]: 1e300,
  });
  for (const type of ["info", "warning", "error"] as const) lab.log(type, evil, evil);
  lab.runs.progress("take-2", { progress: 0.5, doing: `${evil} again` });
  alarms.changed(["cryocon.temperature"]);
  lab.lose(evil, evil);
}

for (const evil of WAYS) {
  testWith(`no page makes markup of what comes from outside: ${evil.slice(0, 24)}…`, [chromium], async () => {
    await using f = await furnish(evil, hostileModel(evil));
    f.lab.name = evil;
    f.lab.storeProblem = evil;
    await using open = await openPage("about:blank");
    const { page } = open;
    await watched(page);
    const errors = () => open.errors.filter((error) => !error.includes("status of 404")); // of a channel with dots
    const own = encodeURIComponent(evil);
    const pages = [
      ...PAGES,
      `/client/${own}`,
      `/client/${own}/settings`,
      `/client/${own}/console`,
      `/archive/plot?channel=${encodeURIComponent(`${evil}.${evil}`)}&hours=2`,
      `/logbook?text=${own}&author=${own}&client=${own}`,
      `/log?text=${own}&source=${own}`,
      `/runs?name=${own}`,
      `/nowhere/${own}?${own}=${own}`,
    ];
    for (const path of pages) {
      const answer = await page.goto(f.web.url.replace(/\/$/, "") + path);
      assertEquals(await page.evaluate(INJECTED), [], path);
      if (answer!.status() >= 400 || path === "/login") continue; // nothing is told there
      await page.locator("#palette").waitFor();
      happen(f, evil);
      const stored = String(f.lab.stored);
      await page.locator("#stored", { hasText: stored }).waitFor();
      await page.press("body", "Control+k");
      await page.fill("dialog input", evil.slice(0, 8));
      happen(f, evil); // what the page has fetched meanwhile is in it when the next is
      await page.locator("#stored", { hasText: String(f.lab.stored) }).waitFor();
      assertEquals(await page.evaluate(INJECTED), [], `${path}, later`);
      assertEquals(errors(), [], path);
    }
  });
}

testWith(
  "no page makes markup of what an image's header and name say",
  [chromium],
  () =>
    withImages(async ({ folder, add, lab, images }) => {
      for (const [place, evil] of WAYS.entries()) {
        const text = evil.slice(0, 60);
        const name = `${evil.slice(0, 40).replaceAll("/", "_")}${place}.fits`;
        await writeFrame(`${folder}/${name}`, {
          cards: { OBJECT: text, IMAGETYP: text, RUNID: text, FILTER: text },
        });
        await add(name, text);
      }
      lab.name = WAYS[0]!;
      await using web = await startWeb(lab, { port: 0, images });
      await using open = await openPage("about:blank");
      const { page } = open;
      await watched(page);
      const asked = WAYS.map((evil) =>
        `images?q=${encodeURIComponent(evil)}&object=${encodeURIComponent(evil)}`
      );
      for (const path of ["images", "images/1", "images/2", "images/3", ...asked]) {
        await page.goto(web.url + path);
        await page.locator("#palette").waitFor();
        lab.read("cryocon", { temperature: 1 });
        await page.locator("#stored", { hasText: String(lab.stored) }).waitFor();
        assertEquals(await page.evaluate(INJECTED), [], path);
        assertEquals(open.errors, [], path);
      }
    }),
);
