/** MONITOR on real sockets, with real links: old daemons, our own, another MONITOR. */
import { askerCalled } from "./askers.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULTS } from "../../daemons/monitor/config/mod.ts";
import { Forgetful } from "../../daemons/monitor/recorder.ts";
import { type Monitor, startMonitor } from "../../daemons/monitor/run.ts";
import { openLink } from "../../lib/link/mod.ts";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { oldDaemon } from "../peers/old_daemon.ts";

/** Starts MONITOR on a free port; clients by name and address. */
function monitorOf(clients: Readonly<Record<string, string | undefined>>): Promise<Monitor> {
  return startMonitor({
    config: {
      ...DEFAULTS,
      port: 0,
      clients: Object.entries(clients).map(([name, address]) => (
        { name, address, title: name, enabled: true, template: "default.html", plots: [] }
      )),
    },
    recorder: new Forgetful(),
    openLink,
    exit: () => {},
  });
}

/** The value of a channel, once it is good. */
async function valueOf(monitor: Monitor, client: string, key: string): Promise<unknown> {
  const good = () => {
    const reading = monitor.lab.clients.get(client)?.latest.get(key)?.reading;
    return reading?.quality === "good" ? { value: reading.value } : undefined;
  };
  return (await eventually(good)).value;
}

async function script(monitor: Monitor) {
  const client = lineClient(await tcp.connect(monitor.address!));
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      client.close();
      await client.closed;
    },
  });
}

Deno.test("MONITOR watches an old daemon, logs for it, commands it, and sends it nothing it does not know", async () => {
  await using daemon = await oldDaemon({
    name: "example",
    values: { hw_connected: "1", val1: "0.5", val2: "on" },
  });
  await using monitor = await monitorOf({ example: daemon.address });
  assertEquals(await valueOf(monitor, "example", "val1"), 0.5);
  assertEquals(await valueOf(monitor, "example", "val2"), "on");
  daemon.log("cold enough", "warning");
  const said = async () => (await monitor.lab.recentLog(10)).some(({ message }) => message === "cold enough");
  await eventually(said);
  assertEquals((await monitor.lab.command("send example set val1=7", askerCalled("web"))).ok, undefined);
  await eventually(() => monitor.lab.clients.get("example")!.latest.get("val1")?.reading.value === 7);
  assertEquals(daemon.hardware, []);
});

Deno.test("MONITOR that was started before its daemons finds them", async () => {
  const before = await oldDaemon();
  const { port, address } = before;
  await before.close();
  await using monitor = await monitorOf({ example: address });
  await eventually(() => monitor.lab.clients.get("example")!.state.why);
  assertMatch(monitor.lab.clients.get("example")!.state.why!, /connection refused/);
  await using _daemon = await oldDaemon({ port });
  assertEquals(await valueOf(monitor, "example", "val1"), 0);
});

Deno.test("MONITOR shows a killed daemon as disconnected and finds it again", async () => {
  const first = await oldDaemon();
  await using monitor = await monitorOf({ example: first.address });
  await valueOf(monitor, "example", "val1");
  await first.close();
  const client = monitor.lab.clients.get("example")!;
  await eventually(() => client.latest.get("val1")!.reading.quality === "stale");
  await using peer = await script(monitor);
  peer.send("get_status");
  assertMatch(await peer.expect(/^status/), / example=0$/);
  await using _second = await oldDaemon({ port: first.port });
  await valueOf(monitor, "example", "val1");
  const log = (await monitor.lab.recentLog(10)).map(({ message }) => message).reverse();
  assertEquals(log, ["example connected", "example disconnected", "example connected"]);
});

Deno.test("a MONITOR is a source of another: values, staleness, commands with their answers", async () => {
  await using daemon = await oldDaemon({
    name: "example",
    values: { hw_connected: "1", val1: "1", val2: "a b" },
  });
  await using near = await monitorOf({ example: daemon.address });
  await using far = await monitorOf({ lab: near.address });
  assertEquals(await valueOf(far, "lab", "example"), true);
  assertEquals(await valueOf(far, "lab", "example.val1"), 1);
  await using peer = await script(far);
  peer.send("get_status");
  assertMatch(
    await peer.expect(/^status/),
    / lab=1 lab.example=1 lab.example.hw_connected=1 lab.example.val1=1 lab.example.val2=a$/,
  );
  peer.send("id name=script proto=dewar/1");
  peer.send("send @mid=1 lab set example.val1=5");
  assertMatch(await peer.expect(/@mid=1/), /^done @mid=1 @confirmed=0$/);
  await eventually(() => far.lab.clients.get("lab")!.latest.get("example.val1")?.reading.value === 5);
  peer.send("send @mid=2 lab send nothing x");
  assertMatch(await peer.expect(/@mid=2/), /^failed @mid=2 @code=invalid @reason=.*There is no client/);
  await daemon.close();
  await eventually(() => far.lab.clients.get("lab")!.latest.get("example.val1")!.reading.quality === "stale");
  assertEquals(far.lab.clients.get("lab")!.latest.get("example")!.reading.value, false);
});
