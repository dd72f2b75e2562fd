import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Model } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { openKatcpLink } from "../../lib/katcp/link.ts";
import { FailReply } from "../../lib/katcp/failures.ts";
import { boolean, discrete, float, integer, text, timestamp } from "../../lib/katcp/types.ts";
import type { Link, LinkOptions } from "../../lib/link/link.ts";
import { deviceOn } from "../../lib/sdk/device_on.ts";
import { Device } from "./device.ts";

const Receiver = {
  model: "receiver",
  description: "A receiver with two gains and a noise diode",
  params: {
    gain: { type: "number", unit: "dB", min: 0, max: 40, set: true, alias: "rf.gain", request: "gain rf" },
    mode: {
      type: "choice",
      of: { idle: "idle", observing: "obs" },
      set: true,
      alias: "mode",
      request: "set-mode",
    },
    temperature: { type: "number", unit: "K", alias: "rf.temperature" },
    absent: { type: "number", alias: "no.such" },
  },
  commands: {
    noise_diode: { description: "Switches it", args: { on: { type: "flag" } }, returns: { type: "text" } },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

async function rig(options: LinkOptions = {}) {
  const device = await Device.start({ logLevel: "info" });
  const { clock, transport, server } = device;
  const gain = device.sensor("rf.gain", float, {
    unit: "dB",
    nominal: [0, 30],
    warn: [-10, 35],
    initial: 20,
  });
  const temperature = device.sensor("rf.temperature", float, { unit: "K", initial: 15 });
  const mode = device.sensor("mode", discrete(["idle", "obs"]));
  server.request("gain", { help: "Sets a gain.", args: [text, float] }, (_exchange, _which, value) => {
    if (value > 30) throw new FailReply("the amplifier saturates");
    gain.set(value);
  });
  server.request("set-mode", { help: "Sets the mode.", args: [text] }, (_exchange, word) => {
    mode.set(word as "idle" | "obs");
  });
  server.request("noise-diode", { help: "Switches it.", args: [boolean] }, (_exchange, on) => {
    clock.after(500, () => temperature.set(on ? 300 : 15));
    return [on ? "lit" : "dark"];
  });
  const link = openKatcpLink("device:5000", { transport, clock, ...options });
  const settle = async () => {
    for (let turn = 0; turn < 8; turn++) await clock.advance(0);
  };
  await settle();
  return {
    device,
    link,
    clock,
    settle,
    gain,
    temperature,
    run: <T>(work: Promise<T>) => clock.runUntil(work),
    async [Symbol.asyncDispose]() {
      await clock.runUntil(link.close());
      await device[Symbol.asyncDispose]();
    },
  };
}

async function now(link: Link) {
  for await (const { readings } of link.updates()) return readings;
  throw new Error("the link was closed");
}

Deno.test("a KATCP link gives every sensor of a device without a model", async () => {
  await using r = await rig();
  r.device.sensor("count", integer, { initial: 3 });
  r.device.sensor("big", integer, { initial: 2n ** 60n });
  r.device.sensor("lit", boolean, { initial: true });
  r.device.sensor("since", timestamp, { initial: 1234567890.25 });
  r.device.sensor("note", text, { initial: "hello world", status: "warn" });
  await r.clock.advance(100);
  await r.settle();
  const { description } = { description: await r.run(r.link.describe()) };
  assertEquals(description.model.model, "foodevice");
  assertEquals(description.dynamic?.sensor?.["rf.gain"], {
    type: "number",
    unit: "dB",
    warn: [0, 30],
    alarm: [-10, 35],
  });
  assertEquals(description.dynamic?.sensor?.mode, { type: "choice", of: ["idle", "obs"] });
  const readings = await now(r.link);
  const seen = Object.fromEntries(
    [...readings].map(([key, { value, quality, severity }]) => [key, [value, quality, severity]]),
  );
  assertEquals(seen, {
    "rf.gain": [20, "good", "ok"],
    "rf.temperature": [15, "good", "ok"],
    mode: ["idle", "good", "ok"],
    count: [3, "good", "ok"],
    big: [undefined, "bad", "ok"],
    lit: [true, "good", "ok"],
    since: [1234567890.25, "good", "ok"],
    note: ["hello world", "good", "warn"],
  });
  assertEquals(readings.get("big")?.raw, String(2n ** 60n));
});

for (
  const [status, quality, severity] of [
    ["nominal", "good", "ok"],
    ["warn", "good", "warn"],
    ["error", "good", "alarm"],
    ["failure", "bad", "ok"],
    ["unknown", "bad", "ok"],
    ["inactive", "bad", "ok"],
    ["unreachable", "stale", "ok"],
  ] as const
) {
  Deno.test(`a KATCP link says ${quality} and ${severity} for ${status}`, async () => {
    await using r = await rig();
    r.temperature.set(4.5, { status });
    await r.settle();
    const reading = (await now(r.link)).get("rf.temperature")!;
    assertEquals([reading.quality, reading.severity], [quality, severity]);
    assertEquals(reading.value, quality === "bad" ? undefined : 4.5);
    assertEquals(reading.reason, quality === "good" ? undefined : status);
  });
}

Deno.test("a KATCP link never takes nan for a value", async () => {
  await using r = await rig();
  r.temperature.set(NaN, { status: "nominal" });
  await r.settle();
  assertEquals((await now(r.link)).get("rf.temperature")?.quality, "bad");
});

Deno.test("a KATCP link follows sensors that come, go and change", async () => {
  await using r = await rig();
  const before = await r.run(r.link.describe());
  r.device.sensor("later", float, { initial: 7 });
  r.device.server.sensors.delete("mode");
  await r.clock.advance(100);
  await r.settle();
  const after = await r.run(r.link.describe());
  assert(after.revision !== before.revision);
  assertEquals(Object.keys(after.dynamic!.sensor!).sort(), ["later", "rf.gain", "rf.temperature"]);
  assertEquals([...(await now(r.link)).keys()].sort(), ["later", "rf.gain", "rf.temperature"]);
});

Deno.test("a KATCP link says stale when it is lost, and all values when it is back", async () => {
  await using r = await rig();
  const { revision } = await r.run(r.link.describe());
  r.device.transport.drop("device:5000");
  await r.settle();
  assertEquals(r.link.state.status, "lost");
  assertEquals((await now(r.link)).get("rf.gain")?.quality, "stale");
  r.gain.set(21);
  await r.clock.advance(30_000);
  await r.settle();
  assertEquals(r.link.state.status, "connected");
  assertEquals((await now(r.link)).get("rf.gain")?.value, 21);
  assertEquals((await r.run(r.link.describe())).revision, revision);
});

Deno.test("a KATCP link notices a device that is frozen", async () => {
  await using r = await rig();
  r.device.transport.freeze("device:5000");
  await r.clock.advance(30_000);
  await r.settle();
  assert(r.link.state.status !== "connected");
  assertEquals((await now(r.link)).get("rf.gain")?.quality, "stale");
});

Deno.test("a device of the SDK over KATCP sets what its model binds, and waits for what was read after", async () => {
  await using r = await rig({ model: Receiver });
  const receiver = await r.run(deviceOn(Receiver, r.link, r.clock));
  const state = await r.run(receiver.get());
  assertEquals([state.gain, state.mode, state.temperature], [20, "idle", 15]);
  await r.run(receiver.set({ gain: 25.5, mode: "observing" }));
  const after = await r.run(
    receiver.waitFor((s) => s.gain === 25.5 && s.mode === "observing", { timeout: "1 s" }),
  );
  assertEquals(after.gain, 25.5);
  assertEquals(await r.run(receiver.commands.noise_diode({ on: true })), "lit");
  const hot = await r.run(receiver.waitFor((s) => s.temperature > 100, { timeout: "5 s", stableFor: "1 s" }));
  assertEquals(hot.temperature, 300);
  const error = await r.run(assertRejects(() => receiver.set({ gain: 41 }), CommandError));
  assertEquals(error.code, "limit");
  await r.run(assertRejects(() => receiver.set({ gain: 35 }), CommandError, "the amplifier saturates"));
});

Deno.test("a KATCP link says so when a sensor of the model is not there", async () => {
  await using r = await rig({ model: Receiver });
  const reading = (await now(r.link)).get("absent")!;
  assertEquals([reading.quality, reading.reason], ["bad", "the device has no such sensor"]);
});

Deno.test("a KATCP link sets nothing that no request is bound to", async () => {
  await using r = await rig();
  const error = await r.run(
    assertRejects(() => r.link.command({ kind: "set", values: { "rf.gain": 1 } }), CommandError),
  );
  assertEquals(error.code, "invalid");
  assertMatch(error.message, /its model binds none/);
  assertEquals(r.gain.value, 20);
});

Deno.test("a KATCP link sends a line that a person typed, and gives the whole answer", async () => {
  await using r = await rig();
  const { text, confirmed } = await r.run(r.link.command({ kind: "line", line: "sensor-value mode" }));
  assertEquals(confirmed, true);
  assertMatch(text!, /^#sensor-value\[\d+\] 1234567890 1 mode nominal idle\n!sensor-value\[\d+\] ok 1$/);
  await r.run(r.link.command({ kind: "line", line: "?gain rf 3" }));
  assertEquals((await now(r.link)).get("rf.gain")?.value, 3);
  for (const line of ["", "#log x", "!gain ok", "gain\n?halt", "?7up"]) {
    await r.run(assertRejects(() => r.link.command({ kind: "line", line }), CommandError));
  }
});

Deno.test("a KATCP link hands on what the device logs", async () => {
  await using r = await rig();
  r.device.server.log.warn("the pump is loud", { name: "pump" });
  await r.settle();
  const heard = r.link.log!();
  r.device.server.log.error("the pump has stopped", { name: "pump" });
  await r.settle();
  for await (const line of heard) {
    assertEquals([line.type, line.message, line.source], [
      "error",
      "pump: the pump has stopped",
      "foodevice",
    ]);
    break;
  }
});

Deno.test("a KATCP link takes what the lab's console sets", async () => {
  await using r = await rig({ model: Receiver });
  await r.run(r.link.command({ kind: "line", line: "set gain=4.5 mode=obs" }));
  const readings = await now(r.link);
  assertEquals([readings.get("gain")?.value, readings.get("mode")?.value], [4.5, "observing"]);
  for (const line of ["set gain=41", "set gane=4", "set temperature=4", "set gain=loud"]) {
    await r.run(assertRejects(() => r.link.command({ kind: "line", line }), CommandError));
  }
  assertEquals((await now(r.link)).get("gain")?.value, 4.5);
});

Deno.test("a KATCP link speaks version 4", async () => {
  await using device = await Device.start({ protocol: 4 });
  const { clock, transport } = device;
  const gain = device.sensor("rf.gain", float, { unit: "dB", initial: 20, timestamp: 1234567890.25 });
  await using stack = new AsyncDisposableStack();
  const link = openKatcpLink("device:5000", { clock, transport });
  stack.defer(() => clock.runUntil(link.close()));
  for (let turn = 0; turn < 8; turn++) await clock.advance(0);
  assertEquals((await now(link)).get("rf.gain")?.time, 1234567890.25);
  gain.set(3);
  for (let turn = 0; turn < 8; turn++) await clock.advance(0);
  assertEquals((await now(link)).get("rf.gain")?.value, 3);
});
