/** The page's stream of bulletins in a browser: what ends it, and what does not. */
import { assertEquals, assertMatch } from "@std/assert";
import { Access, readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS } from "../../../daemons/monitor/config/mod.ts";
import { openDoors, startWeb } from "../../../daemons/monitor/web/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";

const SECRET = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret
const passwords = (name: string) => readHtpasswd(`${name}:${SECRET}\n`, "people");

testWith("the page says at once that it is signed out, and where to sign in again", [chromium], async () => {
  const lab = new FakeLab();
  const settings = { ...DEFAULTS, authFile: "people" };
  const access = new Access(settings, passwords("anna"));
  await using doors = await openDoors({ access, config: DEFAULTS, say: () => {} });
  await using web = await startWeb(lab, { port: 0, doors });
  await using open = await openPage(`${web.url}login?next=/client/cryocon`);
  const { page } = open;
  await page.fill(`[name="name"]`, "anna");
  await page.fill(`[name="password"]`, "secret");
  const live = page.waitForResponse(/\/live\?/);
  await page.press(`[name="password"]`, "Enter");
  await live;
  access.adopt(settings, passwords("bea"));
  await page.waitForSelector("#offline:not([hidden]) a");
  assertMatch(
    await page.innerText("#offline"),
    /signed out\s+You are signed out: .*Nothing on this page is current/s,
  );
  assertEquals(await page.getAttribute("#offline a", "href"), "/login?next=%2Fclient%2Fcryocon");
  assertEquals(open.errors, []);
});

testWith("the page comes back by itself when a proxy before MONITOR has said that it is away", [
  chromium,
], async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10 });
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage("about:blank");
  const { page } = open;
  let asked = 0;
  await page.route("**/live?*", (route) => ++asked === 1 ? route.fulfill({ status: 503 }) : route.continue());
  await page.goto(web.url);
  lab.read("cryocon", { temperature: -20 });
  await page.waitForFunction(
    `document.querySelector('[data-client="cryocon"] .big .v').textContent === "\u221220.00"`,
  );
  assertEquals(asked, 2);
});
