/** A lab of labs: a MONITOR that watches another one. */
import { assertEquals, assertMatch } from "@std/assert";
import { simulateExample } from "../../daemons/example/simulator.ts";
import { tcp } from "../../lib/net/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { startMonitor } from "../fault/running_monitor.ts";
import { program, start } from "../processes.ts";

Deno.test("a MONITOR watches another one: names are prefixed, commands go down, answers come up, loss is seen", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using hardware = await simulateExample("127.0.0.1:0");
    await using daemon = await start(
      program("daemons/example/daemon.ts", "--port", "0", "--hardware", hardware.address),
    );
    await using lower = await startMonitor(`${folder}/lower`, `example=${daemon.address}`);
    await using upper = await startMonitor(`${folder}/upper`, `site=${lower.process.address}`);
    const shown = async (name: string) => (await upper.status())[name];
    await eventually(async () => await shown("site.example.val1") === "0");
    assertEquals(await shown("site.example"), "1");

    const script = lineClient(await tcp.connect(upper.process.address));
    script.send("id name=script proto=dewar/1");
    script.send("set site.example.val1=5 @mid=1");
    assertMatch(await script.expect(/@mid=1/), /^done @mid=1 @seq=\d+ site\.example\.val1=5$/);
    await eventually(async () => await shown("site.example.val1") === "5");
    script.send("send site send example set val2=7 @mid=2");
    assertMatch(await script.expect(/@mid=2/), /^done @mid=2 /);
    await eventually(async () => await shown("site.example.val2") === "7");
    script.send("send site send example set val2=loud @mid=3");
    assertMatch(await script.expect(/@mid=3/), /^failed @mid=3 @code=invalid /);
    script.send("set site.example.val9=1 @mid=4");
    assertMatch(await script.expect(/@mid=4/), /^failed @mid=4 @code=invalid .*val9/);

    daemon.kill("SIGKILL");
    await eventually(async () => await shown("site.example") === "0");
    assertEquals(await shown("site.example.val1"), "nan");
    script.close();
    await script.closed;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
