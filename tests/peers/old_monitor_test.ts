/** The old MONITOR against the facts about the original. */
import { assert, assertEquals } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, type LineClient, lineClient } from "../../lib/testing/mod.ts";
import { oldDaemon } from "./old_daemon.ts";
import { type OldMonitor, oldMonitor } from "./old_monitor.ts";

async function talk(monitor: OldMonitor) {
  const client = lineClient(await tcp.connect(monitor.address));
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      client.close();
      await client.connection.closed;
    },
  });
}

/** Asks for the status and waits for what comes: everything sent before has been dealt with then. */
function statusOf(client: LineClient, format = ""): Promise<string> {
  client.send(`get_status${format}`);
  return client.expect(/^status/);
}

Deno.test("an old MONITOR introduces itself on connections it makes and on those it accepts", async () => {
  await using daemon = await oldDaemon({ name: "archon" });
  await using monitor = await oldMonitor({ clients: { archon: daemon.address } });
  await using client = await talk(monitor);
  await client.expect("id name=monitor");
  await client.expect("get_id");
  await eventually(() => monitor.status("archon"));
  assertEquals(daemon.received.slice(0, 2), ["id name=monitor", "get_id"]);
  assertEquals(daemon.hardware, []);
});

Deno.test("an old MONITOR asks each second everyone who gave a name or a type, and no one else", async () => {
  await using monitor = await oldMonitor();
  await using silent = await talk(monitor);
  await using named = await talk(monitor);
  await using typed = await talk(monitor);
  named.send("id name=script type=");
  typed.send("id name= type=ccd");
  for (const client of [named, typed]) {
    await client.expect("get_status");
    await client.expect("get_status");
  }
  assertEquals(silent.lines, ["id name=monitor", "get_id"]);
});

Deno.test("an old MONITOR tells the status of its clients in one line and as JSON", async () => {
  await using daemon = await oldDaemon({ name: "example", values: { hw_connected: "1", note: "two words" } });
  await using monitor = await oldMonitor({ clients: { example: daemon.address, ghost: undefined } });
  await using client = await talk(monitor);
  await eventually(() => monitor.status("example")?.["hw_connected"]);
  assertEquals(
    await statusOf(client),
    "status nconnected=2 db_status_interval=60 example=1 example.hw_connected=1 example.note=two ghost=0",
  );
  assertEquals(
    await statusOf(client, " format=json"),
    'status_json {"nconnected": 2, "db_status_interval": 60.0, ' +
      '"example": {"hw_connected": "1", "note": "two"}, "ghost": {}}',
  );
});

Deno.test("an old MONITOR passes commands on with their quotes and blanks lost, and keeps the answers", async () => {
  await using daemon = await oldDaemon();
  await using monitor = await oldMonitor({ clients: { example: daemon.address } });
  await using client = await talk(monitor);
  await eventually(() => monitor.status("example"));
  client.send(`send example set   val1="b c"`);
  client.send("send example get_id");
  client.send("send nobody exit");
  await eventually(() => daemon.received.includes("get_id") && daemon.received.includes("set val1=b c"));
  await statusOf(client);
  assertEquals(client.lines.filter((line) => line.startsWith("id ")), ["id name=monitor"]);
});

Deno.test("an old MONITOR neither answers get_id nor obeys exit, and drops only the line it cannot read", async () => {
  await using monitor = await oldMonitor();
  await using client = await talk(monitor);
  client.send("get_id\nexit\nunknown\ninfo it's lost\ninfo 'two  words'   here");
  await statusOf(client);
  assertEquals(client.lines.filter((line) => line.startsWith("id ")), ["id name=monitor"]);
  assertEquals(monitor.log, [{ source: "monitor", type: "info", message: "two  words here" }]);
});

Deno.test("an old MONITOR keeps the old status when the new one cannot be read", async () => {
  await using daemon = await oldDaemon();
  await using monitor = await oldMonitor({ clients: { example: daemon.address } });
  await eventually(() => monitor.status("example")?.["val1"] === "0");
  daemon.values["val1"] = `5"`;
  const asked = daemon.received.length;
  await eventually(() => daemon.received.length > asked + 1);
  assertEquals(monitor.status("example")?.["val1"], "0");
});

Deno.test("an old MONITOR sends the keywords of every status to cameras", async () => {
  await using monitor = await oldMonitor();
  await using camera = await talk(monitor);
  await using source = await talk(monitor);
  camera.send("id name=fast type=ccd");
  await camera.expect("get_status");
  source.send("id name=cryocon");
  source.send("status hw_connected=1 temperature=-100");
  await camera.expect('set_keywords cryocon.hw_connected="1" cryocon.temperature="-100"');
  camera.send("status temperature=1");
  await statusOf(camera);
  assert(!source.lines.some((line) => line.startsWith("set_keywords")));
});

Deno.test("an old MONITOR comes back to a daemon within a second or so", async () => {
  const first = await oldDaemon();
  await using monitor = await oldMonitor({ clients: { example: first.address } });
  await eventually(() => monitor.status("example"));
  await first.close();
  await eventually(() => monitor.status("example") === undefined);
  await using _second = await oldDaemon({ port: first.port });
  await eventually(() => monitor.status("example"));
  assertEquals(monitor.log.map((line) => line.message), [
    "example connected",
    "example disconnected",
    "example connected",
  ]);
});
