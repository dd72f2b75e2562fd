/** The examples of the old library's request documentation, as transcripts; where version 5 has corrected them, that is said. */
import { assertEquals } from "@std/assert";
import { boolean, discrete, float } from "../../lib/katcp/types.ts";
import { Device, GREETING } from "./device.ts";

async function documented(): Promise<Device> {
  const device = await Device.start();
  device.sensor("psu.voltage", float, {
    description: "PSU voltage.",
    unit: "V",
    nominal: [0, 5],
    initial: 4.5,
    timestamp: 1244631611.415231,
  });
  device.sensor("cpu.status", discrete(["on", "off", "error"]), {
    description: "CPU status.",
    initial: "off",
    timestamp: 1244631611.4152,
  });
  device.sensor("cpu.power.on", boolean, {
    description: "Whether CPU has power.",
    timestamp: 1244631611.415231,
  });
  device.sensor("cpu.voltage", float, { description: "CPU voltage.", unit: "V", nominal: [0, 3] });
  return device;
}

const TRANSCRIPTS: [name: string, ...lines: string[]][] = [
  ["client-list", "?client-list", "#client-list 127.0.0.1:49152", "!client-list ok 1"],
  ["help of one", "?help halt", "#help halt End\\_the\\_device.", "!help ok 1"],
  ["log-level", "?log-level", "!log-level ok warn"],
  ["log-level info", "?log-level info", "!log-level ok info"],
  [
    "sensor-list",
    "?sensor-list",
    "#sensor-list cpu.power.on Whether\\_CPU\\_has\\_power. \\@ boolean",
    "#sensor-list cpu.status CPU\\_status. \\@ discrete on off error",
    "#sensor-list cpu.voltage CPU\\_voltage. V float 0.0 3.0",
    "#sensor-list psu.voltage PSU\\_voltage. V float 0.0 5.0",
    "!sensor-list ok 4",
  ],
  [
    "sensor-list of one",
    "?sensor-list cpu.power.on",
    "#sensor-list cpu.power.on Whether\\_CPU\\_has\\_power. \\@ boolean",
    "!sensor-list ok 1",
  ],
  [
    "sensor-list of a pattern",
    "?sensor-list /voltage/",
    "#sensor-list cpu.voltage CPU\\_voltage. V float 0.0 3.0",
    "#sensor-list psu.voltage PSU\\_voltage. V float 0.0 5.0",
    "!sensor-list ok 2",
  ],
  ["sensor-sampling asked", "?sensor-sampling cpu.power.on", "!sensor-sampling ok cpu.power.on none"],
  [
    // Seconds instead of milliseconds, and the value at once.
    "sensor-sampling set",
    "?sensor-sampling cpu.power.on period 0.5",
    "#sensor-status 1244631611.415231 1 cpu.power.on nominal 0",
    "!sensor-sampling ok cpu.power.on period 0.5",
  ],
  ["sensor-sampling-clear", "?sensor-sampling-clear", "!sensor-sampling-clear ok"],
  [
    // With the status in it.
    "sensor-value",
    "?sensor-value",
    "#sensor-value 1244631611.415231 1 cpu.power.on nominal 0",
    "#sensor-value 1244631611.4152 1 cpu.status nominal off",
    "#sensor-value 1234567890 1 cpu.voltage nominal 0.0",
    "#sensor-value 1244631611.415231 1 psu.voltage nominal 4.5",
    "!sensor-value ok 4",
  ],
  [
    "sensor-value of one",
    "?sensor-value cpu.power.on",
    "#sensor-value 1244631611.415231 1 cpu.power.on nominal 0",
    "!sensor-value ok 1",
  ],
  [
    "version-list",
    "?version-list",
    ...GREETING.map((line) => line.replace("version-connect", "version-list")),
    "!version-list ok 3",
  ],
  ["watchdog", "?watchdog", "!watchdog ok"],
  ["halt", "?halt", "!halt ok", "#disconnect Device\\_server\\_shutting\\_down"],
];

for (const [name, request, ...expected] of TRANSCRIPTS) {
  Deno.test(`transcript: ${name}`, async () => {
    await using device = await documented();
    const client = await device.connect();
    assertEquals(await client.ask(request!), expected);
  });

  Deno.test(`transcript: ${name}, with an id`, async () => {
    await using device = await documented();
    const client = await device.connect();
    const word = request!.slice(1).split(" ")[0]!;
    const withId = (line: string) => line.replace(new RegExp(`^([?!#]${word})(?= |$)`), "$1[2147483647]");
    assertEquals(await client.ask(withId(request!)), expected.map(withId));
  });
}

Deno.test("transcript: restart", async () => {
  let restarts = 0;
  await using device = await Device.start({ restart: () => void restarts++ });
  const client = await device.connect();
  assertEquals(await client.ask("?restart"), [
    "!restart ok",
    "#disconnect Device\\_server\\_shutting\\_down",
  ]);
  assertEquals([await device.server.closed, restarts], ["restart", 1]);
});

Deno.test("transcript: help lists every request with its text", async () => {
  await using device = await documented();
  const client = await device.connect();
  const lines = await client.ask("?help");
  const names = [
    "client-list",
    "halt",
    "help",
    "log-level",
    "request-timeout-hint",
    "restart",
    "sensor-list",
    "sensor-sampling",
    "sensor-sampling-clear",
    "sensor-value",
    "version-list",
    "watchdog",
  ];
  assertEquals(lines.at(-1), `!help ok ${names.length}`);
  assertEquals(lines.slice(0, -1).map((line) => /^#help ([\w-]+) \S+$/.exec(line)?.[1]), names);
});

Deno.test("transcript: version 4, in milliseconds", async () => {
  await using device = await Device.start({ protocol: 4 });
  device.sensor("cpu.power.on", boolean, { timestamp: 1244631611.415231 });
  const client = await device.connect();
  assertEquals(client.lines.lines, ["#version foodevice-1.0", "#build-state foodevice-1.0.0rc1"]);
  assertEquals(await client.ask("?sensor-sampling cpu.power.on period 500"), [
    "#sensor-status 1244631611415.231 1 cpu.power.on nominal 0",
    "!sensor-sampling ok cpu.power.on period 500",
  ]);
  await device.clock.advance("500 ms");
  assertEquals(await client.take(), ["#sensor-status 1244631611415.231 1 cpu.power.on nominal 0"]);
  assertEquals(await client.ask("?version-list", "?sensor-sampling cpu.power.on event-rate 1 2"), [
    "!version-list invalid Unknown\\_request\\_version-list",
    "!sensor-sampling fail Sensor\\_cpu.power.on:\\_Unknown\\_strategy\\_event-rate",
  ]);
  device.server.log.error("hot", { timestamp: 1.5 });
  assertEquals(await client.take(), ["#log error 1500 device hot"]);
});
