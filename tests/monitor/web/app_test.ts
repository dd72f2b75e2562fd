import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createApp } from "../../../daemons/monitor/web/app.tsx";
import { systemClock } from "../../../lib/time/mod.ts";
import { FakeLab } from "./fake_lab.ts";

function appOf(lab: FakeLab) {
  return createApp(lab, systemClock);
}

const page = async (lab: FakeLab, path: string): Promise<string> =>
  await (await appOf(lab).request(path)).text();

Deno.test("LabPage shows every value with unit and grade before any script runs", async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -99.944, "temperature.target": -100, control: true });
  lab.read("cryocon", { "loop2.power": 48 }, { severity: "alarm" });
  const html = await page(lab, "/");
  assertMatch(html, /data-key="temperature"[^>]*><span class="v ">−99.94<\/span><span class="u">°C/);
  assertMatch(html, /data-key="temperature.target"[^>]*>target <span class="v ">−100.00/);
  assertMatch(html, /loop 2 power<\/dt><dd[^>]*><span class="v alarmv">48.0<\/span> <span class="unit">W/);
  assertMatch(html, /control<\/dt><dd[^>]*><span class="v ">on</);
});

Deno.test("LabPage shows a lost client as stale in shape and text", async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: 12.5 });
  lab.lose("cryocon", "no route to 10.0.0.28:7028");
  const html = await page(lab, "/");
  assertStringIncludes(html, `class="card isstale"`);
  assertStringIncludes(html, "lost: no route to 10.0.0.28:7028");
  assertStringIncludes(html, `class="v stale">12.50`);
});

Deno.test("LabPage shows why a value is not to be had", async () => {
  const lab = new FakeLab();
  const client = lab.clients.get("cryocon")!;
  client.latest.set("loop1.power", {
    reading: { value: undefined, time: 0, quality: "bad", severity: "ok", reason: "unreadable", raw: "<b>?" },
    received: systemClock.now(),
  });
  const html = await page(lab, "/");
  assertStringIncludes(html, `class="v none">unreadable`);
  assert(!html.includes("<b>?"), "what the device said is escaped");
});

Deno.test("log text never becomes markup", async () => {
  const lab = new FakeLab();
  lab.log("error", "<script>alert(1)</script>");
  for (const path of ["/", "/log"]) assert(!(await page(lab, path)).includes("<script>alert"));
});

Deno.test("a name that ends the data element does not", async () => {
  const lab = new FakeLab(["</script><b>"]);
  assert(!(await page(lab, "/")).includes("</script><b>"));
});

Deno.test("ClientPage shows one device, and 404 for none", async () => {
  const lab = new FakeLab();
  assertMatch(await page(lab, "/client/cryocon"), /<h3>loop<\/h3>.*loop 1 power.*loop 2 power/);
  assertEquals((await appOf(lab).request("/client/nobody")).status, 404);
});

const post = (lab: FakeLab, line: string, headers: Record<string, string> = {}) =>
  appOf(lab).request("/command", { method: "POST", body: new URLSearchParams({ line }), headers });

Deno.test("POST /command runs the line and answers what came of it", async () => {
  const lab = new FakeLab();
  const reply = await (await post(lab, "send cryocon set temperature=-100")).json();
  assertEquals(reply, { ok: true, text: "done: temperature target is -100 degC" });
  assertEquals(lab.commands, ["web: send cryocon set temperature=-100"]);
});

Deno.test("commands are refused when they come from another site", async () => {
  const lab = new FakeLab();
  assertEquals((await post(lab, "exit", { "sec-fetch-site": "cross-site" })).status, 403);
  assertEquals(
    (await post(lab, "exit", { origin: "http://evil.example", host: "localhost:8888" })).status,
    403,
  );
  assertEquals(lab.commands, []);
});

Deno.test("GET /monitor/status gives the original's JSON", async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -99.5, control: true });
  const { clients, status } = await (await appOf(lab).request("/monitor/status")).json();
  assertEquals(clients.cryocon.host, "localhost");
  assertEquals(clients.cryocon.port, 7024);
  assertEquals(status, {
    nconnected: 1,
    db_status_interval: 60,
    cryocon: { temperature: "-99.5", control: "1" },
  });
});

Deno.test("GET /history refuses what makes no sense", async () => {
  const lab = new FakeLab();
  for (const query of ["", "from=2&to=1", "from=0&to=x", "from=0&to=9&points=0"]) {
    assertEquals(
      (await appOf(lab).request(`/history?client=cryocon&key=temperature&${query}`)).status,
      400,
      query,
    );
  }
  assertEquals((await appOf(lab).request("/history?client=x&from=0&to=9")).status, 404);
});

/** Addresses of files in a page, or those that a module imports. */
function addressesIn(text: string, at: string): string[] {
  const found = text.matchAll(/(?:href|src|from|import\()\s*=?\s*"([^"]+\.(?:ts|js|css|svg))"/g);
  return [...found].map(([, path]) => new URL(path!, `http://lab${at}`).pathname);
}

Deno.test("every file that a page needs is served, stripped of types, and all that it imports", async () => {
  const app = appOf(new FakeLab());
  const seen = new Set<string>();
  const wanted = ["/", "/images"].map(async (path) =>
    addressesIn(await (await app.request(path)).text(), path)
  );
  const queue = (await Promise.all(wanted)).flat();
  for (let path; (path = queue.shift());) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await app.request(path);
    assertEquals(response.status, 200, path);
    const text = await response.text();
    if (!path.endsWith(".ts")) continue;
    assertStringIncludes(response.headers.get("content-type")!, "text/javascript");
    assert(!/import type|: string\b/.test(text), `${path} still has types`);
    queue.push(...addressesIn(text, path));
  }
  assert([...seen].some((path) => path.endsWith("/viewer/webgl_renderer.ts")));
});

Deno.test("files are kept by browsers under their address, and looked at anew under another", async () => {
  const app = appOf(new FakeLab());
  const [path] = addressesIn(await (await app.request("/")).text(), "/").filter((path) =>
    path.endsWith(".css")
  );
  assertStringIncludes((await app.request(path!)).headers.get("cache-control")!, "immutable");
  const other = path!.replace(/^\/assets\/[^/]+/, "/assets/other");
  const response = await app.request(other);
  assertEquals(response.headers.get("cache-control"), "no-cache");
  const again = await app.request(other, { headers: { "if-none-match": response.headers.get("etag")! } });
  assertEquals(again.status, 304);
  for (
    const path of [
      "/assets/../mod.ts",
      "/assets/x/web/mod.ts",
      "/assets/x/../../etc/passwd",
      "/assets/x/__proto__",
    ]
  ) {
    assertEquals((await app.request(path)).status, 404);
  }
});

Deno.test("GET /lab gives the lab in numbers", async () => {
  const lab = new FakeLab();
  lab.read("cryocon", { temperature: -99.5 });
  const { connected, clients, stored, problem } = await (await appOf(lab).request("/lab")).json();
  assertEquals({ connected, clients, stored, problem }, {
    connected: 1,
    clients: 1,
    stored: 1,
    problem: null,
  });
});
