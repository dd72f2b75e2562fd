import { assert, assertEquals, assertMatch } from "@std/assert";
import { ConnectionError } from "../../../../lib/errors.ts";
import { apiLab } from "./api_lab.ts";

Deno.test("GET /api/v1/values gives the latest of each channel, and why one is not to be had", async () => {
  const { lab, clock, json } = apiLab(["cryocon", "other"]);
  lab.read("cryocon", { temperature: -99.5 });
  await clock.advance(1500);
  lab.read("other", { temperature: 5 });
  lab.lose("other", "gone");
  const { values } = await json("/api/v1/values");
  const [first, second] = values;
  assertEquals(first.age, 1.5);
  assertEquals([first.client, first.channel, first.value, first.unit, first.quality], [
    "cryocon",
    "temperature",
    -99.5,
    "degC",
    "good",
  ]);
  assertEquals([second.quality, second.reason], ["stale", "link lost"]);
  assertEquals((await json("/api/v1/values?client=other")).values.length, 1);
});

Deno.test("GET /api/v1/clients says what each is and what it has", async () => {
  const { json } = apiLab();
  const { clients: [client] } = await json("/api/v1/clients");
  assertEquals([client.name, client.state, client.model], ["cryocon", "connected", "cryo-con"]);
  assertEquals(client.channels[0], {
    channel: "temperature",
    wire: "temperature",
    label: "temperature",
    type: "drivable",
    unit: "degC",
  });
  assertEquals(await json("/api/v1/clients/cryocon"), client);
  assertMatch((await json("/api/v1/clients/cryoconn", 404)).error, /did you mean "cryocon"/);
});

Deno.test("GET /api/v1/history gives each channel with its gaps", async () => {
  const { lab, json } = apiLab();
  lab.past = { time: [1, 2, 3], value: [5, null, 6] };
  const { from, to, series } = await json(
    "/api/v1/history?channels=cryocon.temperature,cryocon.loop1.power&from=10000&to=10010",
  );
  assertEquals([from, to], [10000, 10010]);
  assertEquals(series.map((one: { channel: string; unit: string }) => [one.channel, one.unit]), [
    ["temperature", "degC"],
    ["loop1.power", "W"],
  ]);
  assertEquals(series[0].value, [5, null, 6]);
});

Deno.test("history of a channel that nobody watches any more is found by its name, not among all", async () => {
  const { lab, records, json } = apiLab();
  const reading = { value: 5, time: 1, quality: "good", severity: "ok" } as const;
  records.values.push({ client: "gone", key: "loop.power", reading });
  records.stateAt = () => Promise.reject(new Error("the state of all was asked for"));
  records.channels = (names) =>
    Promise.resolve(
      names.filter(({ client, key }) => client === "gone" && key === "loop.power")
        .map((name) => ({ ...name, type: "number", unit: "W" })),
    );
  lab.past = { time: [10, 11], value: [5, 5], since: 1 };
  const { series: [series] } = await json("/api/v1/history?channels=gone.loop.power&from=10000&to=10001");
  assertEquals([series.client, series.channel, series.unit, series.since], ["gone", "loop.power", "W", 1]);
  assertEquals((await json("/history?client=gone&key=loop.power&from=10000&to=10001")).value, [5, 5]);
  await json("/history?client=gone&key=nothing&from=10000&to=10001", 404);
});

Deno.test("GET /api/v1/log searches, and remembers a little where nothing is stored", async () => {
  const { lab, records, json } = apiLab();
  records.lines.push({ time: 2, source: "a", type: "error", message: "over there" });
  records.lines.push({ time: 1, source: "b", type: "info", message: "here" });
  assertEquals((await json("/api/v1/log?type=error")).lines.length, 1);
  assertEquals(await json("/api/v1/log?text=here&count=1"), { lines: [records.lines[0]], more: true });
  assertEquals((await json("/api/v1/log?source=b")).lines, [records.lines[1]]);
  lab.records = undefined;
  lab.log("info", "only now");
  assertEquals((await json("/api/v1/log")).lines[0].message, "only now");
});

