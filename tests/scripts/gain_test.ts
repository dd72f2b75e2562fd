/** Taking images and measuring with them, as processes with the least permissions, before a daemon and a simulated camera. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connect } from "@dewar/sdk";
import { Archon } from "@dewar/sdk/models";
import { simulateArchon } from "../../daemons/archon/simulator.ts";
import {
  type CommandLine,
  type Needs,
  parseCommandLine,
  type Parsed,
  permissionsFor,
} from "../../lib/cli/mod.ts";
import * as gain from "../../scripts/gain.ts";
import * as take from "../../scripts/take.ts";
import { type Program, program, ROOT, run, start } from "../processes.ts";

const ACF = `${ROOT}daemons/archon/simulator/detector.acf`;
const SIZE = 64;

class Lab implements AsyncDisposable {
  readonly folder: string;
  readonly simulator: Awaited<ReturnType<typeof simulateArchon>>;
  readonly daemon: Program;

  private constructor(folder: string, simulator: Lab["simulator"], daemon: Program) {
    this.folder = folder;
    this.simulator = simulator;
    this.daemon = daemon;
  }

  static async start(flux: number): Promise<Lab> {
    const simulator = await simulateArchon({
      address: "127.0.0.1:0",
      truth: "127.0.0.1:0",
      flux,
      ccd: { rows: 2 * SIZE, columns: 2 * SIZE },
    });
    const folder = await Deno.makeTempDir({ prefix: "dewar-gain-" });
    const daemon = await start(program(
      "daemons/archon/daemon.ts",
      ...["--port", "0", "--hardware", simulator.address, "--acf", ACF, "--images", folder],
    ));
    await using archon = await connect(Archon, daemon.address);
    await archon.waitFor((state) => state.power !== "unknown" && state.state !== "off", { timeout: "20 s" });
    await archon.commands.load({ path: ACF }, { timeout: "60 s" });
    await archon.commands.poweron({ timeout: "60 s" });
    for (const values of [{ lines: SIZE }, { pixels: SIZE }, { overscanLines: 0 }, { overscanPixels: 8 }]) {
      await archon.set(values);
    }
    return new Lab(folder, simulator, daemon);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.simulator[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Where a script tells of its run. */
const MONITOR = Deno.env.get("DEWAR_MONITOR") ?? "localhost:7100";
const ENV = "--allow-env=DEWAR_TOKEN,DEWAR_CA,DEWAR_MONITOR,DEWAR_USER";

interface Script {
  readonly commandLine: CommandLine;
  needs(parsed: Parsed<CommandLine>): Needs | Promise<Needs>;
}

/** A script with the permissions that its launcher gives it. */
async function launched(script: unknown, name: string, ...args: string[]) {
  const { commandLine, needs } = script as Script;
  const least = permissionsFor(await needs(parseCommandLine(commandLine, args)));
  return { least, ...await run(["run", ...least, `${ROOT}scripts/${name}.ts`, ...args]) };
}

Deno.test("take prints the files of the images it took, one by one or as fast as can be", async () => {
  await using lab = await Lab.start(3000);
  const { address } = lab.daemon;
  const one = await launched(take, "take", "-t", "flat", "-s", "0.1", "-c", "2", "--object", "lamp", address);
  assertEquals(one.code, 0, one.log);
  assertEquals(one.least, ["--no-prompt", `--allow-net=${address},${MONITOR}`, ENV]);
  assertEquals(
    one.output.trim().split("\n"),
    [1, 2].map((number) => `${lab.folder}/image_00000${number}.fits`),
  );
  const many = await launched(take, "take", "-t", "bias", "-c", "4", "--stream", address);
  assertEquals(many.code, 0, many.log);
  assertMatch(many.output, /^4 images, [\d.]+ in a second/);
  const wrong = await launched(take, "take", "-t", "flatt", address);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.log, '--type: expected object, flat, bias, dark, fe55, ptc, got "flatt"');
});

Deno.test("gain finds what the detector has, and cannot ask for the truth", async () => {
  await using lab = await Lab.start(6000);
  const { address } = lab.daemon;
  const { code, output, log, least } = await launched(
    gain,
    "gain",
    "--images",
    lab.folder,
    "--margin",
    "2",
    "--json",
    address,
  );
  assertEquals(code, 0, log);
  assertEquals(least, [
    "--no-prompt",
    `--allow-net=${address},${MONITOR}`,
    `--allow-read=${lab.folder}`,
    ENV,
  ]);
  assert(!least.join().includes(lab.simulator.truthAddress!));
  const { amplifiers } = lab.simulator.truth();
  const rows = JSON.parse(output) as gain.Row[];
  assertEquals(rows.map(({ name }) => name).sort(), ["AD1", "AD2", "AD3", "AD4"]);
  for (const { name, gain, noise } of rows) {
    const truth = amplifiers.find(({ channel }) => `AD${channel}` === name)!;
    assert(Math.abs(gain.value - truth.gain) < 5 * gain.error, `${name}: ${gain.value}, is ${truth.gain}`);
    assert(
      Math.abs(noise.value - truth.readNoise) < 5 * noise.error,
      `${name}: ${noise.value}, is ${truth.readNoise}`,
    );
  }

  const files = ["--biases", "1", "--flats", "2"];
  const images = (await Array.fromAsync(Deno.readDir(lab.folder))).map(({ name }) => name)
    .filter((name) => name.endsWith(".fits")).sort().map((name) => `${lab.folder}/${name}`);
  files[1] = `${images[0]},${images[1]}`;
  files[3] = `${images.at(-2)},${images.at(-1)}`;
  const again = await launched(gain, "gain", "--margin", "2", ...files);
  assertEquals(again.code, 0, again.log);
  assert(!again.least.some((permission) => permission.startsWith("--allow-net")));
  assertMatch(again.output, /AD1 {2}1\.\d{4} \u00b1 0\.\d{4} {2}\d\.\d{3} \u00b1 0\.\d{3}/);
});

Deno.test("gain says that there is no light", async () => {
  await using lab = await Lab.start(0);
  const { code, log } = await launched(
    gain,
    "gain",
    "--images",
    lab.folder,
    "--seconds",
    "0.01",
    lab.daemon.address,
  );
  assertEquals(code, 1);
  assertStringIncludes(log, "is the lamp on?");
});
