import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { modelSource } from "../../lib/device/mod.ts";
import { CommandError, TimeoutError } from "../../lib/errors.ts";
import { InspectedDevice, type InspectOptions } from "../../lib/katcp/inspect.ts";
import { AnyKatcpDevice, openKatcpLink } from "../../lib/katcp/mod.ts";
import { float, integer } from "../../lib/katcp/types.ts";
import { connect } from "../../lib/sdk/mod.ts";
import { Device } from "./device.ts";

async function rig(options: InspectOptions = {}) {
  const device = await Device.start();
  const { clock, transport, server } = device;
  const gain = device.sensor("rf.gain", float, { unit: "dB", description: "How loud", initial: 20 });
  device.sensor("count-down", integer, { initial: 3 });
  server.request(
    "set-gain",
    { help: "Sets the gain.", args: [float] },
    (_exchange, value) => gain.set(value),
  );
  const inspected = new InspectedDevice("device:5000", { clock, transport, random: () => 1, ...options });
  const settle = async () => {
    for (let turn = 0; turn < 8; turn++) await clock.advance(0);
  };
  await clock.runUntil(inspected.ready());
  return {
    device,
    inspected,
    clock,
    transport,
    settle,
    gain,
    run: <T>(work: Promise<T>) => clock.runUntil(work),
    async [Symbol.asyncDispose]() {
      await clock.runUntil(inspected.close());
      await device[Symbol.asyncDispose]();
    },
  };
}

Deno.test("an inspected device has its sensors and requests by name, - and . written _ or as they are", async () => {
  await using r = await rig();
  const { sensor, req } = r.inspected;
  assertEquals(r.inspected.sensorNames, ["count-down", "rf.gain"]);
  assertEquals(Object.keys(sensor), ["count-down", "rf.gain"]);
  const { description, unit, type, value, status } = sensor.rf_gain!;
  assertEquals([description, unit, type, value, status], ["How loud", "dB", "float", 20, "nominal"]);
  assertEquals(sensor["count-down"]!.value, 3);
  assert("set_gain" in req && "sensor-value" in req && !("nope" in req));
  assertEquals(r.inspected.help("set-gain"), "Sets the gain.");
  await r.run(req.set_gain!("4.5"));
  assertEquals(sensor["rf.gain"]!.value, 4.5);
  assertThrows(() => sensor["rf.gian"], CommandError, 'did you mean "rf.gain"?');
  assertThrows(() => req.set_gian, CommandError, "no request set_gian");
});

Deno.test("an inspected sensor is waited for: as it is already, as it becomes, and only while it is valid", async () => {
  await using r = await rig();
  const sensor = r.inspected.sensor.rf_gain!;
  assertEquals((await r.run(sensor.wait(20))).value, 20);
  const loud = sensor.wait((value: number) => value > 30, { timeout: "10 s" });
  r.gain.set(35, { status: "failure" });
  await r.settle();
  r.clock.after(1000, () => r.gain.set(36, { status: "warn" }));
  assertEquals((await r.run(loud)).value, 36);
  const error = await r.run(assertRejects(() => sensor.wait(1, { timeout: "1 s" }), TimeoutError));
  assertEquals(error.message, "rf.gain was not as wanted within 1.0 s: it is 36 (warn)");
  await r.run(assertRejects(
    () =>
      sensor.wait(() => {
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  ));
  const giveUp = new AbortController();
  const stopped = assertRejects(() => sensor.wait(1, { signal: giveUp.signal }), Error, "enough");
  giveUp.abort(new Error("enough"));
  await r.run(stopped);
});

Deno.test("an inspected sensor outlives connections and its own replacement", async () => {
  await using r = await rig();
  const sensor = r.inspected.sensor.rf_gain!;
  const seen: string[] = [];
  using _listening = sensor.subscribe(({ value, status }) => seen.push(`${value} ${status}`));
  await r.run(sensor.sample({ kind: "event" }));
  r.transport.drop("device:5000");
  await r.settle();
  assertEquals(sensor.status, "unreachable");
  await r.clock.advance(30_000);
  await r.settle();
  r.gain.set(20); // event: nothing new
  r.gain.set(21);
  await r.settle();
  r.device.server.sensors.delete("rf.gain");
  await r.clock.advance(100);
  await r.settle();
  assertThrows(() => sensor.value, CommandError, "no sensor rf.gain any more");
  r.device.sensor("rf.gain", integer, { initial: 7 });
  await r.clock.advance(100);
  await r.settle();
  assertEquals([sensor.value, sensor.type], [7, "integer"]);
  assertEquals(seen.filter((each, index) => each !== seen[index - 1]), [
    "20 nominal",
    "20 unreachable",
    "20 nominal",
    "21 nominal",
    "0 unknown",
    "7 nominal",
  ]);
});

Deno.test("an inspected device learns of requests that come and go", async () => {
  await using r = await rig();
  r.device.server.request("later", { help: "Comes later." }, () => ["here"]);
  await r.clock.advance(100);
  await r.settle();
  assertEquals((await r.run(r.inspected.req.later!())).reply.text(1), "here");
  r.device.server.removeRequest("later");
  await r.clock.advance(100);
  await r.settle();
  assert(!("later" in r.inspected.req));
});

Deno.test("inspecting a device that is not there says so in time", async () => {
  await using device = await Device.start();
  const inspected = new InspectedDevice("nobody:5000", {
    clock: device.clock,
    transport: device.transport,
    inspection: "3 s",
  });
  const error = await device.clock.runUntil(assertRejects(() => inspected.ready(), TimeoutError));
  assert(error.message.startsWith("No sensors and requests of nobody:5000 within 3.0 s: "), error.message);
  await device.clock.runUntil(inspected.close());
});

Deno.test("any KATCP device is a device of the SDK, by its link, and waitFor works on its sensors", async () => {
  await using r = await rig();
  const link = openKatcpLink("device:5000", {
    clock: r.clock,
    transport: r.transport,
    model: AnyKatcpDevice,
  });
  const any = await r.run(connect(AnyKatcpDevice, link, { clock: r.clock }));
  r.clock.after(500, () => r.gain.set(44));
  const state = await r.run(any.waitFor((s) => Number(s.sensor["rf.gain"]) > 40, { timeout: "2 s" }));
  assertEquals(state.sensor["count-down"], 3);
  await r.run(any.close());
});

Deno.test("the model of a KATCP device is written from its sensors", async () => {
  await using r = await rig();
  const link = openKatcpLink("device:5000", { clock: r.clock, transport: r.transport });
  const source = modelSource(await r.run(link.describe()), { origin: "katcp://device:5000" });
  await r.run(link.close());
  assert(source.includes('rf_gain: { type: "number", description: "How loud", unit: "dB"'), source);
  assert(source.includes('alias: "rf.gain"'), source);
});
