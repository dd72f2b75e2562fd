/** The same over real sockets and in real time. */
import { assertEquals, assertRejects } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { KatcpClient } from "../../lib/katcp/client.ts";
import { Sensor } from "../../lib/katcp/sensor.ts";
import { SensorMirror } from "../../lib/katcp/sensor_mirror.ts";
import { DeviceServer } from "../../lib/katcp/server.ts";
import { bytes, integer } from "../../lib/katcp/types.ts";
import { openSockets } from "../../lib/net/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";

Deno.test("client and server over TCP, until the device halts", async () => {
  const before = openSockets();
  await using server = new DeviceServer({ version: "x-1.0" });
  server.request("echo", { help: "Echo.", rest: bytes }, (_, ...args) => args);
  const sensor = server.sensors.add(new Sensor("x", integer));
  await server.listen("127.0.0.1:0");
  {
    await using client = new KatcpClient(server.address);
    await client.connected();
    const large = crypto.getRandomValues(new Uint8Array(60_000));
    const echoes = await Promise.all(Array.from({ length: 20 }, () => client.request("echo", large)));
    for (const { reply } of echoes) assertEquals(reply.bytes(1), large);
    using mirror = new SensorMirror(client);
    await eventually(() => mirror.state === "synced");
    for (let value = 1; value <= 1000; value++) sensor.set(value);
    await eventually(() => mirror.sensors.get("x")?.value === 1000);
    await client.request("halt");
    assertEquals(await server.closed, "halt");
    await eventually(() => mirror.sensors.get("x")?.status === "unreachable");
    assertEquals((await assertRejects(() => client.request("watchdog"), CommandError)).code, "device");
  }
  await eventually(() => openSockets() === before);
});

Deno.test("a thousand clients over TCP are all told", async () => {
  await using server = new DeviceServer({ version: "x-1.0", logLevel: "off" });
  const sensor = server.sensors.add(new Sensor("x", integer));
  await server.listen("127.0.0.1:0");
  const clients = Array.from({ length: 1000 }, () => new KatcpClient(server.address));
  let told = 0;
  for (const client of clients) {
    await client.connected();
    client.onInform("sensor-status", (inform) => void (told += inform.text(4) === "7" ? 1 : 0));
    await client.request("sensor-sampling", "x", "event");
  }
  sensor.set(7);
  await eventually(() => told === clients.length);
  await Promise.all(clients.map((client) => client.close()));
});