Deno.test("GET /api/v1/state gives the lab as it was, and says when it cannot", async () => {
  const { lab, records, clock, json } = apiLab();
  const time = clock.time();
  records.values.push({
    client: "old",
    key: "x",
    reading: { value: 1, time, quality: "good", severity: "ok" },
  });
  const state = await json("/api/v1/state");
  assertEquals(state.values, [
    {
      client: "old",
      channel: "x",
      unit: "degC",
      value: 1,
      time,
      quality: "good",
      severity: "ok",
      recorded: true,
    },
  ]);
  assertEquals((await json(`/api/v1/state?at=${time - 100}`)).values, []);
  records.failure = new ConnectionError("the database is away");
  assertEquals(await json("/api/v1/state", 503), { error: "the database is away" });
  lab.records = undefined;
  assertMatch((await json("/api/v1/state", 503)).error, /Nothing is stored/);
});

Deno.test("POST /api/v1/command commands as a form and as JSON, in somebody's name", async () => {
  const { lab, app } = apiLab();
  const form = new URLSearchParams({ line: "send cryocon stop", by: "Ada" });
  const reply = await app.request("/api/v1/command", { method: "POST", body: form });
  assertEquals(await reply.json(), { ok: true, text: "done: temperature target is -100 degC" });
  const body = JSON.stringify({ line: "send cryocon stop" });
  const headers = { "content-type": "application/json" };
  assertEquals((await app.request("/api/v1/command", { method: "POST", body, headers })).status, 200);
  assertEquals(lab.commands, ["Ada: send cryocon stop", "web: send cryocon stop"]);
});

Deno.test("POST /api/v1/command refuses other sites, and bodies that are none", async () => {
  const { lab, app } = apiLab();
  const post = async (body: string, headers: Record<string, string>) =>
    (await app.request("/api/v1/command", { method: "POST", body, headers })).status;
  const json = { "content-type": "application/json" };
  const line = JSON.stringify({ line: "send cryocon stop" });
  assertEquals(await post(line, { ...json, "sec-fetch-site": "cross-site" }), 403);
  assertEquals(await post(line, { ...json, origin: "http://evil.example", host: "localhost" }), 403);
  for (const body of ["", "{", "null", "[]", '{"line":5}', '{"line":"  "}']) {
    assertEquals(await post(body, json), 400, body);
  }
  assertEquals(await post("--x", { "content-type": "multipart/form-data; boundary=y" }), 400);
  assertEquals(await post(`line=${"x".repeat(300_000)}`, {}), 413);
  assertEquals(await post(line, { ...json, "content-length": "99999999" }), 413);
  assertEquals(lab.commands, []);
});

Deno.test("what makes no sense is refused with a sentence, which no browser takes for a page", async () => {
  const { app } = apiLab();
  const evil = encodeURIComponent("<script>alert(1)</script>");
  const cases: readonly (readonly [path: string, status: number, error: RegExp])[] = [
    ["/api/v1/history", 400, /expected client.channel/],
    ["/api/v1/history?channels=cryocon.temprature", 404, /did you mean "cryocon.temperature"/],
    ["/api/v1/history?channels=temperature", 404, /There is no channel "temperature"/],
    [`/api/v1/history?channels=${evil}`, 404, /There is no channel/],
    ["/api/v1/history?channels=cryocon.temperature&from=now&to=1h", 400, /from before to/],
    ["/api/v1/history?channels=cryocon.temperature&from=never", 400, /^from: expected now/],
    ["/api/v1/history?channels=cryocon.temperature&points=0", 400, /from 1 to 20000, got "0"/],
    ["/api/v1/history?channels=cryocon.temperature&points=1e9", 400, /from 1 to 20000/],
    ["/api/v1/history?channels=cryocon.temperature&points=2.5", 400, /a whole number/],
    ["/api/v1/history?channels=cryocon.temperature&pionts=5", 400, /did you mean "points"/],
    ["/api/v1/history?channels=cryocon.temperature&from=99999&to=99999999999", 400, /hundred years/],
    [`/api/v1/history?channels=${Array.from({ length: 65 }, (_, n) => `a.${n}`)}`, 400, /at most 64/],
    ["/api/v1/log?type=loud", 400, /one of debug/],
    ["/api/v1/log?count=-1", 400, /count/],
    [`/api/v1/clients/${evil}`, 404, /There is no client/],
    ["/api/v1/clients/..%2f..%2fetc%2fpasswd", 404, /There is no client/],
    ["/api/v1/clients/__proto__", 404, /There is no client/],
    [`/api/v2/${evil}`, 404, /There is no "GET/],
  ];
  for (const [path, status, error] of cases) {
    const response = await app.request(path);
    assertEquals(response.status, status, path);
    assertMatch(response.headers.get("content-type")!, /^application\/json/);
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
    const said = (await response.json()).error;
    assertMatch(said, error);
    assert(said.length < 400, path);
  }
});
