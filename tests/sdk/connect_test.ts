import { assertEquals, assertRejects } from "@std/assert";
import { serve } from "../../lib/daemon/mod.ts";
import type { Model } from "../../lib/device/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { serveLine } from "../../lib/line/mod.ts";
import { connect } from "../../lib/sdk/mod.ts";
import { placeOf } from "../../lib/sdk/place.ts";
import { MemoryTransport } from "../../lib/testing/mod.ts";
import { withEnvironment } from "../environment.ts";

const Lamp = {
  model: "lamp",
  description: "A lamp that exists only in its daemon",
  params: { flux: { type: "number", set: true } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

/** Runs a test with these variables, to which `DEWAR_LAB` is added, in a lab whose file says this. */
async function withLab(
  lab: string,
  variables: Record<string, string>,
  test: () => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, lab);
  variables.DEWAR_LAB = path;
  try {
    await withEnvironment(variables, test);
  } finally {
    await Deno.remove(path);
  }
}

const LAB = "instances:\n  ceiling:\n    model: lamp\n    address: lamp:7000\n";

Deno.test("placeOf() knows addresses, then the environment, then lab.yaml, then MONITOR", () => {
  const variables: Record<string, string> = { DEWAR_CEILING: "", DEWAR_DESK_LAMP: "desk:1" };
  return withLab(LAB, variables, async () => {
    assertEquals(await placeOf(Lamp, "lamp:7000"), { address: "lamp:7000" });
    assertEquals(await placeOf(Lamp, "desk-lamp"), { address: "desk:1" });
    assertEquals(await placeOf(Lamp, "ceiling"), { address: "lamp:7000" });
    assertEquals(await placeOf(Lamp), { address: "lamp:7000" });
    assertEquals(await placeOf(Lamp, "floor"), { address: "localhost:7100", name: "floor" });
    variables.DEWAR_CEILING = "ceiling:2";
    assertEquals(await placeOf(Lamp), { address: "ceiling:2" });
  });
});

Deno.test("connect() goes where lab.yaml says", () =>
  withLab(LAB, {}, async () => {
    const transport = new MemoryTransport();
    await using _daemon = await serve(Lamp, { port: 7000, initial: { flux: 2 } }, {
      host: "lamp",
      transport,
    });
    await using lamp = await connect(Lamp, undefined, { transport });
    assertEquals((await lamp.get()).flux, 2);
  }));

Deno.test("connect() goes through MONITOR where only that knows, and ends its connection", () =>
  withLab("instances: {}\n", { DEWAR_MONITOR: "monitor:7100" }, async () => {
    const transport = new MemoryTransport();
    const status = () => "nconnected=1 lamp=1 lamp.flux=3";
    const service = { name: "monitor", role: "", status, command: () => undefined };
    await using monitor = await serveLine(service, { address: "monitor:7100", transport });
    {
      await using lamp = await connect(Lamp, undefined, { transport });
      assertEquals((await lamp.get()).flux, 3);
    }
    assertEquals(monitor.peers.size, 0);
    const lost = await assertRejects(() => connect(Lamp, "desk-lamp", { transport }), ConfigError);
    assertEquals(
      lost.message,
      "Nobody knows where desk-lamp is: say HOST:PORT, set DEWAR_DESK_LAMP, name it in lab.yaml, or start MONITOR " +
        "(MONITOR at monitor:7100 watches no desk-lamp; known: nconnected, lamp)",
    );
    await assertRejects(
      () => connect(Lamp, "lamp", { transport, signal: AbortSignal.abort(new Error("enough")) }),
      Error,
      "enough",
    );
    assertEquals(monitor.peers.size, 0);
  }));
