import { assertEquals, assertMatch } from "@std/assert";
import { float, integer, text } from "../../lib/katcp/types.ts";
import { Device } from "./device.ts";

Deno.test("sensors and requests that come and go are told, together, once a turn", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const { server } = device;
  device.sensor("a", integer);
  device.sensor("b", integer);
  device.sensor("a", float);
  device.sensor("c", integer);
  server.sensors.delete("c");
  server.request("new", { help: "New." }, () => {});
  assertEquals(await client.take(), [
    "#interface-changed sensor a added",
    "#interface-changed sensor b added",
    "#interface-changed request new added",
  ]);
  server.sensors.delete("a");
  device.sensor("a", integer);
  server.sensors.delete("b");
  server.request("new", { help: "Newer." }, () => {});
  assertEquals([server.removeRequest("watchdog"), server.removeRequest("nope")], [true, false]);
  assertEquals(await client.take(), [
    "#interface-changed sensor a modified",
    "#interface-changed sensor b removed",
    "#interface-changed request new modified",
    "#interface-changed request watchdog removed",
  ]);
  for (let index = 0; index < 100; index++) device.sensor(`many.${index}`, integer);
  assertEquals(await client.take(), ["#interface-changed sensor-list"]);
});

Deno.test("an unknown sensor and a pattern that is none fail; a pattern that finds nothing does not", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  assertEquals(
    await client.ask("?sensor-value nope", "?sensor-list nope", "?sensor-value /(/", "?sensor-value /nope/"),
    [
      "!sensor-value fail Unknown\\_sensor\\_nope",
      "!sensor-list fail Unknown\\_sensor\\_nope",
      "!sensor-value fail Cannot\\_use\\_the\\_pattern:\\_a\\_(\\_without\\_its\\_),\\_at\\_character\\_1",
      "!sensor-value ok 0",
    ],
  );
});

Deno.test("a sampled sensor tells the client that asked, and no other", async () => {
  await using device = await Device.start();
  const sensor = device.sensor("x", float, { timestamp: 1 });
  const client = await device.connect();
  const other = await device.connect();
  await client.take();
  assertEquals(await client.ask("?sensor-sampling x differential 1"), [
    "#sensor-status 1 1 x nominal 0.0",
    "!sensor-sampling ok x differential 1.0",
  ]);
  sensor.set(0.5);
  sensor.set(2, { timestamp: 5.25 });
  sensor.set(NaN, { status: "failure", timestamp: 6 });
  assertEquals(await client.take(), [
    "#sensor-status 5.25 1 x nominal 2.0",
    "#sensor-status 6 1 x failure nan",
  ]);
  assertEquals(await client.ask("?sensor-sampling x"), ["!sensor-sampling ok x differential 1.0"]);
  assertEquals(await other.ask("?sensor-sampling x"), ["!sensor-sampling ok x none"]);
});

Deno.test("strategies end with the sensor, the client, or ?sensor-sampling-clear", async () => {
  await using device = await Device.start();
  const client = await device.connect();
  const first = device.sensor("x", integer);
  await client.ask("?sensor-sampling x auto");
  const second = device.sensor("x", integer);
  first.set(5);
  second.set(6);
  assertEquals(await client.take(), ["#interface-changed sensor x modified"]);
  await client.ask("?sensor-sampling x period 1");
  assertEquals(device.clock.pending, 1);
  assertEquals(await client.ask("?sensor-sampling-clear"), ["!sensor-sampling-clear ok"]);
  assertEquals(device.clock.pending, 0);
  await client.ask("?sensor-sampling x period 1");
  client.lines.close();
  await client.take();
  assertEquals(device.clock.pending, 0);
});

Deno.test("the strategies of several sensors are set at once, or none of them", async () => {
  await using device = await Device.start();
  device.sensor("a", integer, { timestamp: 1 });
  device.sensor("b", float, { timestamp: 2 });
  device.sensor("c", text, { timestamp: 3 });
  const client = await device.connect();
  assertEquals(await client.ask("?sensor-sampling[5] a,b event"), [
    "#sensor-status 1 1 a nominal 0",
    "#sensor-status 2 1 b nominal 0.0",
    "!sensor-sampling[5] ok a,b event",
  ]);
  assertEquals(
    await client.ask(
      "?sensor-sampling b,c differential 1",
      "?sensor-sampling a,nope auto",
      "?sensor-sampling a,b",
    ),
    [
      "!sensor-sampling fail Sensor\\_c:\\_A\\_difference\\_cannot\\_be\\_taken\\_of\\_a\\_sensor\\_of\\_type\\_string",
      "!sensor-sampling fail Unknown\\_sensor\\_nope",
      "!sensor-sampling fail The\\_strategies\\_of\\_several\\_sensors\\_cannot\\_be\\_asked\\_for\\_at\\_once",
    ],
  );
  assertEquals(await client.ask("?sensor-sampling b", "?sensor-sampling a"), [
    "!sensor-sampling ok b event",
    "!sensor-sampling ok a event",
  ]);
});

Deno.test("a strategy that makes no sense fails and leaves the one before", async () => {
  await using device = await Device.start();
  device.sensor("x", float);
  const client = await device.connect();
  await client.ask("?sensor-sampling x event");
  for (
    const wrong of [
      "period nan",
      "period 0",
      "event-rate 2 1",
      "event-rate nan nan",
      "differential -1",
      "auto 1",
      "often",
    ]
  ) {
    const [reply, ...more] = await client.ask(`?sensor-sampling x ${wrong}`);
    assertMatch(reply!, /^!sensor-sampling fail Sensor\\_x:/);
    assertEquals(more, []);
  }
  assertEquals(await client.ask("?sensor-sampling x"), ["!sensor-sampling ok x event"]);
});
