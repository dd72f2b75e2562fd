import { assert, assertEquals, assertMatch } from "@std/assert";
import { overview } from "../../../daemons/monitor/web/live.ts";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { drawn, openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";

const big = `[data-client="cryocon"] .big [data-key="temperature"] .v`;

testWith(
  "the page shows new values, draws the curve on, and follows a loss and a return",
  [chromium],
  async () => {
    const lab = new FakeLab();
    lab.read("cryocon", { temperature: -10, "temperature.target": -100 });
    await using web = await startWeb(lab, { port: 0 });
    await using open = await openPage(web.url);
    const { page } = open;

    lab.read("cryocon", { temperature: -55.5, "temperature.target": -100 });
    await page.waitForFunction(`document.querySelector('${big}').textContent === "\u221255.50"`);
    const before = await drawn(page, "cryocon/temperature");
    for (let n = 1; n <= 30; n++) {
      lab.read("cryocon", { temperature: -55.5 - n, "temperature.target": -100 });
      await systemClock.sleep(20);
    }
    await page.waitForFunction(`document.querySelector('${big}').textContent === "\u221285.50"`);
    await eventually(async () => {
      const after = await drawn(page, "cryocon/temperature");
      return after.readings > before.readings && after.columns > 100;
    });

    lab.lose("cryocon", "connection refused");
    await page.waitForSelector(`[data-client="cryocon"].isstale .dot.lost`);
    assertEquals(await page.getAttribute(big, "class"), "v stale");
    await page.waitForFunction(
      `/lost: connection refused/.test(document.querySelector('[data-client="cryocon"] .linktext').textContent)`,
    );
    assertEquals(open.errors, []);
  },
);

testWith(
  "the page's curves begin anew when somebody asks for it, and after a reload",
  [chromium],
  async () => {
    const lab = new FakeLab();
    const now = systemClock.time();
    lab.past = { time: [now - 20, now - 10], value: [1, 2] };
    lab.read("cryocon", { temperature: 3, "temperature.target": 3 });
    await using web = await startWeb(lab, { port: 0 });
    await using open = await openPage(web.url);
    const { page } = open;
    const place = `[data-plot="cryocon/temperature"] .plot`;
    const shows = (readings: number) =>
      page.waitForFunction(`/: ${readings} readings/.test(document.querySelector('${place}')?.ariaLabel)`);
    await shows(3);
    lab.resetPlots();
    await shows(0);
    lab.read("cryocon", { temperature: 4, "temperature.target": 4 });
    await shows(1);
    await page.reload();
    await shows(1);
    assertEquals(open.errors, []);
  },
);

testWith("the page says when it was told nothing because its browser took nothing", [chromium], async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage("about:blank");
  const { page } = open;
  const asked: string[] = [];
  await page.route("**/live?*", (route) => {
    asked.push(new URL(route.request().url()).search);
    const bulletin = { lab: overview(lab, systemClock), late: 12.3 };
    return route.fulfill({ contentType: "text/event-stream", body: `data: ${JSON.stringify(bulletin)}\n\n` });
  });
  await page.goto(web.url);
  await page.waitForSelector("#late:not([hidden])");
  assertMatch(await page.innerText("#late"), /late.*had taken nothing for 12 s: values are the newest/s);
  assertEquals(asked[0], "?clients=cryocon");
  assertEquals(open.errors, []);
});

testWith("the page sends a command and shows what came of it", [chromium], async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  const { page } = open;
  await page.fill("#command input", "send cryocon set temperature=-100");
  await page.press("#command input", "Enter");
  await page.waitForFunction(`/^done/.test(document.querySelector("#reply").textContent)`);
  assertEquals(lab.commands, ["web: send cryocon set temperature=-100"]);
  await page.press("#command input", "ArrowUp");
  assertEquals(await page.inputValue("#command input"), "send cryocon set temperature=-100");
  assertEquals(open.errors, []);
});

testWith("the page says so when MONITOR is gone", [chromium], async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10 });
  const web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  await open.page.waitForFunction(`document.querySelector("#offline").hidden`);
  await web.close();
  await open.page.waitForSelector("#offline:not([hidden])");
  assert(await open.page.$("body.offline"));
});
