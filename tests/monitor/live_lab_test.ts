import { assertEquals } from "@std/assert";
import { bad } from "../../lib/device/reading.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const GAUGE = modelOf({
  pressure: { type: "number", unit: "mbar", maxAge: "3 s", warn: [0, 1e-3] },
  mode: { type: "text" },
});

/** A client's value as `quality value reason`. */
function seen(lab: Awaited<ReturnType<typeof bench>>, client: string, key: string): string {
  const reading = lab.monitor.lab.clients.get(client)!.latest.get(key)?.reading;
  return reading
    ? [reading.quality, reading.value, reading.reason].filter((x) => x !== undefined).join(" ")
    : "none";
}

Deno.test("Lab shows a client that was never reached as connecting, without values", async () => {
  await using b = await bench(["gauge"]);
  const client = b.monitor.lab.clients.get("gauge")!;
  assertEquals([client.state.status, client.latest.size, client.description], ["connecting", 0, undefined]);
});

Deno.test("Lab holds what a link brings, graded, with the moment of receipt", async () => {
  await using b = await bench(["gauge"]);
  await b.clock.advance("2 s");
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ hw_connected: true, pressure: 0.5, mode: "a b" });
  await b.settle();
  const client = b.monitor.lab.clients.get("gauge")!;
  assertEquals([...client.channels.keys()], ["hw_connected", "pressure", "mode"]);
  assertEquals(client.latest.get("pressure"), {
    reading: { value: 0.5, time: b.clock.time(), quality: "good", severity: "warn" },
    received: 2000,
  });
  assertEquals(b.events.map(({ kind }) => kind), ["log", "state", "described", "values"]);
});

Deno.test("Lab says once that a client connected and once that it disconnected", async () => {
  await using b = await bench(["gauge"]);
  const link = b.link("gauge");
  link.connect(GAUGE);
  await b.settle();
  link.lose("reset");
  await b.settle();
  for (let attempt = 0; attempt < 3; attempt++) {
    link.become({ status: "connecting", since: b.clock.time() });
    await b.settle();
    link.lose("refused");
    await b.settle();
  }
  link.connect(GAUGE);
  await b.settle();
  assertEquals(await b.log(), [
    "monitor info gauge connected",
    "monitor info gauge disconnected",
    "monitor info gauge connected",
  ]);
});

Deno.test("Lab shows values as stale, with the reason, when the link is lost, and records from when on", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ pressure: 1e-6, mode: bad("unknown") });
  await b.settle();
  await b.clock.advance("1 s");
  b.link("gauge").lose("connection reset");
  await b.settle();
  assertEquals(seen(b, "gauge", "pressure"), "stale 0.000001 connection reset");
  assertEquals(seen(b, "gauge", "mode"), "bad unknown");
  const { update } = b.recorder.taken.at(-1)!;
  assertEquals([update.time, [...update.readings.keys()]], [b.clock.time(), ["pressure"]]);
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ pressure: 2e-6 });
  await b.settle();
  assertEquals(seen(b, "gauge", "pressure"), "good 0.000002");
});

Deno.test("Lab shows a value as stale when it is older than its maxAge, and says so once", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ pressure: 1e-6 });
  await b.clock.advance("2.9 s");
  assertEquals(seen(b, "gauge", "pressure"), "good 0.000001");
  await b.clock.advance("0.4 s");
  assertEquals(seen(b, "gauge", "pressure"), "stale 0.000001 not read for 3.0 s");
  await b.clock.advance("10 s");
  const told = b.events.filter((event) => event.kind === "values");
  assertEquals(told.map(({ keys }) => keys), [["pressure"], ["pressure"]]);
});

Deno.test("Lab keeps a value fresh as long as it is read again, whether it changes or not", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  for (let second = 0; second < 20; second++) {
    b.link("gauge").push({ pressure: 1e-6 });
    await b.clock.advance("1 s");
    assertEquals(seen(b, "gauge", "pressure"), "good 0.000001");
  }
});

Deno.test("Lab does not let values age that the daemon itself holds", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE, { held: ["mode"] });
  b.link("gauge").push({ pressure: 1, mode: "on" });
  await b.clock.advance("1 h");
  assertEquals([seen(b, "gauge", "mode"), seen(b, "gauge", "pressure")], [
    "good on",
    "stale 1 not read for 3.0 s",
  ]);
});

Deno.test("Lab counts the age of a value in a complete update from when it was read", async () => {
  await using b = await bench(["gauge"]);
  const link = b.link("gauge");
  link.connect(GAUGE);
  link.push({ pressure: 1, mode: "x" });
  await b.clock.advance("2 s");
  link.lose("reset");
  link.connect(GAUGE);
  const time = b.clock.time();
  const old = { value: 1, time: time - 2, quality: "good", severity: "ok" } as const;
  link.updates().put({ time, complete: true, readings: new Map([["pressure", old]]) });
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("gauge")!.latest.get("pressure")!.received, 0);
  assertEquals(seen(b, "gauge", "mode"), "none");
});

Deno.test("Lab forgets values of channels that a new description does not have", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  b.link("gauge").push({ pressure: 1, mode: "x" });
  await b.settle();
  b.link("gauge").connect(modelOf({ pressure: { type: "number" } }));
  await b.settle();
  assertEquals([...b.monitor.lab.clients.get("gauge")!.latest.keys()], ["pressure"]);
});

Deno.test("Lab passes the log lines of devices on, to its watchers and its records", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").say("warning", "cathode is old");
  await b.settle();
  assertEquals(await b.log(), ["thing warning cathode is old"]);
});

Deno.test("Lab opens no link to a client that is disabled or has no address", async () => {
  const plain = { title: "", template: "", plots: [], enabled: true };
  await using b = await bench([], {
    clients: [
      { name: "off", address: "off:1", ...plain, enabled: false },
      { name: "caller", address: undefined, ...plain },
    ],
  });
  assertEquals(b.links.size, 0);
  const states = [...b.monitor.lab.clients.values()].map(({ state }) => [state.status, state.why]);
  assertEquals(states, [["closed", "it is disabled in the configuration"], [
    "connecting",
    "it has not called yet",
  ]]);
});

Deno.test("startMonitor() closes its links and says nothing of it when it ends", async () => {
  const b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  await b.settle();
  await b[Symbol.asyncDispose]();
  assertEquals(b.link("gauge").closed, true);
  assertEquals(await b.log(), ["monitor info gauge connected"]);
});

Deno.test("the lab knows who has claimed a device, tells when that changes, and says nothing of it in the log", async () => {
  await using b = await bench(["a"]);
  const link = b.link("a");
  link.connect(GAUGE);
  await b.settle();
  const { state } = link;
  const before = b.events.length;
  link.become({ ...state, claim: { by: "anna", note: "flat fields" } });
  link.become({ ...state, claim: { by: "anna", note: "flat fields" } });
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("a")!.state.claim, { by: "anna", note: "flat fields" });
  link.become(state);
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("a")!.state.claim, undefined);
  assertEquals(b.events.slice(before).map(({ kind }) => kind), ["state", "state"]);
});
