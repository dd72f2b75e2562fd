/** A PandA in the lab: MONITOR watches it, scripts command it, both over real sockets. */
import { assert, assertEquals } from "@std/assert";
import { AnyPanda } from "../../lib/panda/mod.ts";
import { connect, connectLab } from "../../lib/sdk/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { program, start } from "../processes.ts";

Deno.test("MONITOR watches a PandA and keeps what its address names, a script commands it and waits", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using box = await start(program("daemons/panda/simulator.ts", "--port", "0"));
    const where = `panda://${box.address}`;
    await using monitor = await startMonitor(`${folder}/store`, `panda=${where}/COUNTER1.OUT`);
    await eventually(async () => (await monitor.status())["panda.COUNTER1.OUT"] === "0");

    await using panda = await connect(AnyPanda, where);
    const set = (values: Record<string, string | number | boolean>) =>
      panda.link.command({ kind: "set", values });
    await set({ "CLOCKS.A_PERIOD": 0.01, "COUNTER1.TRIG": "CLOCKS.OUTA", "COUNTER1.ENABLE": "ONE" });
    await panda.waitFor((s) => Number(s.field["COUNTER1.OUT"]) >= 20, { timeout: "10 s" });
    await eventually(async () => Number((await monitor.status())["panda.COUNTER1.OUT"]) >= 20);

    // Others are seen as well, through MONITOR, and may be set.
    await using lab = await connectLab(monitor.process.address);
    const through = await lab.device(AnyPanda, "panda");
    await through.waitFor((s) => s.field["CLOCKS.A_PERIOD"] === 0.01, { timeout: "10 s" });
    const stored = Number((await monitor.status())["stored"] ?? 0);
    assert(stored >= 0);

    box.kill("SIGKILL");
    await box.status;
    await eventually(() =>
      monitor.told("panda disconnected") > 0 || /panda disconnected/.test(monitor.process.log)
    );
    await eventually(() => panda.link.state.status === "lost");
    await using again = await start(
      program("daemons/panda/simulator.ts", "--port", String(box.port), "--data-port", "0"),
    );
    assertEquals(again.port, box.port);
    await eventually(() => panda.link.state.status === "connected");
    await panda.waitFor((s) => s.field["COUNTER1.OUT"] === 0, { timeout: "10 s" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
