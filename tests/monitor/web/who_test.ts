/** Who did it when: claims, and who has set what, on the page and without scripts. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { startWeb } from "../../../daemons/monitor/web/mod.ts";
import type { CommandRecord } from "../../../daemons/monitor/lab.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";

/** Somebody commands by another way than the page. */
function commanded(lab: FakeLab, line: string, by = "nightscript", more: Partial<CommandRecord> = {}): void {
  const known = { known: "token", via: "tcp", from: "10.0.0.7", outcome: "done", text: "" } as const;
  lab.audit({ by, clients: ["cryocon"], line, ...known, ...more });
}

const told = (html: string) =>
  [...html.matchAll(/<output class="told"[^>]*title="([^"]*)"[^>]*>(.*?)<\/output>/gs)].map((
    [, line, words],
  ) => `${line}: ${words!.replaceAll(/<[^>]+>/g, "")}`);

Deno.test("a device's page says who has set what last, by whatever way, also before MONITOR was started", async () => {
  const clock = new VirtualClock();
  const lab = new FakeLab(["cryocon", "gauge"], clock);
  const at = () => new Date(clock.time() * 1000).toISOString().slice(11, 19);
  const before = at();
  commanded(lab, "send cryocon set set_point=-90"); // no such name
  commanded(lab, "send cryocon set temperature=-90 control=1");
  await clock.advance("1 min");
  const app = createApp(lab, clock);
  const page = async () => told(await (await app.request("/client/cryocon")).text());
  assertEquals(await page(), [
    `set temperature=-90: accepted nightscript, ${before}`,
    `set control=1: accepted nightscript, ${before}`,
  ]);
  commanded(lab, "set cryocon.temperature=-95 gauge.temperature=1", "anna", { via: "console" });
  commanded(lab, "send cryocon set control=0", "ben", { outcome: "failed", text: "it is held" });
  commanded(lab, "send cryocon set control=0", "wim", { outcome: "denied", text: "wim is viewer" });
  commanded(lab, "send cryocon stop", "cy", { outcome: "sent" });
  commanded(lab, "send cryocon 'unfinished");
  assertEquals(await page(), [
    `set temperature=-95: accepted anna, ${at()}`,
    `set control=0: refused it is held, ben, ${at()}`,
    `stop: sent cy, ${at()}`,
  ]);
});

Deno.test("card and device page say who has claimed a device, and why, as text", async () => {
  const lab = new FakeLab(["cryocon", "gauge"]);
  const client = lab.clients.get("cryocon")!;
  client.state = { ...client.state, claim: { by: "anna", note: "<b>flats</b>" } };
  const app = createApp(lab, lab.clock);
  for (const path of ["/", "/client/cryocon", "/client/cryocon/console"]) {
    const html = await (await app.request(path)).text();
    assertStringIncludes(html, ">claimed by anna: &lt;b&gt;flats&lt;/b&gt;</p>", path);
  }
  assertMatch(await (await app.request("/client/gauge")).text(), /class="claim"[^>]* hidden[^>]*><\/p>/);
});

testWith("a claim comes and goes on an open page, and so does what others set", [chromium], async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10, "temperature.target": -20, control: true });
  const client = lab.clients.get("cryocon")!;
  await using web = await startWeb(lab, { port: 0 });
  await using open = await openPage(`${web.url}client/cryocon`);
  const { page } = open;
  const claim = page.locator(".claim");
  assert(await claim.isHidden());
  const { state } = client;
  client.state = { ...state, claim: { by: "cooldown", note: "run cooldown-7" } };
  lab.tell({ kind: "state", client });
  await claim.waitFor({ state: "visible" });
  assertEquals(await claim.innerText(), "claimed by cooldown: run cooldown-7");
  await page.fill(`form.set [type="number"]`, "-33"); // what somebody types stays
  client.state = state;
  lab.tell({ kind: "state", client });
  await claim.waitFor({ state: "hidden" });
  commanded(lab, "send cryocon set temperature=-95");
  await page.waitForSelector(`.told[data-state="accepted"] >> text=nightscript`);
  assertEquals(await page.inputValue(`form.set [type="number"]`), "-33");
  assertEquals(open.errors, []);
});
