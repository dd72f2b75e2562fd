/** The page behind a reverse proxy that speaks HTTPS for it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Access, readHtpasswd } from "../../../daemons/monitor/access/mod.ts";
import { DEFAULTS } from "../../../daemons/monitor/config/mod.ts";
import { openDoors, startWeb } from "../../../daemons/monitor/web/mod.ts";
import { chromium, testWith } from "../../needs.ts";
import { openPage } from "./browser.ts";
import { FakeLab } from "./fake_lab.ts";
import { tlsProxy } from "./tls_proxy.ts";

const SECRET = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret

/** A page that knows it stands behind a proxy, and the proxy; browsers ask for `origin` (default: the proxy's own). */
async function behindProxy(origin?: string) {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -10, "temperature.target": -20, control: true });
  await using parts = new AsyncDisposableStack();
  const proxy = parts.use(await tlsProxy((): number => web.port));
  const settings = { ...DEFAULTS, authFile: "people", behindHttps: true, webOrigin: origin ?? proxy.origin };
  const access = new Access(settings, readHtpasswd(`anna:${SECRET}\n`, "people"));
  const said: string[] = [];
  const say = (_: unknown, message: string) => void said.push(message);
  const doors = parts.use(await openDoors({ access, config: settings, say }));
  const web = parts.use(await startWeb(lab, { port: 0, doors }));
  const all = parts.move();
  return { lab, web, proxy, said, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

testWith("behind a proxy with HTTPS one signs in, sees what happens, commands and reads the log", [
  chromium,
], async () => {
  await using r = await behindProxy();
  const { lab, proxy } = r;
  await using open = await openPage(`${proxy.origin}/client/cryocon`, { ignoreHTTPSErrors: true });
  const { page } = open;
  await page.fill(`[name="name"]`, "anna");
  await page.fill(`[name="password"]`, "wrong");
  await page.press(`[name="password"]`, "Enter");
  await page.waitForSelector("text=The name or the password is wrong");
  assertMatch(r.said.join("\n"), /Wrong password for anna from 10\.9\.8\.7/);
  await page.fill(`[name="password"]`, "secret");
  await page.press(`[name="password"]`, "Enter");
  await page.waitForURL(`${proxy.origin}/client/cryocon`);
  const [cookie] = await page.context().cookies();
  assertEquals([cookie!.secure, cookie!.httpOnly, cookie!.sameSite], [true, true, "Strict"]);
  assertMatch(cookie!.name, /^__Host-/);
  // Live, and in place.
  lab.read("cryocon", { temperature: -55.5 });
  await page.waitForFunction(
    `/55\\.50/.test(document.querySelector('[data-key="temperature"] .v').textContent)`,
  );
  await page.fill(`form.set [type="number"]`, "-90");
  await page.press(`form.set [type="number"]`, "Enter");
  await page.waitForSelector(`.told[data-state="accepted"] >> text=anna`);
  assertEquals(lab.commands, ["anna: send cryocon set temperature=-90"]);
  assertEquals(lab.lines[0]!.command?.from, "10.9.8.7");
  // The original's log socket, as its page opens it.
  const first = page.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket(location.origin.replace("https", "wss") + "/ws");
    socket.onopen = () => window.isOpen = true;
    socket.onmessage = ({ data }) => resolve(JSON.parse(data).msg);
    socket.onerror = () => reject(new Error("no socket"));
  })`);
  await page.waitForFunction("window.isOpen");
  lab.log("info", "through the proxy");
  assertEquals(await first, "through the proxy");
  await page.click("text=Sign out");
  await page.waitForURL(`${proxy.origin}/login`);
  assertEquals(open.errors.filter((error) => !/401/.test(error)), []); // the wrong password
});

testWith(
  "behind a proxy that asks under another name only pages of the name browsers ask for command",
  [chromium],
  async () => {
    await using r = await behindProxy("https://lab.example");
    const { web } = r;
    const authorization = `Basic ${btoa("anna:secret")}`;
    const status = async (origin: string, more: Record<string, string> = {}) => {
      const answer = await fetch(`${web.url}command`, {
        method: "POST",
        body: new URLSearchParams({ line: "send cryocon stop" }),
        headers: { authorization, origin, ...more },
      });
      await answer.body?.cancel();
      return answer.status;
    };
    assertEquals(await status("https://lab.example"), 200);
    assertEquals(await status("https://evil.example"), 403);
    assertEquals(await status("https://lab.example.evil.example"), 403);
    assertEquals(await status("null"), 403);
    assertEquals(
      await status("https://other.example", { "x-forwarded-host": "evil.example, other.example" }),
      200,
    );
    assertEquals(
      await status("https://evil.example", { "x-forwarded-host": "evil.example, other.example" }),
      403,
    );
    assert(r.lab.commands.length === 2);
  },
);
