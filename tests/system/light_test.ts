/** A lamp, a photodiode and two meters on GPIB, each in its own process, seen through MONITOR. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Gpib } from "../../daemons/gpib/model.ts";
import { Keithley487 } from "../../daemons/keithley487/model.ts";
import { Keithley6485 } from "../../daemons/keithley6485/model.ts";
import { Lamp } from "../../daemons/lamp/model.ts";
import { connectLab } from "../../lib/sdk/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { program, start } from "../processes.ts";

const DARK = 2e-12;
/** What the meters are off on their lowest range, by offset, gain and noise, A. */
const METERS = 8e-13;
/** Photons per second and pixel at full level, without a filter. */
const FLUX = 100_000;
/** What the filter of 600 nm lets through, the photodiode's pixels, its efficiency there, and the charge of an electron. */
const PHOTODIODE = 0.029348 * 444_444 * 0.83 * 1.602177e-19;

function simulator(name: string, ...args: string[]): string[] {
  return program(`daemons/${name}/simulator.ts`, "--port", "0", ...args);
}

function daemon(name: string, hardware: string): string[] {
  return program(`daemons/${name}/daemon.ts`, "--port", "0", "--hardware", hardware);
}

Deno.test("the lamp makes the current of the photodiode that physics makes of it; closed, there is the dark current", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using world = await start(simulator("world"));
    await using lampSimulator = await start(
      simulator("lamp", "--world", world.address, "--speed", "20", "--flux", String(FLUX)),
    );
    await using gpibSimulator = await start(
      simulator("gpib", "--world", world.address, "--dark", String(DARK)),
    );
    await using lampDaemon = await start(daemon("lamp", lampSimulator.address));
    await using gpibDaemon = await start(daemon("gpib", gpibSimulator.address));
    await using firstDaemon = await start(daemon("keithley6485", gpibDaemon.address));
    await using secondDaemon = await start(daemon("keithley487", gpibDaemon.address));
    await using monitor = await startMonitor(
      `${folder}/store`,
      `lamp=${lampDaemon.address}`,
      `gpib=${gpibDaemon.address}`,
      `keithley6485=${firstDaemon.address}`,
      `keithley487=${secondDaemon.address}`,
    );
    await using lab = await connectLab(monitor.process.address);
    await using lamp = await lab.device(Lamp, "lamp");
    await using gpib = await lab.device(Gpib, "gpib");
    await using first = await lab.device(Keithley6485, "keithley6485");
    await using second = await lab.device(Keithley487, "keithley487");

    await first.set({ zeroCheck: false });
    for (const meter of [first, second]) {
      await meter.waitFor((s) => Math.abs(s.current - DARK) < METERS, { timeout: "20 s" });
    }

    await lamp.set({ lamp: true, level: 50, filter: 4, shutter: true });
    await lamp.waitFor((s) => s.state === "stable" && s.shutter, { timeout: "20 s" });
    const expected = 0.5 * FLUX * PHOTODIODE + DARK;
    for (const meter of [first, second]) {
      await meter.waitFor((s) => Math.abs(s.current - expected) < METERS, { timeout: "20 s" });
    }

    await lamp.commands.close();
    for (const meter of [first, second]) {
      await meter.waitFor((s) => Math.abs(s.current - DARK) < METERS, { timeout: "20 s" });
    }
    const state = await gpib.waitFor((s) => s.silent === "none", { timeout: "5 s" });
    assert([14, 15].includes(state.currentAddress));
    assertEquals(await first.commands.nextError(), '0,"No error"');
    assertAlmostEquals(expected, 8.87e-11, 1e-13);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
