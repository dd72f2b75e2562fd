/** The simulated Archon as a process, with no more than its ports. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VirtualClock } from "@dewar/sdk/testing";
import { Pace } from "../../../daemons/archon/simulator/pace.ts";
import { loadProgram } from "../../../daemons/programs.ts";
import { permissionsFor } from "../../../lib/cli/mod.ts";
import { tcp } from "../../../lib/net/mod.ts";
import { run, start } from "../../processes.ts";

const PROGRAM = new URL("../../../daemons/archon/simulator.ts", import.meta.url).pathname;
const COMMAND = ["run", "--no-prompt", "--allow-net=127.0.0.1", PROGRAM];

async function ask(address: string, request: string): Promise<string> {
  const connection = await tcp.connect(address);
  const { promise, resolve } = Promise.withResolvers<string>();
  let came = "";
  connection.receive({
    data(chunk) {
      came += new TextDecoder().decode(chunk);
      if (came.endsWith("\n")) resolve(came);
    },
  });
  connection.write(request);
  const reply = await promise;
  connection.destroy();
  await connection.closed;
  return reply;
}

Deno.test("simulator: a process that needs the network only, answers, tells the truth on another port, and ends cleanly", async () => {
  await using program = await start([
    ...COMMAND,
    "--port",
    "0",
    "--truth-port",
    "0",
    "--size",
    "64",
    "--gain",
    "2",
    "--fe55",
    "5",
  ]);
  assertMatch(await ask(program.address, ">01SYSTEM\n"), /^<01BACKPLANE_TYPE=1 .*MOD_PRESENT=7FE /);
  const truth = JSON.parse(await ask(await program.said(/^truth on (\S+)$/m), "truth\n"));
  assertEquals(truth.amplifiers.map(({ gain }: { gain: number }) => gain), [2, 2, 2, 2]);
  assertEquals([truth.detector.rows, truth.detector.ironRate, truth.temperature, truth.shutter], [
    64,
    5,
    -100,
    false,
  ]);
  program.kill("SIGTERM");
  assertEquals([(await program.status).code, program.log], [0, ""]);
});

Deno.test("simulator: the launcher gives the permission for its truth where that is asked for", async () => {
  const { plan } = await loadProgram("simulator", "archon");
  const net = async (...args: string[]) => permissionsFor((await plan(args)).needs).at(-1);
  assertEquals(await net(), "--allow-net=127.0.0.1:4242");
  assertEquals(await net("--truth-port", "4243"), "--allow-net=127.0.0.1:4242,127.0.0.1:4243");
});

Deno.test("simulator: prints its help, and says what is wrong with a command line", async () => {
  const help = await run([...COMMAND, "--help"]);
  assertEquals(help.code, 0);
  for (const option of ["--speed", "--flux", "--truth-port", "--world", "--fault", "--loop"]) {
    assertStringIncludes(help.output, option);
  }
  for (
    const [args, message] of [
      [["--fault", "later"], /--fault: expected never, late,.*got "later"/],
      [["--modules", "None,Sink"], /--modules: expected None, Driver,.*got "Sink"/],
      [["--modules", "AD"], /--modules: a module AD belongs into slots 5 to 8, not 1/],
      [["--loop", "3"], /--loop: expected SLOT\/CHANNEL=AD, got "3"/],
      [["--size", "63"], /--size: expected an even number, got 63/],
    ] as const
  ) {
    const { code, log } = await run([...COMMAND, ...args]);
    assertEquals(code, 2);
    assertMatch(log, message);
  }
});

Deno.test("Pace: what the machine cannot make up for is given up, and stamps of before stay", async () => {
  const clock = new VirtualClock();
  const pace = new Pace(clock, 2);
  await clock.advance("10 ms");
  assertEquals([pace.now(), pace.timer(), pace.timerAt(2_000_000)], [2_000_000, 1_000_000, 1_000_000]);
  pace.reached(2_000_000);
  await clock.advance("1 s");
  const before = pace.timerAt(2_000_000);
  pace.reached(2_000_000); // a second behind
  assertEquals(pace.now(), 2_000_000);
  assertEquals(before, 1_000_000);
  assert(pace.timerAt(2_000_002) > pace.timer() - 5);
});
