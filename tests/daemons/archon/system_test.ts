import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "@dewar/sdk";
import { Archon } from "@dewar/sdk/models";
import { parseFits } from "../../../lib/fits/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { fitsverify, pythonWith, smallDisk, testWith } from "../../needs.ts";
import { type Program, program, ROOT, start } from "../../processes.ts";

const ACF = `${ROOT}daemons/archon/simulator/detector.acf`;

/** A simulator with a small detector under light, and a folder for images. */
class Lab implements AsyncDisposable {
  readonly folder: string;
  readonly simulator: Program;
  daemon!: Program;

  private constructor(folder: string, simulator: Program) {
    this.folder = folder;
    this.simulator = simulator;
  }

  static async start(...options: string[]): Promise<Lab> {
    const simulator = await start(
      program("daemons/archon/simulator.ts", "--port", "0", "--size", "128", "--flux", "3000", ...options),
    );
    const lab = new Lab(await Deno.makeTempDir({ prefix: "dewar-archon-" }), simulator);
    await lab.startDaemon();
    return lab;
  }

  async startDaemon(): Promise<void> {
    this.daemon = await start(this.daemonArgs());
  }

  daemonArgs(): string[] {
    return program(
      "daemons/archon/daemon.ts",
      ...["--port", "0", "--hardware", this.simulator.address, "--acf", ACF],
      ...["--images", `${this.folder}/images`, "--state", `${this.folder}/state`],
    );
  }

  /** Connects, and waits until the daemon knows its controller. */
  async camera() {
    const archon = await connect(Archon, this.daemon.address);
    await archon.waitFor((state) => state.power !== "unknown" && state.state !== undefined, {
      timeout: "10 s",
    });
    return archon;
  }

  /** Configured for its small detector, and powered. */
  async ready() {
    const archon = await this.camera();
    await archon.commands.load({ path: ACF }, { timeout: "60 s" });
    await archon.commands.poweron({ timeout: "60 s" });
    for (const values of [{ lines: 64 }, { pixels: 64 }, { overscanLines: 8 }, { overscanPixels: 8 }]) {
      await archon.set(values);
    }
    return archon;
  }

