/** The cooldown as a process, before a daemon and a simulated cryostat. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { type CryoconSimulator, simulateCryocon } from "../../daemons/cryocon/simulator.ts";
import { permissionsFor } from "../../lib/cli/mod.ts";
import { connect, type Device } from "../../lib/sdk/mod.ts";
import { needs } from "../../scripts/cooldown.ts";
import { type Program, program, ROOT, start } from "../processes.ts";

interface Bench extends AsyncDisposable {
  readonly simulator: CryoconSimulator;
  readonly daemon: Program;
  readonly cryocon: Device<typeof Cryocon>;
}

async function setUp(...options: string[]): Promise<Bench> {
  const simulator = await simulateCryocon({ address: "127.0.0.1:0", speed: 500 });
  const daemon = await start(
    program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", simulator.address, ...options),
  );
  const cryocon = await connect(Cryocon, daemon.address);
  await cryocon.waitFor((s) => s.control, { timeout: "5 s" });
  return {
    simulator,
    daemon,
    cryocon,
    async [Symbol.asyncDispose]() {
      await cryocon.close();
      await daemon[Symbol.asyncDispose]();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

/** The script with the permissions that its launcher gives it. */
async function cooldown({ daemon }: Bench, ...args: string[]) {
  const where = daemon.address;
  const least = permissionsFor(
    await needs({ help: false, operands: [where], options: {} as Parameters<typeof needs>[0]["options"] }),
  );
  const monitor = Deno.env.get("DEWAR_MONITOR") ?? "localhost:7100";
  assertEquals(least, [
    "--no-prompt",
    `--allow-net=${where},${monitor}`,
    "--allow-env=DEWAR_TOKEN,DEWAR_CA,DEWAR_MONITOR,DEWAR_USER",
  ]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...least, `${ROOT}scripts/cooldown.ts`, ...args, where],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const decoder = new TextDecoder();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    output: decoder.decode(stdout),
    log: decoder.decode(stderr),
  }));
  return { child, ended };
}

Deno.test("cooldown: cools to a target as it is typed, and says from where to where", async () => {
  await using bench = await setUp();
  const { ended } = await cooldown(bench, "--target", "-5", "--rate", "10", "--settle", "2 s");
  const { code, output, log } = await ended;
  assertEquals(code, 0, log);
  assertMatch(output, /^From (20\.\d|19\.\d)\d degC to -5\.\d\d degC in \d/);
  const { target, loop } = await bench.cryocon.get();
  assertEquals([target.temperature, loop[0]!.rate, loop[0]!.type], [-5, 10, "ramp"]);
  await bench.cryocon.set({ temperature: -6 }); // it is nobody's any more
});

Deno.test("cooldown: fails loudly when the heater has no reserve", async () => {
  await using bench = await setUp();
  await bench.cryocon.loop.at(0).set({ range: "low" });
  const { ended } = await cooldown(bench, "--target", "10", "--rate", "20", "--patience", "2 s");
  const { code, log } = await ended;
  assertEquals(code, 1, log);
  assertMatch(
    log,
    /The cooldown to 10 degC failed: heater 1 gives 100 % and the detector is still [\d.]+ K below/,
  );
  assertStringIncludes(log, "The cryostat is left as it is.");
  assertEquals((await bench.cryocon.get()).control, true);
});

Deno.test("cooldown: fails at once when the detector's sensor is not connected", async () => {
  await using bench = await setUp("--sensor", "C");
  const { code, log } = await (await cooldown(bench)).ended;
  assertEquals(code, 1);
  assertStringIncludes(log, "temperature of cryo-con may not be believed: it is bad (not connected");
  assertEquals(bench.simulator.instrument.loops[0]!.setpoint > 19, true, "nothing was set");
});

Deno.test("cooldown: fails loudly when the sensor goes on the way", async () => {
  await using bench = await setUp();
  const { ended } = await cooldown(bench, "--target", "-100", "--patience", "2 s");
  await bench.cryocon.waitFor((s) => s.target.temperature === -100, { timeout: "10 s" });
  bench.simulator.instrument.missing.add(0);
  const { code, log } = await ended;
  assertEquals(code, 1, log);
  assertStringIncludes(
    log,
    "The cooldown to -100 degC failed: temperature of cryo-con may not be believed: it is bad",
  );
});

Deno.test("cooldown: Ctrl-C leaves the cryostat as it is, and to others", async () => {
  await using bench = await setUp();
  const { child, ended } = await cooldown(bench, "--target", "-100");
  await bench.cryocon.waitFor((s) => s.target.temperature === -100 && s.temperature < 15, {
    timeout: "10 s",
  });
  child.kill("SIGINT");
  const { code, log } = await ended;
  assertEquals(code, 130, log);
  assertStringIncludes(log, "The cooldown to -100 degC failed: interrupted. The cryostat is left as it is.");
  const { target, control } = await bench.cryocon.get();
  assertEquals([target.temperature, control], [-100, true]);
  await bench.cryocon.set({ temperature: 0 });
});

Deno.test("cooldown: is refused while another has the cryostat, and says what it does not understand", async () => {
  await using bench = await setUp();
  const claim = await bench.cryocon.claim({ note: "flat fields" });
  const refused = await (await cooldown(bench)).ended;
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.log, "has claimed it (flat fields)");
  await claim.release();
  const wrong = await (await cooldown(bench, "--settle", "soon")).ended;
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.log, '--settle: expected a time such as "30 s", got "soon"');
  assert(!bench.daemon.log.includes("set temperature=-100"));
});
