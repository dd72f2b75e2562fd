/** An old MONITOR and old scripts against our daemons. */
import { assert, assertEquals } from "@std/assert";
import { simulateExample } from "../../daemons/example/simulator.ts";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { oldMonitor } from "../peers/old_monitor.ts";
import { program, start } from "../processes.ts";

/** What a peer of the base protocol may be sent by a daemon. */
const BASE = /^(id|status|debug|info|message|warning|error|success) /;

const daemon = (port: string, hardware: string): string[] =>
  program("daemons/example/daemon.ts", "--port", port, "--hardware", hardware);

Deno.test("an old MONITOR watches and commands our daemon, and is sent nothing it does not know", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  await using example = await start(daemon("0", hardware.address));
  await using monitor = await oldMonitor({ clients: { example: example.address } });
  const script = lineClient(await tcp.connect(monitor.address));

  await eventually(() => monitor.status("example")?.["hw_connected"] === "1");
  assertEquals(monitor.status("example")!["val1"], "0");
  script.send("send example set val1=5 val2=-1.5");
  script.send("send example set val3=warm");
  await eventually(() => monitor.status("example")!["val2"] === "-1.5");
  script.send("get_status");
  await script.expect(
    / example=1 example\.hw_connected=1 example\.val1=5 example\.val2=-1\.5 example\.val3=0$/,
  );

  const [peer] = [...monitor.peers].filter((peer) => peer.name === "example");
  assertEquals(peer!.received[0], "id name=example type=");
  assertEquals(peer!.received.filter((line) => !BASE.test(line)), []);
  assert(!peer!.received.some((line) => / @|proto=/.test(line)));

  script.send("send example exit");
  assertEquals((await example.status).code, 0);
  await eventually(() => monitor.status("example") === undefined);
  script.close();
  await script.closed;
});

Deno.test("an old MONITOR finds our daemon again after it was killed", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  const first = await start(daemon("0", hardware.address));
  await using monitor = await oldMonitor({ clients: { example: first.address } });
  await eventually(() => monitor.status("example")?.["hw_connected"] === "1");
  await first[Symbol.asyncDispose]();
  await eventually(() => monitor.status("example") === undefined);
  const port = first.address.split(":").at(-1)!;
  await using _second = await start(daemon(port, hardware.address));
  await eventually(() => monitor.status("example")?.["hw_connected"] === "1");
});
