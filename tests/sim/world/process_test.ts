import { assert, assertEquals } from "@std/assert";
import { eventually } from "@dewar/sdk/testing";
import { type Edge, joinWorld } from "../../../lib/sim/world/mod.ts";
import { program, start } from "../../processes.ts";

Deno.test("a world in a process of its own is told the detector's temperature by that of the cryostat, and edges pass through it", async () => {
  await using server = await start(program("daemons/world/simulator.ts", "--port", "0"));
  await using _cryocon = await start(
    program("daemons/cryocon/simulator.ts", "--port", "0", "--world", server.address, "--start", "-80"),
  );
  await using archon = joinWorld({ address: server.address, name: "archon" });
  await using panda = joinWorld({ address: server.address, name: "panda" });
  const temperature = await eventually(() => archon.get("detector.temperature"));
  assert(Math.abs(temperature + 80) < 2, String(temperature));

  const edges: Edge[] = [];
  archon.follow("panda.ttl1", (edge) => edges.push(edge));
  await eventually(() => panda.isConnected && Math.abs(panda.now() - archon.now()) < 50e6);
  await eventually(() => {
    panda.edge("panda.ttl1", true, panda.now());
    return edges.length > 0;
  });
  const count = edges.length;
  const sent = Array.from({ length: 1000 }, (_, index) => panda.now() + 1_000_000 + index * 8);
  for (const [index, stamp] of sent.entries()) panda.edge("panda.ttl1", index % 2 === 1, stamp);
  await eventually(() => archon.level("panda.ttl1") && edges.at(-1)?.stamp === sent.at(-1));
  const got = edges.slice(-sent.length).map(({ stamp }) => stamp);
  assertEquals(got, sent);
  assert(edges.length >= count + sent.length);
});
