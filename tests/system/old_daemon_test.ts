/** What watches an old daemon must never reach its hardware: such a daemon passes on every line it does not know. */
import { assert, assertEquals } from "@std/assert";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { Example } from "../../daemons/example/model.ts";
import { tcp } from "../../lib/net/mod.ts";
import { connect, connectLab } from "../../lib/sdk/mod.ts";
import { eventually, lineClient } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { giveDatabase } from "../monitor/store/made_database.ts";
import { oldCryocon } from "../peers/old_cryocon.ts";
import { type OldDaemon, oldDaemon } from "../peers/old_daemon.ts";
import { program, start } from "../processes.ts";

/** How long the daemons are watched, in seconds; three reconnects fall into it. */
const WATCHED = Deno.env.get("DEWAR_LONG") === "1" || Deno.env.get("CI") === "true" ? 60 : 8;
const RECONNECTS = 3;

/** All that the base protocol has for someone who looks. */
const LOOKING = /^(id name=\S+( .*)?|get_id|get_status)$/;

async function countStates(device: AsyncIterable<unknown>): Promise<number> {
  let states = 0;
  for await (const _ of device) states++;
  return states;
}

function bothAreThere(daemon: OldDaemon): boolean {
  return daemon.peers.size === 2 && [...daemon.peers].every((peer) => peer.name !== "");
}

Deno.test("the hardware of an old daemon hears nothing of SDK and MONITOR, over three reconnects", async () => {
  await using plain = await oldDaemon();
  await using cold = await oldDaemon(oldCryocon());
  const daemons = [plain, cold];
  const data = await Deno.makeTempDir();
  try {
    await giveDatabase(`${data}/store`);
    const sources = [`example=${plain.address}`, `cryo-con=${cold.address}`];
    const options = ["--port", "0", "--http-port", "0", "--data", `${data}/store`];
    await using monitor = await start(program("daemons/monitor/monitor.ts", ...options, ...sources));
    await using example = await connect(Example, plain.address);
    await using cryocon = await connect(Cryocon, cold.address);
    await using lab = await connectLab(monitor.address);
    await using seen = await lab.device(Cryocon, "cryo-con");
    const devices = [example, cryocon, seen];
    const states = devices.map(countStates);

    for (let lost = 0; lost < RECONNECTS; lost++) {
      await eventually(() => daemons.every(bothAreThere), { timeout: "20 s" });
      await systemClock.sleep(WATCHED * 1000 / (RECONNECTS + 1));
      for (const daemon of daemons) daemon.drop();
    }
    await eventually(() => daemons.every(bothAreThere), { timeout: "20 s" });
    await systemClock.sleep(WATCHED * 1000 / (RECONNECTS + 1));

    assertEquals((await example.get()).val1, 0);
    for (const device of [cryocon, seen]) {
      assertEquals((await device.get()).sensor[1]!.temperature, 20.8005);
    }
    const script = lineClient(await tcp.connect(monitor.address));
    script.send("get_status");
    await script.expect(/ example=1 example\.hw_connected=1 .* cryo-con=1 cryo-con\.hw_connected=1 /);
    script.close();
    await script.closed;

    for (const daemon of daemons) {
      assertEquals(daemon.hardware, []);
      assertEquals(daemon.received.filter((line) => !LOOKING.test(line)), []);
      assert(daemon.received.filter((line) => line === "get_status").length >= WATCHED);
    }
    await Promise.all(devices.map((device) => device.close()));
    for (const count of await Promise.all(states)) assert(count > RECONNECTS, "hardly anything was read");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
