/** Daemons that freeze, or die and come back. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Link } from "../../lib/link/link.ts";
import { openLink } from "../../lib/link/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { bystander } from "./bystander.ts";
import { isRight, startDaemon } from "./cryocon_daemon.ts";
import { type RecordedCryocon, recordedCryocon } from "./recorded_cryocon.ts";
import { type RunningMonitor, startMonitor } from "./running_monitor.ts";
import type { Program } from "../processes.ts";

/** Within 3 s is what is promised; a busy machine may take longer than that without anything being wrong. */
const NOTICED = { timeout: "5 s" } as const;
/** The longest wait between two attempts is 10 s. */
const BACK = { timeout: "15 s" } as const;

/** Two daemons, MONITOR that watches both, a link to the first; the second must never notice anything. */
interface Lab {
  readonly hardware: RecordedCryocon;
  readonly daemon: Program;
  readonly monitor: RunningMonitor;
  readonly link: Link;
  /** Ends what was started during a test. */
  readonly stack: AsyncDisposableStack;
}

async function inLab(test: (lab: Lab) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(data, { recursive: true }));
  const hardware = stack.use(await recordedCryocon());
  const calm = stack.use(await startDaemon(hardware.address, { name: "calm" }));
  const daemon = stack.use(await startDaemon(hardware.address, { name: "cryocon" }));
  const sources = [`cryocon=${daemon.address}`, `calm=${calm.address}`];
  const monitor = stack.use(await startMonitor(data, ...sources));
  const link = stack.use(await openLink(daemon.address, { model: Cryocon, name: "script" }));
  await eventually(async () => {
    const status = await monitor.status();
    return status["cryocon.temperature"] === "11" && status["calm.temperature"] === "11";
  });
  await eventually(() => link.state.status === "connected");
  const other = await bystander(calm.address, isRight);

  await test({ hardware, daemon, monitor, link, stack });

  await eventually(() => link.state.status === "connected", BACK);
  await eventually(async () => (await monitor.status())["cryocon.temperature"] === "11", BACK);
  assertEquals(monitor.told("cryocon disconnected"), 1, monitor.process.log);
  assertEquals(monitor.told("cryocon connected"), 2, monitor.process.log);
  assertEquals([monitor.told("calm connected"), monitor.told("calm disconnected")], [1, 0]);
  assert(await other.leave() > 5);
}

Deno.test("a daemon that is stopped is noticed by link and MONITOR, and is back when it goes on", async () => {
  await inLab(async ({ hardware, daemon, monitor, link }) => {
    daemon.kill("SIGSTOP");
    const outcome = link.command({ kind: "set", values: { temperature: -10 } });
    const failed = await assertRejects(() => outcome, CommandError);
    assertEquals(failed.code, "unknown_outcome");
    await eventually(() => link.state.status !== "connected", NOTICED);
    assertMatch(link.state.why!, /silent/);
    await eventually(() => monitor.told("cryocon disconnected") === 1, NOTICED);
    const status = await monitor.status();
    assertEquals([status["cryocon"], status["calm"]], ["0", "1"]);
    assertEquals(status["cryocon.temperature"], undefined);
    daemon.kill("SIGCONT");
    await eventually(() => link.state.status === "connected", BACK);
    const settings = hardware.told.filter((line) => line.includes("setp -10"));
    assert(settings.length <= 1, "it was sent again");
  });
});

Deno.test("a daemon that is killed and started again is lost once and back once", async () => {
  await inLab(async ({ hardware, daemon, monitor, link, stack }) => {
    daemon.kill("SIGKILL");
    await daemon.status;
    await eventually(() => link.state.status === "lost", NOTICED);
    await eventually(() => monitor.told("cryocon disconnected") === 1, NOTICED);
    const failed = await assertRejects(
      () => link.command({ kind: "set", values: { temperature: -10 } }),
      CommandError,
    );
    assertMatch(failed.message, /127\.0\.0\.1/);
    stack.use(await startDaemon(hardware.address, { port: daemon.port, name: "cryocon" }));
    await eventually(() => link.state.status === "connected", BACK);
    await eventually(() => monitor.told("cryocon connected") === 2, BACK);
    assertEquals(hardware.told, [], "nothing was set anew");
  });
});
