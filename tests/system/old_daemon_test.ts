/** What watches an old daemon must never reach its hardware: it passes on every line it does not know. */
import { assert, assertEquals } from "@std/assert";
import { Cryocon } from "../../daemons/cryocon/model.ts";
import { Example } from "../../daemons/example/model.ts";
import type { Model } from "../../lib/device/mod.ts";
import type { Link } from "../../lib/link/link.ts";
import { openLink } from "../../lib/link/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { oldCryocon } from "../peers/old_cryocon.ts";
import { oldDaemon, type OldDaemonOptions } from "../peers/old_daemon.ts";

/** How long a daemon is watched, in seconds; three reconnects fall into it. */
const WATCHED = Deno.env.get("DEWAR_LONG") === "1" ? 60 : 8;
const RECONNECTS = 3;

/** All that the base protocol has for someone who looks. */
const LOOKING = /^(id name=\S+( .*)?|get_id|get_status)$/;

async function watch(link: Link): Promise<number> {
  let updates = 0;
  for await (const update of link.updates()) if (update.readings.size > 0) updates++;
  return updates;
}

async function untilLost(link: Link): Promise<void> {
  for await (const state of link.states()) if (state.status === "lost") return;
}

const DAEMONS: readonly [string, OldDaemonOptions, Model][] = [
  ["example", {}, Example],
  ["cryo-con", oldCryocon(), Cryocon],
];

for (const [name, options, model] of DAEMONS) {
  Deno.test(`a link that watches an old ${name} says nothing to its hardware, over ${RECONNECTS} reconnects`, async () => {
    await using daemon = await oldDaemon(options);
    const link = await openLink(daemon.address, { model, name: "monitor" });
    const watching = watch(link);
    assertEquals((await link.describe()).model.model, model.model);
    for (let lost = 0; lost <= RECONNECTS; lost++) {
      await eventually(() => link.state.status === "connected" && link.state.peerName === name);
      await systemClock.sleep(WATCHED * 1000 / (RECONNECTS + 1));
      if (lost === RECONNECTS) break;
      const noticed = untilLost(link);
      daemon.drop();
      await noticed;
    }
    await link.close();

    assert(await watching >= RECONNECTS + 1, "hardly anything was read");
    assertEquals(daemon.hardware, []);
    assertEquals(daemon.received.filter((line) => !LOOKING.test(line)), []);
    assert(daemon.received.filter((line) => line === "get_status").length >= WATCHED / 2);
  });
}
