import { assertEquals, assertMatch } from "@std/assert";
import { hashToken } from "../../daemons/monitor/access/mod.ts";
import type { LineClient } from "../../lib/testing/mod.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const plain = { title: "", template: "", plots: [], enabled: true };
const CALLER = { name: "archon", address: undefined, ...plain };

/** How often a line came. */
const count = ({ lines }: LineClient, wanted: string) => lines.filter((line) => line === wanted).length;

Deno.test("MONITOR greets whoever connects as the original does, and polls nobody who says nothing", async () => {
  await using b = await bench([]);
  const peer = await b.peer(); // takes `id name=monitor` and `get_id`
  await b.clock.advance("5 s");
  assertEquals(peer.lines, ["id name=monitor", "get_id"]);
});

Deno.test("MONITOR asks a peer that gave its name for its status, at once and then each second", async () => {
  await using b = await bench([]);
  const [named, typed, modern] = [await b.peer(), await b.peer(), await b.peer()];
  named.send("id name=script type=");
  typed.send("id type=ccd");
  modern.send("id name=script proto=dewar/1");
  await b.settle();
  assertEquals([named, typed, modern].map((peer) => count(peer, "get_status")), [1, 1, 0]);
  named.send("id name=script type="); // said again: nothing changes
  await b.clock.advance("1.5 s");
  assertEquals([named, typed, modern].map((peer) => count(peer, "get_status")), [2, 2, 0]);
});

Deno.test("a peer that calls itself as a client is that client for as long as it is there", async () => {
  await using b = await bench([], { clients: [CALLER] });
  const peer = await b.peer();
  peer.send("id name=archon type=ccd");
  await peer.expect("get_status");
  peer.send(`status hw_connected=1 temp=-99.5 label="two words" mode=auto`);
  await b.settle();
  const client = b.monitor.lab.clients.get("archon")!;
  assertEquals([client.state.status, client.state.peerType], ["connected", "ccd"]);
  const values = [...client.latest].map(([key, { reading }]) => [key, reading.value, reading.quality]);
  assertEquals(values, [
    ["hw_connected", true, "good"],
    ["temp", -99.5, "good"],
    ["label", "two words", "good"],
    ["mode", "auto", "good"],
  ]);
  peer.send("get_status");
  await peer.expect(
    "status nconnected=1 db_status_interval=60 archon=1 archon.hw_connected=1 archon.temp=-99.5 " +
      `archon.label="two words" archon.mode=auto`,
  );
  peer.close();
  await b.settle();
  assertEquals([client.state.status, client.latest.get("temp")!.reading.quality], ["connecting", "stale"]);
  assertEquals(await b.log(), ["monitor info archon connected", "monitor info archon disconnected"]);
});

Deno.test("a peer that calls itself as a client is used only while the client's own link is not there", async () => {
  await using b = await bench(["archon"]);
  const link = b.link("archon");
  const value = () => b.monitor.lab.clients.get("archon")!.latest.get("temp")?.reading.value;
  const peer = await b.peer();
  peer.send("id name=archon type=");
  peer.send("status temp=1");
  await b.settle();
  assertEquals(value(), 1);
  link.connect(modelOf({ temp: { type: "number" } }));
  link.push({ temp: 2 });
  await b.settle();
  peer.send("status temp=3");
  await b.settle();
  assertEquals(value(), 2);
  link.lose("gone");
  await b.settle();
  peer.send("status temp=4");
  await b.settle();
  assertEquals(value(), 4);
});

Deno.test("send reaches a client that called", async () => {
  await using b = await bench([], { clients: [CALLER] });
  const [archon, script] = [await b.peer(), await b.peer()];
  archon.send("id name=archon type=ccd");
  await archon.expect("get_status");
  script.send("send archon set  val1=3");
  await archon.expect("set  val1=3");
});

Deno.test("a disabled client is not taken from who calls under its name", async () => {
  await using b = await bench([], { clients: [{ ...CALLER, enabled: false }] });
  const peer = await b.peer();
  peer.send("id name=archon type=");
  peer.send("status temp=1");
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("archon")!.state.status, "closed");
});

Deno.test("a status line nobody asked for changes nothing", async () => {
  await using b = await bench(["archon"]);
  const peer = await b.peer();
  peer.send("status archon=1 temp=5");
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("archon")!.latest.size, 0);
});

Deno.test("cameras are sent the values of everything else, quoted, and never their own", async () => {
  await using b = await bench(["ccd1", "gauge"], {});
  b.link("ccd1").connect(modelOf({ exposure: { type: "number" } }), {}, "ccd");
  b.link("gauge").connect(modelOf({ pressure: { type: "number" }, note: { type: "text" } }));
  b.link("ccd1").push({ exposure: 3 });
  b.link("gauge").push({ pressure: 1e-6, note: `cold "trap"` });
  const fast = await b.peer();
  fast.send("id name=fast type=ccd");
  const script = await b.peer();
  script.send("id name=script type=");
  await b.clock.advance("1 s");
  const wanted = `set_keywords gauge.pressure="0.000001" gauge.note="cold \\"trap\\""`;
  assertEquals(b.link("ccd1").lines, [wanted]);
  await fast.expect(wanted);
  await b.clock.advance("3 s"); // no news, no keywords
  assertEquals(count(fast, wanted), 1);
  assertEquals(b.link("ccd1").lines, [wanted]);
  assertEquals(script.lines.filter((line) => line.startsWith("set_keywords")), []);
  assertEquals(b.link("gauge").lines, []);
});

