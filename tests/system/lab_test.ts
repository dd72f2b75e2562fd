/** Devices of a lab through its MONITOR: ours and an old one, before daemons of ours and old ones. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { simulateExample } from "../../daemons/example/simulator.ts";
import { Example } from "../../daemons/example/model.ts";
import { CommandError } from "../../lib/errors.ts";
import { connect, connectLab } from "../../lib/sdk/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { oldDaemon } from "../peers/old_daemon.ts";
import { oldMonitor } from "../peers/old_monitor.ts";
import { program, start } from "../processes.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const SIMULATOR = program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "2000");

Deno.test("a device is set, waited for and asked through our MONITOR", () =>
  withFolder(async (folder) => {
    await using simulator = await start(SIMULATOR);
    await using daemon = await start(
      program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", simulator.address),
    );
    await using monitor = await startMonitor(`${folder}/store`, `cryocon=${daemon.address}`);
    await using lab = await connectLab(monitor.process.address);
    assertEquals(await lab.devices(), ["cryocon"]);
    await using cryocon = await lab.device(Cryocon, "cryocon");
    await cryocon.waitFor((s) => s.control, { timeout: "5 s" });

    await cryocon.set({ temperature: 10 });
    await cryocon.waitFor((s) => s.temperature < 11 && s.target.temperature === 10, { timeout: "10 s" });
    assertMatch(await cryocon.commands.identify(), /^Cryo-con/);
    await cryocon.loop.at(1).set({ type: "off" });
    await cryocon.waitFor((s) => s.loop[1]!.type === "off", { timeout: "5 s" });

    const refused = await assertRejects(() => cryocon.set({ temperature: -300 }), CommandError);
    assertEquals(refused.code, "limit");
    await using direct = await connect(Cryocon, daemon.address, { name: "anna" });
    await using _claim = await direct.claim();
    const held = await assertRejects(
      () => cryocon.set({ temperature: 0 }),
      CommandError,
      "anna has claimed it",
    );
    assertEquals(held.code, "held");
    await assertRejects(() => cryocon.claim(), CommandError, "MONITOR speaks for many");
  }));

Deno.test("what daemons themselves hold is read through MONITOR as it was set", () =>
  withFolder(async (folder) => {
    await using hardware = await simulateExample("127.0.0.1:0");
    await using daemon = await start(
      program("daemons/example/daemon.ts", "--port", "0", "--hardware", hardware.address),
    );
    await using monitor = await startMonitor(`${folder}/store`, `example=${daemon.address}`);
    await using lab = await connectLab(monitor.process.address);
    await using example = await lab.device(Example, "example");
    for (let value = 1; value <= 20; value++) {
      await example.set({ val1: value });
      await example.waitFor((s) => s.val1 === value, { timeout: "2 s" });
    }
  }));

Deno.test("an old daemon behind our MONITOR is set without confirmation, and waited for", () =>
  withFolder(async (folder) => {
    await using daemon = await oldDaemon();
    await using monitor = await startMonitor(`${folder}/store`, `example=${daemon.address}`);
    await using lab = await connectLab(monitor.process.address);
    await using example = await lab.device(Example, "example");
    for (const value of [5, 6]) {
      await example.set({ val1: value });
      await example.waitFor((s) => s.val1 === value, { timeout: "10 s" });
    }
    assertEquals(daemon.hardware, []);
  }));

Deno.test("a device is watched and set through an old MONITOR", async () => {
  await using hardware = await simulateExample("127.0.0.1:0");
  await using daemon = await start(
    program("daemons/example/daemon.ts", "--port", "0", "--hardware", hardware.address),
  );
  await using old = await oldDaemon({ name: "old" });
  await using monitor = await oldMonitor({ clients: { example: daemon.address, old: old.address } });
  await using lab = await connectLab(monitor.address);
  for (const name of ["example", "old"]) {
    await using device = await lab.device(Example, name);
    await device.set({ val1: 5 });
    const { val1 } = await device.waitFor((s) => s.val1 === 5, { timeout: "10 s" });
    assertEquals(val1, 5);
  }
  await assertRejects(() => lab.device(Example, "exemple"), CommandError, 'did you mean "example"?');
  assertEquals(old.hardware, []);
});
