import { assertEquals } from "@std/assert";
import { tcp } from "../../lib/net/mod.ts";
import { lineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { program, start } from "../processes.ts";

const KILLS = 6;

Deno.test(`a daemon killed ${KILLS} times at random finds its state file whole each time`, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/example.json`;
  let last = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await using daemon = await start(
      program("daemons/example/daemon.ts", "-p", "0", "--hardware", "127.0.0.1:9", "--state", folder),
    );
    const client = lineClient(await tcp.connect(daemon.address));
    client.send("get_status");
    const [, found] = /val1=(\S+) val2=\1 /.exec(await client.expect(/^status/)) ?? [];
    assertEquals(Number(found) >= last, true, `found ${found} after ${last} was on disk`);
    assertEquals(daemon.log.includes("unusable"), false, daemon.log);
    let value = Number(found);
    const writing = systemClock.every("5 ms", () => {
      value++;
      client.send(`set val1=${value} val2=${value}`);
    });
    // The file is written a second after the first change: before, while and after.
    await systemClock.sleep(950 + Math.random() * 400);
    daemon.kill("SIGKILL");
    await daemon.status;
    writing.stop();
    client.close();
    await client.closed;
    last = JSON.parse(await Deno.readTextFile(path).catch(() => `{"values":{"val1":0}}`)).values.val1;
  }
  assertEquals(last > 0, true);
  await Deno.remove(folder, { recursive: true });
});
