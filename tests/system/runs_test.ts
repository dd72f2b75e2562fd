/** Scripts as processes that tell a MONITOR, a process with its store, of their runs. */
import { assertEquals, assertMatch } from "@std/assert";
import { eventually } from "../../lib/testing/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { program, ROOT, start } from "../processes.ts";

interface Run {
  readonly id: string;
  readonly author: string;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly live: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly changes?: readonly { readonly key: string; readonly after: string }[];
}

/** A cooldown with what its launcher gives it, before a MONITOR. */
function cooldown(monitor: string, ...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-env",
      "--allow-run",
      `${ROOT}scripts/launch.ts`,
      "cooldown",
      ...args,
    ],
    env: { DEWAR_MONITOR: monitor, DEWAR_USER: "anna", NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
}

Deno.test("a script's run is kept with what it was told and has changed, and can be aborted on the page", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using simulator = await start(
      program("daemons/cryocon/simulator.ts", "--port", "0", "--speed", "1000"),
    );
    await using daemon = await start(
      program("daemons/cryocon/daemon.ts", "--port", "0", "--hardware", simulator.address),
    );
    await using monitor = await startMonitor(`${folder}/store`, `cryocon=${daemon.address}`);
    const page = await monitor.process.said(/^page at (\S+)$/m);
    const runs = async () => (await (await fetch(`${page}api/v1/runs`)).json()).runs as Run[];
    const args = ["--rate", "60", "--settle", "1 s", daemon.address];

    const quick = await cooldown(monitor.process.address, "--target", "15", "--note", "a try", ...args);
    assertEquals(quick.code, 0, new TextDecoder().decode(quick.stderr));
    const [done] = await runs();
    assertEquals([done!.author, done!.outcome, done!.live, done!.params.target], ["anna", "done", false, 15]);
    const whole: Run = await (await fetch(`${page}api/v1/runs/${done!.id}`)).json();
    const target = whole.changes?.find(({ key }) => key === "temperature");
    assertEquals(Number(target?.after), 15, JSON.stringify(whole));

    const long = cooldown(monitor.process.address, "--target", "-190", ...args);
    const going = await eventually(async () => (await runs()).find(({ live }) => live));
    const body = new URLSearchParams({ by: "ben", reason: "too cold" });
    await (await fetch(`${page}runs/${going.id}/abort`, { method: "POST", body })).body?.cancel();
    const { code, stderr } = await long;
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /ben: too cold.*The cryostat is left as it is/);
    const ended = await eventually(async () =>
      (await runs()).find(({ id, live }) => id === going.id && !live)
    );
    assertEquals(ended.outcome, "aborted");
    assertMatch(ended.reason!, /ben: too cold/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
