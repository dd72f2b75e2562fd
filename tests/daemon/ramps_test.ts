import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serve } from "../../lib/daemon/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

const volts = (rig: Rig) => rig.instrument.settings.map((line) => Number(line.replace("volt=", "")));

Deno.test("a target that the hardware cannot ramp is stepped no faster than the model allows", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  const start = rig.clock.now();
  assertEquals(await client.ask("set voltage=10"), "done voltage.target=10");
  for (let second = 0; second <= 15; second++) {
    const allowed = (rig.clock.now() - start) / 1000 + 1e-9;
    assert(
      Number(rig.instrument.values.volt) <= allowed,
      `${rig.instrument.values.volt} V after ${allowed} s`,
    );
    assertEquals((await client.status())["voltage.target"], "10");
    await rig.clock.advance("1 s");
  }
  assertEquals(rig.instrument.values.volt, "10");
  assertEquals(volts(rig).length, 11);
  assertEquals(rig.log.at(-1), "info The ramp of voltage.target has reached 10");
});

Deno.test("a ramp can turn round on its way, from where the setpoint is", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("set voltage=10");
  await rig.clock.advance("4.5 s");
  assertEquals(await client.ask("set voltage=0"), "done voltage.target=0");
  await rig.clock.advance("10 s");
  const steps = volts(rig);
  assertEquals(steps.at(-1), 0);
  assert(Math.max(...steps) <= 5);
  for (const [i, step] of steps.slice(1).entries()) assert(Math.abs(step - steps[i]!) <= 1 + 1e-9);
});

Deno.test("a ramp stops where it is when the hardware refuses, and its target shows where", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("set voltage=10");
  await rig.clock.advance("3.5 s");
  rig.instrument.answer = (line) => line.startsWith("volt=") ? "NAK" : rig.instrument.obey(line);
  await rig.clock.advance("10 s");
  assertEquals((await client.status())["voltage.target"], "3");
  const told = rig.log.filter((line) => line.startsWith("warning The ramp of voltage.target stops at 3"));
  assertEquals(told.length, 1);
});

Deno.test("a ramp stops when the hardware is lost, and does not go on when it is back", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("set voltage=10");
  await rig.clock.advance("3.5 s");
  rig.cut();
  await rig.clock.advance("5 s");
  rig.mend();
  await rig.clock.advance("1 min");
  const status = await client.status();
  assertEquals(status.hw_connected, "1");
  assertEquals(status["voltage.target"], "3");
  assertEquals(rig.instrument.values.volt, "3");
});

Deno.test("a ramp stops when the claim lapses, before the device is made safe", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("claim @for=5");
  await client.ask("set voltage=10");
  await rig.clock.advance("20 s");
  assertEquals(rig.instrument.settings.slice(-2), ["volt=0", "temp=20.0"]);
  assertEquals((await client.status())["voltage.target"], "0");
});

Deno.test("a ramp is refused where the first setting is", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => line.startsWith("volt=") ? "NAK" : rig.instrument.obey(line);
  const client = await rig.client();
  assertStringIncludes(await client.ask("set voltage=10"), "failed @code=device");
  await rig.clock.advance("5 s");
  assertEquals(volts(rig).length, 1);
});

Deno.test("without hardware the value follows its target at the rate of the ramp", async () => {
  const clock = new VirtualClock();
  const Dummy = {
    model: "dummy",
    description: "Voltage in thin air",
    params: { voltage: { type: "drivable", ramp: { max: 1, per: "s" } }, bias: { type: "drivable" } },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  } as const;
  const initial = { voltage: 0, target: { voltage: 0 } };
  const transport = new MemoryTransport();
  const daemon = await serve(Dummy, { port: 1, initial }, { clock, transport });
  const client = await transport.connect(daemon.address);
  client.write("set voltage=3 bias=5\n");
  const value = (key: string) => daemon.readings.get(key)!.value;
  await clock.advance("1.5 s");
  assertEquals(["voltage", "voltage.target", "bias", "bias.target"].map(value), [1, 3, 5, 5]);
  await clock.advance("5 s");
  assertEquals(value("voltage"), 3);
  client.end();
  await clock.runUntil(daemon.stop());
});
