/** The first script of the guide, as it is written, against daemon and simulator. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { program, ROOT, run, start } from "../processes.ts";

const CARD = `await using cryocon = await connect(Cryocon, "localhost:7024");
await cryocon.set({ temperature: -100 });
await cryocon.waitFor((s) => s.temperature < -99.9);
`;

Deno.test("the first script cools the detector, with no permission but to reach the daemon", async () => {
  await using simulator = await start(
    program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "2000"),
  );
  await using daemon = await start(
    program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", simulator.address),
  );
  const written = await Deno.readTextFile(`${ROOT}scripts/first.ts`);
  assertStringIncludes(written, CARD);
  const folder = await Deno.makeTempDir();
  try {
    const where = `localhost:${daemon.port}`;
    await Deno.writeTextFile(`${folder}/first.ts`, written.replaceAll("localhost:7024", where));
    const permission = `--allow-net=${where}`;
    const config = `--config=${ROOT}deno.json`;
    const script = await run(["run", "--no-prompt", config, permission, `${folder}/first.ts`]);
    assertEquals([script.code, script.output, script.log], [0, "The detector is cold\n", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assert(daemon.log.includes("set temperature=-100"), daemon.log);
  assertStringIncludes(daemon.log, " of first (127.0.0.1:", "the daemon's log says who asked");
});