Deno.test("a peer that changes its name is one client after the other, and the first goes stale", async () => {
  await using b = await bench([], { clients: [CALLER, { ...CALLER, name: "gauge" }] });
  const peer = await b.peer();
  peer.send("id name=archon type=");
  peer.send("status temp=1");
  await b.settle();
  peer.send("id name=gauge type=");
  peer.send("status pressure=2");
  await b.settle();
  const [archon, gauge] = ["archon", "gauge"].map((name) => b.monitor.lab.clients.get(name)!);
  assertEquals([archon!.state.status, archon!.latest.get("temp")!.reading.quality], ["connecting", "stale"]);
  assertEquals([gauge!.state.status, gauge!.latest.get("pressure")!.reading.value], ["connected", 2]);
  assertEquals([...gauge!.latest.keys()], ["pressure"]); // nothing of what it was before
});

Deno.test("of two peers with one name the first is believed, both are told of, and the second follows", async () => {
  await using b = await bench([], { clients: [CALLER] });
  const [first, second] = [await b.peer(), await b.peer()];
  for (const peer of [first, second]) peer.send("id name=archon type=");
  await b.settle();
  first.send("status temp=1");
  second.send("status temp=99");
  second.send("status temp=98");
  await b.settle();
  const value = () => b.monitor.lab.clients.get("archon")!.latest.get("temp")!.reading.value;
  assertEquals(value(), 1);
  const told = (await b.log()).filter((line) => line.includes("both call themselves archon"));
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /^monitor warning .* and .*: the first is believed for as long as it is there$/);
  first.close();
  await b.settle();
  second.send("status temp=97");
  await b.settle();
  assertEquals(value(), 97);
});

Deno.test("who may only look cannot be a client, nor write to the log", async () => {
  const viewer = { name: "wall", role: "viewer", grants: [], hash: hashToken("wall-token") } as const;
  const daemons = {
    name: "rack",
    role: "viewer",
    grants: [{ pattern: "archon", role: "operator" }],
  } as const;
  const tokens = [viewer, { ...daemons, hash: hashToken("rack-token") }];
  await using b = await bench([], { clients: [CALLER], tokens });
  const [liar, honest] = [await b.peer(), await b.peer()];
  liar.send("id name=archon type= token=wall-token");
  liar.send("status temp=99");
  liar.send("error all is lost");
  honest.send("id name=archon type= token=rack-token");
  honest.send("status temp=-100");
  honest.send("info all is well");
  await b.settle();
  assertEquals(b.monitor.lab.clients.get("archon")!.latest.get("temp")!.reading.value, -100);
  const log = await b.log();
  assertEquals(log.filter((line) => line.includes("all is")), [
    "wall warning error all is lost (denied: wall is viewer and may not write notes: that takes an operator)",
    "rack info all is well",
  ]);
  assertEquals(log.filter((line) => line.includes("calls itself archon and may not")).length, 1);
});

Deno.test("a peer that takes MONITOR's name, or a client's, is told apart in the log", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(modelOf({ pressure: { type: "number" } }));
  const peer = await b.peer();
  for (const name of ["monitor", "script"]) {
    peer.send(`id name=${name} type=`);
    peer.send(`info I am ${name}`);
  }
  await b.settle();
  const log = (await b.log()).filter((line) => line.includes("I am"));
  assertMatch(log[0]!, /^monitor \(.+\) info I am monitor$/);
  assertEquals(log[1], "script info I am script");
});

Deno.test("a daemon that introduces itself as another client is told of, once for each connection", async () => {
  await using b = await bench(["gauge", "lamp"]);
  const as = (peerName: string) =>
    ({ status: "connected", since: b.clock.time(), peerName, peerType: "" }) as const;
  b.link("gauge").become(as("lamp"));
  b.link("lamp").become(as("Lamp 7"));
  await b.settle();
  await b.clock.advance("10 s");
  const told = (await b.log()).filter((line) => line.includes("calls itself"));
  assertEquals(told, [
    "monitor warning gauge (gauge:1) calls itself lamp, which is another client here: see their addresses",
  ]);
});

Deno.test("a viewer's connection sees and subscribes, and commands nothing", async () => {
  const tokens = [{ name: "wall", role: "viewer", grants: [], hash: hashToken("wall-token") }] as const;
  await using b = await bench(["gauge"], { tokens });
  b.link("gauge").connect(modelOf({ pressure: { type: "number", set: true } }));
  b.link("gauge").push({ pressure: 1 });
  const peer = await b.peer();
  peer.send("id name=script proto=dewar/1 token=wall-token");
  peer.send("subscribe @mid=1");
  await peer.expect(/^done @mid=1 /);
  await peer.expect(/^update .*gauge\.pressure=1\b/);
  for (const [mid, line] of ["send gauge set pressure=5", "set gauge.pressure=5", "reset_plots"].entries()) {
    peer.send(`${line} @mid=${mid + 2}`);
    await peer.expect(
      new RegExp(`^failed @mid=${mid + 2} @code=denied @reason="wall is viewer and may not `),
    );
  }
  assertEquals(b.link("gauge").lines, []);
  b.link("gauge").push({ pressure: 2 });
  await b.clock.advance("1 s");
  await peer.expect(/^update .*gauge\.pressure=2\b/);
});
