/** The simulated lab in one process and in paced virtual time: a PandA triggers the camera, frames and positions are matched. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import h5wasm from "h5wasm/node";
import { archonBinding } from "../../daemons/archon/binding.ts";
import { Archon } from "../../daemons/archon/model.ts";
import { simulateArchon } from "../../daemons/archon/simulator.ts";
import { type PandaSimulator, simulatePanda } from "../../daemons/panda/simulator.ts";
import { AXES, encoded, SAMPLE_TICKS } from "../../daemons/panda/simulator/motion.ts";
import { parseCommandLine } from "../../lib/cli/mod.ts";
import { serve } from "../../lib/daemon/mod.ts";
import { readImage } from "../../lib/fits/mod.ts";
import { DewarError } from "../../lib/errors.ts";
import { connect, type Device } from "../../lib/sdk/mod.ts";
import { LocalWorld } from "../../lib/sim/world/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { commandLine, scan } from "../../scripts/triggered_scan.ts";

const ACF = new URL("../../daemons/archon/simulator/detector.acf", import.meta.url).pathname;

/** Lets virtual time pass as fast as files are written and read meanwhile. */
async function paced<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  work.then(() => isOver = true, () => isOver = true);
  while (!isOver) {
    await clock.advance(10);
    await systemClock.sleep(1);
  }
  return await work;
}

/** A frame as the list of the scan has it. */
interface Listed {
  readonly path: string;
  readonly number: number;
  readonly residual: number;
  readonly columns: Readonly<Record<string, number>>;
}

/** Ticks since the box was started at a time that it told. */
function tickOf({ running }: PandaSimulator, time: string): number {
  const [then, start] = [time, running.timeOf(0)].map((text) =>
    BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(text.slice(20, 29))
  ) as [bigint, bigint];
  return Number(then - start) / 8;
}

/** All of the lab, its camera ready. */
interface Lab {
  readonly clock: VirtualClock;
  readonly transport: MemoryTransport;
  readonly folder: string;
  readonly box: PandaSimulator;
  readonly camera: Device<typeof Archon>;
  /** Makes a scan with these options. */
  scan(signal: AbortSignal, ...args: string[]): Promise<number>;
}

