/** sdss-archon's `ArchonController` from PyPI works on our simulated controller, and finds what the detector is like. */
import { assert, assertEquals } from "@std/assert";
import { simulateArchon } from "../../daemons/archon/simulator.ts";
import { pythonWith, testWith } from "../needs.ts";

const SCRIPT = new URL("./sdss_archon.py", import.meta.url).pathname;
const ACF = new URL("../../daemons/archon/simulator/detector.acf", import.meta.url).pathname;
const PACKAGE = pythonWith("archon.controller.controller", "sdss-archon");
const EXPOSURE = 0.5;
const FLUX = 8000;

/** What the script prints. */
interface Found {
  modules: string[];
  power: string;
  off: string;
  status: number;
  lines: number;
  shape: number[];
  window: number[];
  binned: number[];
  binnedSignal: number;
  pending: string[];
  late: number;
  light: number;
  amplifiers: Record<string, { gain: number; noise: number; signal: number }>;
}

testWith(
  "sdss-archon takes frames from the simulator, and finds its gains and noises",
  [PACKAGE],
  async () => {
    await using simulator = await simulateArchon({ address: "127.0.0.1:0", flux: FLUX, speed: 4, seed: 3 });
    const { code, stdout, stderr } = await new Deno.Command(PACKAGE.found!, {
      args: [SCRIPT, simulator.address.split(":")[1]!, ACF],
    }).output();
    const log = new TextDecoder().decode(stderr);
    assertEquals(code, 0, log);
    const found: Found = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
    assertEquals(found.modules.slice(0, 6), ["NONE", "HEATERX", "DRIVER", "LVXBIAS", "AD", "AD"]);
    assertEquals([found.power, found.off], ["ON", "OFF"]);
    assert(found.status > 200, `${found.status} values`);
    assertEquals(
      found.lines,
      (await Deno.readTextFile(ACF)).split("[CONFIG]\n")[1]!.trim().split("\n").length,
    );
    assertEquals(found.shape, [1056, 1088]);
    assertEquals(found.window, [2 * (100 + 16), 2 * (200 + 32)]);
    assertEquals(found.binned, [200 + 16, 200 + 32]);

    const { amplifiers, detector } = simulator.truth();
    for (const { channel, gain, readNoise } of amplifiers) {
      const measured = found.amplifiers[channel]!;
      const electrons = EXPOSURE * FLUX * detector.quantumEfficiency;
      assert(Math.abs(measured.signal / electrons - 1) < 0.02, `AD${channel}: ${measured.signal} electrons`);
      // The variance that neighbours push away is missing from the shot noise: the gain looks larger by as much.
      const bias = -detector.brighterFatter * measured.signal;
      assert(Math.abs(measured.gain / gain - 1 - bias) < 0.015, `AD${channel}: ${measured.gain} for ${gain}`);
      assert(
        Math.abs(measured.noise / readNoise - 1) < 0.02,
        `AD${channel}: ${measured.noise} for ${readNoise}`,
      );
    }
    const unbinned = found.light - 1000;
    assert(
      Math.abs((found.binnedSignal - 1000) / (0.05 / EXPOSURE * 4 * unbinned) - 1) < 0.03,
      `${found.binnedSignal}`,
    );
    assertEquals(found.pending, ["IDLE", "READOUT_PENDING", "POWERON"]);
    assert(Math.abs((found.late - 1000) / unbinned - 1) < 0.03, `${found.late}: charge that was read later`);
  },
);
