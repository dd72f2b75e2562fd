import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Access, readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS, readYaml } from "../../../daemons/monitor/config/mod.ts";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { openDoors, startWeb } from "../../../daemons/monitor/web/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { bench } from "../bench.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";

const SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret

Deno.test("the configuration is reloaded from the page by an admin; others are told why not", async () => {
  const yaml = "{ auth_file: people, users: { anna: admin, olga: operator } }";
  const { settings } = readYaml(yaml, "monitor.yaml");
  const config = { ...DEFAULTS, ...settings };
  const access = new Access(config, readHtpasswd(`anna:${SHA}\nolga:${SHA}`, "people"));
  let answer = () => "cryocon is watched; 2 alarm rules";
  let reloads = 0;
  // deno-lint-ignore require-await
  const reload = async () => (reloads++, answer());
  await using b = await bench(["gauge"], settings, { access, reload });
  await using doors = await openDoors({ access, config, say: () => {}, clock: b.clock });
  const app = createApp(b.monitor.lab, b.clock, doors);
  const as = (name: string) => ({ authorization: `Basic ${btoa(`${name}:secret`)}` });
  const page = async (name: string) =>
    await (await app.request("/configuration", { headers: as(name) })).text();
  const post = (name: string) => app.request("/configuration/reload", { method: "POST", headers: as(name) });

  assertEquals((await post("olga")).status, 403);
  assertMatch(
    await page("olga"),
    /<fieldset class="barred" disabled[^>]*olga is operator and may not reload/,
  );
  assert(!(await page("anna")).includes("reloaded"));
  assertEquals(reloads, 0);
  assertEquals((await post("anna")).status, 303);
  assertMatch(await page("olga"), /Reloaded.*anna, .*<li>cryocon is watched<\/li><li>2 alarm rules<\/li>/s);
  answer = () => {
    throw new Error("monitor.yaml:3: <b>wrong</b>");
  };
  await post("anna");
  assertMatch(await page("olga"), /not reloaded.*<pre class="problem">monitor\.yaml:3: &lt;b&gt;wrong/s);
  assertEquals(reloads, 2);
  const records = b.events.flatMap((e) => e.kind === "log" && e.line.command ? [e.line.command] : []);
  assertEquals(records.map(({ by, line, outcome }) => `${by} ${line} ${outcome}`), [
    "olga reload denied",
    "anna reload done",
    "anna reload failed",
  ]);
  assertStringIncludes(await page("anna"), `href="/client/gauge"`);
});

testWith("the configuration is found at the foot of every page, and reloaded there", [chromium], async () => {
  const lab = new FakeLab();
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(web.url);
  const { page } = open;
  await page.click("footer >> text=Configuration");
  await page.fill(`main [name="by"]`, "anna");
  await page.click("text=Reload the configuration");
  await page.waitForSelector("#reloaded .alarmv"); // this lab knows no such command
  assertEquals(lab.commands, ["anna: reload"]);
  assertEquals(open.errors, []);
  let loads = 0;
  page.on("load", () => loads++);
  await eventually(() => {
    lab.tell({ kind: "clients" }); // a page that is loaded anew by that does not reload the configuration again
    return loads > 0;
  });
  assertEquals([new URL(page.url()).pathname, lab.commands.length], ["/configuration", 1]);
});
