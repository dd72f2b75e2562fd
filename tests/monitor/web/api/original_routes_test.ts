import { assertEquals, assertMatch } from "@std/assert";
import { apiLab } from "./api_lab.ts";

Deno.test("GET /monitor/command commands nothing unless MONITOR was told to take it", async () => {
  const { lab, app } = apiLab();
  const response = await app.request("/monitor/command?string=send%20cryocon%20stop");
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  assertMatch((await response.json()).error, /--old-web-commands/);
  assertEquals(lab.commands, []);
  const old = apiLab(undefined, true);
  assertEquals((await old.app.request("/monitor/command?string=send%20cryocon%20stop")).status, 200);
  assertEquals(old.lab.commands, ["web: send cryocon stop"]);
  const headers = { "sec-fetch-site": "cross-site" };
  assertEquals((await old.app.request("/monitor/command?string=exit", { headers })).status, 403);
  assertEquals(old.lab.commands.length, 1);
});

Deno.test("POST /monitor/command takes its line from the address or from a form", async () => {
  const { lab, app } = apiLab();
  await app.request("/monitor/command?string=send%20cryocon%20stop", { method: "POST" });
  const body = new URLSearchParams({ string: "send cryocon stop" });
  await app.request("/monitor/command", { method: "POST", body });
  assertEquals(lab.commands, ["web: send cryocon stop", "web: send cryocon stop"]);
  assertEquals((await app.request("/monitor/command", { method: "POST" })).status, 400);
});

Deno.test("the archive's addresses lead to the pages of today", async () => {
  const { app } = apiLab();
  const leads = async (path: string) => (await app.request(path)).headers.get("location");
  assertEquals(await leads("/status"), "/archive");
  assertEquals(await leads("/status?time=2026.11.27 18:00:00"), "/archive?at=2026.11.27+18%3A00%3A00");
  assertEquals(await leads("/logs"), "/log");
  assertEquals(await leads("/logs/cryocon"), "/log?source=cryocon");
  assertEquals(await leads("/logs?page=3"), "/log?page=3");
  assertEquals(await leads("/logs/cryocon?page=2"), "/log?source=cryocon&page=2");
  assertEquals(await leads("/monitor"), "/");
  assertEquals(await leads("/logs/%22%3E%3Cb%3E"), "/log?source=%22%3E%3Cb%3E");
  assertEquals(await leads("/logs/%0d%0aset-cookie:x"), "/log?source=%0D%0Aset-cookie%3Ax");
});
