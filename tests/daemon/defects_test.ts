import { assertEquals, assertMatch } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { program, start } from "../processes.ts";

Deno.test("a daemon outlives errors that nobody caught, and logs each as a line that machines read", async () => {
  await using daemon = await start(program("tests/daemon/defective.ts"));
  const client = lineClient(await tcp.connect(daemon.address));
  const errors = () =>
    daemon.log.trim().split("\n").map((line) => JSON.parse(line)).filter(({ type }) => type === "error");
  client.send("forget\ntrip");
  await eventually(() => daemon.log.includes("by a timer"));
  assertEquals(errors().map(({ source }) => source), ["defective", "defective"]);
  assertMatch(errors()[0].message, /a promise nobody waited for\n.*defective\.ts:17/);
  assertMatch(errors()[1].message, /thrown by a timer\n.*defective\.ts:22/);
  client.send("get_status");
  await client.expect("status hw_connected=1");
  daemon.kill("SIGTERM");
  assertEquals((await daemon.status).code, 0);
  await client.closed;
});
