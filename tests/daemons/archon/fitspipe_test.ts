import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { feedOf } from "../../../daemons/archon/publisher.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { connectFitspipe, serveFitspipe } from "../../../lib/fitspipe/mod.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { CameraRig } from "./rig.ts";

Deno.test("every image is pushed to a feed, with its header", async () => {
  await using rig = await CameraRig.start({ options: { fitspipe: "feeds:9999/camera" } });
  await using server = await serveFitspipe({ address: "feeds:9999", transport: rig.transport });
  const client = await rig.client();
  assertMatch(await client.ask("sequence 0.01 flat 2"), /^done/);
  await eventually(() => server.feeds().find(({ feed }) => feed === "camera")?.newest === 2);
  await using reader = await connectFitspipe("feeds:9999", { transport: rig.transport });
  const { header, width, height } = await reader.get("camera");
  assertEquals([width, height, header.number("FRAMENO"), header.string("IMAGETYP")], [8, 4, 2, "flat"]);
});

Deno.test("a fitspipe server that is not there holds up nothing, and is told once", async () => {
  await using rig = await CameraRig.start({ options: { fitspipe: "feeds:9999/camera" } });
  const client = await rig.client();
  for (let image = 1; image <= 3; image++) assertMatch(await client.ask("expose 0.01 flat"), /^done/);
  const warnings = () => rig.log.filter((line) => line.startsWith("warning The feed camera"));
  await eventually(() => warnings().length > 0);
  assertEquals(warnings().length, 1);
  await using _server = await serveFitspipe({ address: "feeds:9999", transport: rig.transport });
  await client.ask("expose 0.01 flat");
  await eventually(() => rig.log.some((line) => line.startsWith("success The feed camera at feeds:9999")));
});

Deno.test("feedOf() reads a server and a feed, and refuses everything else", () => {
  assertEquals(feedOf(""), undefined);
  assertEquals(feedOf("localhost:9999/ccd"), { server: "localhost:9999", name: "ccd" });
  for (const wrong of ["localhost/ccd", "localhost:9999", "a b:1/c", "localhost:9999/"]) {
    assertThrows(() => feedOf(wrong), ConfigError, "HOST:PORT/FEED");
  }
});