async function withLab(test: (lab: Lab) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dewar-scan-" });
  try {
    const clock = new VirtualClock();
    const transport = new MemoryTransport({ capacity: 1 << 22 });
    const world = new LocalWorld({ clock });
    await using box = await simulatePanda({ clock, transport, world });
    await using _controller = await simulateArchon({
      clock,
      transport,
      world,
      address: "archon:4242",
      flux: 3000,
      ccd: { rows: 128, columns: 128 },
    });
    const daemon = await paced(
      clock,
      serve(Archon, archonBinding(), {
        clock,
        transport,
        hardware: "archon:4242",
        port: 7001,
        state: `${folder}/state`,
        options: { images: folder, acf: ACF },
        log: () => {},
      }),
    );
    const camera = await paced(clock, connect(Archon, daemon.address, { clock, transport }));
    await paced(clock, camera.commands.load({ path: ACF }, { timeout: "1 min" }));
    await paced(clock, camera.set({ lines: 64, pixels: 64 }));
    await paced(clock, camera.commands.poweron());

    const run = (signal: AbortSignal, ...args: string[]) => {
      const where = ["--panda", "127.0.0.1", "--folder", folder, daemon.address];
      return scan(parseCommandLine(commandLine, [...args, ...where]), signal, { clock, transport });
    };
    await test({ clock, transport, folder, box, camera, scan: run });
    await paced(clock, camera.close());
    await paced(clock, daemon.stop());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Fails unless all is as it was before the scan. */
async function assertRestored({ clock, camera, box }: Lab): Promise<void> {
  await paced(clock, camera.waitFor((s) => s.trigger === "internal" && s.run === "", { timeout: "5 s" }));
  const { fields } = box.running.hardware.blocks.get("TTLOUT")!;
  assertEquals(fields.get("VAL")!.get(0), "ZERO");
  const { attributes } = box.running.hardware.blocks.get("INENC")!.fields.get("VAL")!;
  assertEquals(attributes.get("CAPTURE")!.get!(0), "No");
}

Deno.test("triggered_scan gives each frame the positions during its exposure, as they truly were", () =>
  withLab(async (lab) => {
    const { clock, folder, box } = lab;
    const args = [
      "--count",
      "4",
      "--period",
      "1.1",
      "--exposure",
      "0.2",
      "--positions",
      "INENC1.VAL,INENC3.VAL",
    ];
    assertEquals(await paced(clock, lab.scan(new AbortController().signal, ...args)), 0);
    assertEquals(box.running.late, 0);

    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const file = names.find((name) => name.endsWith(".json") && name.startsWith("scan-"))!;
    const result = JSON.parse(await Deno.readTextFile(`${folder}/${file}`));
    assertEquals([result.rowsWithoutFrame, result.framesWithoutRow], [[], []]);
    const frames = result.frames as Listed[];
    assertEquals(frames.map(({ number }) => number), [1, 2, 3, 4]);
    const begun = tickOf(box, result.started);
    for (const [at, { path, columns, residual }] of frames.entries()) {
      // The shutter opened within a microsecond of its trigger, and was open as long as the script asked.
      const [opened, closed] = ["START", "END"].map((end) =>
        Math.round(columns[`PCAP.TS_${end}.Value`]! / 8e-9)
      ) as [
        number,
        number,
      ];
      assert(opened - 125_000_000 * (1 + 1.1 * at) > 0, `${opened}`);
      assert(opened - 125_000_000 * (1 + 1.1 * at) < 125, `${opened}`);
      assert(Math.abs(closed - opened - 25_000_000) < 125_000, `${closed - opened}`);
      assert(Math.abs(residual) < 0.2, `${residual}`);
      for (const axis of [0, 2]) {
        let sum = 0;
        for (let tick = begun + opened; tick < begun + closed;) {
          const sample = Math.floor((tick - 1) / SAMPLE_TICKS);
          const next = Math.min((sample + 1) * SAMPLE_TICKS + 1, begun + closed);
          sum += (next - tick) * encoded(AXES[axis]!, 1 + axis, sample, SAMPLE_TICKS);
          tick = next;
        }
        assertEquals(columns[`INENC${axis + 1}.VAL.Mean`], sum / (closed - opened));
        const last = Math.floor((begun + closed) / SAMPLE_TICKS);
        assertEquals(
          columns[`INENC${axis + 1}.VAL.Value`],
          encoded(AXES[axis]!, 1 + axis, last, SAMPLE_TICKS),
        );
      }
      const { header, pixels, shape } = await readImage(path);
      assertEquals([header.get("RUNID"), header.number("EXPTIME")], [result.run, 0.2]);
      const [width] = shape as [number];
      const level = (row: number, from: number, to: number) => {
        let total = 0;
        for (let x = from; x < to; x++) total += Number(pixels![row * width + x]);
        return total / (to - from);
      };
      // Light came in while it was open: some hundred units above the overscan in the middle of the row.
      const light = level(20, 5, 60) - level(20, 70, 90);
      assert(light > 100 && light < 600, `${light}`);
    }

    await h5wasm.ready;
    const positions = new h5wasm.File(`${folder}/${result.positions}`, "r");
    const mean = positions.get("INENC1.VAL.Mean") as { value: Float64Array };
    assertEquals([...mean.value], frames.map(({ columns }) => columns["INENC1.VAL.Mean"]!));
    positions.close();

    await assertRestored(lab);
  }));

Deno.test("triggered_scan that is interrupted leaves neither camera nor box waiting, and keeps what there is", () =>
  withLab(async (lab) => {
    const { clock, camera, folder, box } = lab;
    const stop = new AbortController();
    const scanning = lab.scan(stop.signal, "--count", "30", "--period", "1", "--exposure", "0.1");
    clock.after("4 s", () => stop.abort(new DewarError("enough")));
    await paced(clock, assertRejects(() => scanning, DewarError, "enough"));
    await assertRestored(lab);
    await paced(clock, camera.waitFor((s) => s.state === "idle", { timeout: "10 s" }));
    assertEquals(box.running.box.completion(), "Disarmed");
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert(names.filter((name) => name.endsWith(".fits")).length >= 1, names.join());
    await h5wasm.ready;
    const positions = new h5wasm.File(`${folder}/${names.find((name) => name.endsWith(".h5"))}`, "r");
    assert((positions.get("INENC1.VAL.Mean") as { shape: number[] }).shape[0]! >= 1);
    positions.close();
  }));
