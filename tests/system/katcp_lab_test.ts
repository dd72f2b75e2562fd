/** MONITOR between KATCP and the rest: it watches a KATCP device, and shows the whole lab to KATCP clients. */
import { assertEquals, assertMatch } from "@std/assert";
import { KatcpClient, SensorMirror } from "../../lib/katcp/mod.ts";
import { DeviceServer, FailReply, float, Sensor } from "../../lib/katcp/mod.ts";
import { connect, connectLab } from "../../lib/sdk/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import type { Model } from "../../lib/device/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { program, start } from "../processes.ts";

const Receiver = {
  model: "receiver",
  description: "A receiver",
  params: {
    gain: { type: "number", unit: "dB", min: 0, max: 40, set: true, alias: "rf.gain", request: "gain" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

/** A device on a port of this machine. */
async function receiver() {
  const server = new DeviceServer({ version: "receiver-1.0", buildState: "receiver-1.0.3" });
  const gain = server.sensors.add(
    new Sensor("rf.gain", float, { unit: "dB", nominal: [0, 30], warn: [-10, 40] }),
  );
  gain.set(20);
  server.request("gain", { help: "Sets the gain: ?gain dB", args: [float] }, (_exchange, value) => {
    if (value > 35) throw new FailReply("the amplifier saturates");
    gain.set(value);
  });
  await server.listen("127.0.0.1:0");
  return { server, gain, [Symbol.asyncDispose]: () => server.close() };
}

Deno.test("MONITOR watches a KATCP device, and a KATCP client watches the lab through MONITOR", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using device = await receiver();
    await using simulator = await start(
      program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "2000"),
    );
    await using daemon = await start(
      program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", simulator.address),
    );
    await using monitor = await startMonitor(
      `${folder}/store`,
      "--katcp-port",
      "0",
      `cryocon=${daemon.address}`,
      `receiver=katcp://${device.server.address}`,
    );
    const address = await monitor.process.said(/^katcp at (\S+)$/m);
    await using client = new KatcpClient(address);
    using mirror = new SensorMirror(client);
    const seen = (name: string) => mirror.sensors.get(name);
    await eventually(() =>
      seen("receiver.rf.gain")?.value === 20 && seen("cryocon.temperature")?.status === "nominal"
    );
    assertEquals(seen("receiver.rf.gain")!.status, "nominal");
    assertEquals(seen("receiver.rf.gain")!.unit, "dB");
    assertEquals(seen("cryocon.temperature")!.unit, "degC");
    await eventually(() => seen("cryocon")!.value === true);
    device.gain.set(33);
    await eventually(() => seen("receiver.rf.gain")!.status === "warn");
    assertEquals((await client.ask("set", "receiver.rf.gain", "3")).reply.text(0), "invalid"); // read-only

    // What changes in the lab is seen, and what is lost as well.
    await using lab = await connectLab(monitor.process.address);
    assertEquals((await lab.devices()).sort(), ["cryocon", "receiver"]);
    const before = seen("cryocon.temperature")!.value as number;
    await eventually(() => seen("cryocon.temperature")!.value !== before);
    daemon.kill("SIGKILL");
    await eventually(() =>
      seen("cryocon")!.value === false && seen("cryocon.temperature")!.status === "unreachable"
    );
    await device.server.close();
    await eventually(() => seen("receiver.rf.gain")!.status === "unreachable");
    assertMatch(monitor.process.log, /receiver disconnected/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a KATCP device is a device of the SDK, by its address and a model", async () => {
  await using device = await receiver();
  await using rx = await connect(Receiver, `katcp://${device.server.address}`);
  assertEquals((await rx.get()).gain, 20);
  await rx.set({ gain: 12.5 });
  await rx.waitFor((s) => s.gain === 12.5, { timeout: "5 s" });
  assertEquals(device.gain.value, 12.5);
});

Deno.test("a daemon is served over KATCP with one option, and is a KATCP device of the SDK then", async () => {
  await using simulator = await start(
    program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "500"),
  );
  await using daemon = await start(
    program("daemons/cryocon/daemon.ts", "--port", "0", "--katcp-port", "0", "--hardware", simulator.address),
  );
  const address = await daemon.said(/^katcp at (\S+)$/m);
  const Cold = {
    model: "cold",
    description: "The same cryostat seen over KATCP",
    params: {
      temperature: { type: "drivable", unit: "degC", min: -200, max: 50, request: "set temperature" },
      control: { type: "flag" },
    },
    commands: { identify: { description: "Says what it is", returns: { type: "text" } } },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  } as const satisfies Model;
  await using cold = await connect(Cold, `katcp://${address}`);
  await cold.waitFor((s) => s.temperature > 0, { timeout: "10 s" });
  await cold.set({ temperature: -20 });
  await cold.waitFor((s) => s.target.temperature === -20, { timeout: "5 s" });
  assertMatch(await cold.commands.identify(), /Cryo-con/);
});