  async images(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(`${this.folder}/images`)) {
      if (name.endsWith(".fits")) names.push(`${this.folder}/images/${name}`);
    }
    return names.sort();
  }

  async hasJournal(): Promise<boolean> {
    for await (const { name } of Deno.readDir(`${this.folder}/images`)) {
      if (name.endsWith(".exposure.json")) return true;
    }
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.simulator[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function output(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env: { NO_COLOR: "1" } })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

const astropy = pythonWith("astropy");

testWith(
  "the images of a daemon before the simulator are what others call FITS",
  [fitsverify, astropy],
  async () => {
    await using lab = await Lab.start();
    await using archon = await lab.ready();
    const bias = await archon.commands.expose({ seconds: 0, type: "bias" }, { timeout: "60 s" });
    const flat = await archon.commands.expose({ seconds: 0.2, type: "flat" }, { timeout: "60 s" });
    for (const path of [bias, flat]) {
      assertMatch(
        await output(fitsverify.found!, "-q", path),
        /verification OK/,
      );
    }
    const code = [
      "import sys",
      "from astropy.io import fits",
      "for path in sys.argv[1:]:",
      "    with fits.open(path, checksum=True) as f:",
      "        f.verify('exception')",
      "        d = f[0].data",
      "        print(d.shape[1], d.shape[0], d.dtype, int(d[:64, :64].mean()), f[0].header['IMAGETYP'])",
    ].join("\n");
    const [first, second] = (await output(astropy.found!, "-W", "error", "-c", code, bias, flat)).trim()
      .split("\n");
    assertMatch(first!, /^144 144 uint16 \d+ bias$/);
    const level = (line: string) => Number(line.split(" ")[3]);
    assert(level(second!) > level(first!) + 100, `${first}, ${second}`);
  },
);

Deno.test("a camera whose daemon is killed at random finds each image again, or says that it is lost", async () => {
  await using lab = await Lab.start();
  (await lab.ready()).close();
  let killed = 0;
  for (const after of [0, 200, 350, 450, 600]) {
    const archon = await lab.camera();
    const before = (await lab.images()).length;
    const exposing = archon.commands.expose({ seconds: 0.3, type: "flat" }, { timeout: "60 s" });
    const ended = exposing.then(() => false, () => true);
    await eventually(() => lab.daemon.log.includes("-> exposing"), { timeout: "20 s" });
    await systemClock.sleep(after);
    lab.daemon.kill("SIGKILL");
    await lab.daemon.status;
    if (await ended) killed++;
    await archon.close();
    await lab.startDaemon();
    const again = await lab.camera();
    await eventually(async () => !await lab.hasJournal(), { timeout: "20 s" });
    const { lost } = await again.get();
    const found = (await lab.images()).length - before;
    assertEquals(found + lost, 1, `after ${after} ms: ${found} found, ${lost} lost`);
    await again.close();
  }
  assert(killed >= 2, `only ${killed} were killed`);
  const numbers = await Promise.all((await lab.images()).map(async (path) => {
    const [hdu] = parseFits(await Deno.readFile(path));
    return hdu!.header.number("ARCHFRM");
  }));
  assertEquals(new Set(numbers).size, numbers.length);
});

Deno.test("abort and finish reach a real script, and the next image is a whole one", async () => {
  await using lab = await Lab.start();
  await using archon = await lab.ready();
  const level = async (path: string) => {
    const [hdu] = parseFits(await Deno.readFile(path));
    const { data } = hdu!;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let sum = 0;
    for (let row = 8; row < 56; row++) {
      for (let column = 8; column < 56; column++) sum += view.getInt16(2 * (row * 144 + column)) + 32768;
    }
    return sum / 48 ** 2;
  };
  const options = { timeout: "60 s" } as const;
  const dark = await level(await archon.commands.expose({ seconds: 0, type: "bias" }, options));
  const bright = await level(await archon.commands.expose({ seconds: 0.5, type: "flat" }, options)) - dark;
  for (const after of [200, 900]) {
    const exposing = archon.commands.expose({ seconds: 60, type: "flat" }, options).then(
      () => "taken",
      String,
    );
    await systemClock.sleep(after);
    await archon.commands.abort(options);
    assertMatch(await exposing, /was aborted by/);
    const again = await level(await archon.commands.expose({ seconds: 0.5, type: "flat" }, options)) - dark;
    assert(Math.abs(again / bright - 1) < 0.05, `${again} after an abort, ${bright} before`);
  }
  const exposing = archon.commands.expose({ seconds: 60, type: "flat" }, options);
  await eventually(async () => (await archon.get()).state === "exposing", { timeout: "20 s" });
  await systemClock.sleep(800);
  await archon.commands.finish(options);
  const [hdu] = parseFits(await Deno.readFile(await exposing));
  const seconds = hdu!.header.number("EXPTIME")!;
  assert(seconds > 0.5 && seconds < 20, `${seconds}`);
});

testWith(
  "an image that finds the disk full is kept, and its loss is said when it is given up",
  [smallDisk],
  async () => {
    await using lab = await Lab.start();
    await lab.daemon[Symbol.asyncDispose]();
    await Deno.mkdir(`${lab.folder}/images`, { recursive: true });
    const mounted = `mount -t tmpfs -o size=200k none ${lab.folder}/images && exec ${Deno.execPath()} "$@"`;
    lab.daemon = await start(["-rm", "sh", "-c", mounted, "sh", ...lab.daemonArgs()], smallDisk.found);
    await using archon = await lab.ready();
    const options = { timeout: "60 s" } as const;
    let failure = "";
    for (let image = 1; image <= 4 && failure === ""; image++) {
      await archon.commands.expose({ seconds: 0, type: "bias" }, options).catch((error) =>
        failure = error.message
      );
    }
    assertMatch(failure, /Image 3 is read out but not written: .*No space left on device/);
    await archon.waitFor(({ unsaved }) => unsaved === 1, { timeout: "5 s" });
    const refused = await archon.commands.expose({ seconds: 0, type: "bias" }, options).catch((error) =>
      error.message
    );
    assertMatch(refused, /An image waits to be written/);
    assertMatch(
      await archon.commands.recover(options).catch((error) => error.message),
      /No space left on device/,
    );
    await archon.commands.discard(options);
    await archon.waitFor(({ unsaved, lost }) => unsaved === 0 && lost === 1, { timeout: "5 s" });
  },
);
