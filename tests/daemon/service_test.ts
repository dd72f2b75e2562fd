import { assertEquals, assertMatch } from "@std/assert";
import { serve } from "../../lib/daemon/mod.ts";
import { openLineLink, parseLine } from "../../lib/line/mod.ts";
import { lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

Deno.test("peers named monitor are told the log, so that an old MONITOR reads back the same words", async () => {
  await using rig = await Rig.start({}, {
    commands: {
      home: ({ log }) => Promise.resolve(log("success", "it's  at 20 °C, offset=3")),
      move: () => Promise.resolve(1),
      burst: () => Promise.resolve(),
      refuse: () => Promise.resolve(),
    },
  });
  const monitor = lineClient(await rig.transport.connect(rig.daemon.address));
  const other = await rig.client();
  monitor.send("id name=monitor");
  await rig.clock.advance(0);
  await other.ask("home");
  assertEquals(await monitor.expect(/^success /), `success "it's  at 20 ?C, offset=3"`);
  const [what, ...words] = parseLine(await monitor.expect(/^info /)).args;
  assertEquals(words, []);
  assertMatch(what!, /^"home" of script \(.*\): done$/);
  assertEquals(other.line.lines.some((line) => line.startsWith("success ")), false);
  monitor.close();
});

Deno.test("members of a dynamic group appear when they are read, and the description says so", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const Box = {
    model: "box",
    description: "Tells what it has only when asked",
    params: {},
    groups: { status: { dynamic: "[A-Z][A-Z0-9_]*", param: { type: "number" } } },
    safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
  } as const;
  const replies = [{ A: 1 }, { A: 2 }, { A: 3, B: 4 }];
  const daemon = await serve(Box, {
    port: 1,
    poll: [{
      every: "1 s",
      ask: () => Promise.resolve(""),
      read: () => ({ status: replies.shift() ?? {} }),
    }],
  }, { clock, transport });
  await clock.advance(0); // the first poll
  const client = lineClient(await transport.connect(daemon.address));
  client.send("id name=me proto=dewar/1");
  const alive = clock.every("0.5 s", () => client.send("@pong"));
  await clock.advance("3.5 s");
  assertEquals(client.lines.filter((line) => line.startsWith("described")), [
    "described @revision=1.3",
  ]);
  client.send("get_status");
  assertEquals(await client.expect(/^status /), "status hw_connected=1 A=3 B=4");
  alive.stop();
  client.close();
  await clock.runUntil(daemon.stop());
});

Deno.test("values that no poll reads any more go stale", async () => {
  await using rig = await Rig.start({}, {
    poll: [
      { every: "1 s", ask: "curr?", read: () => ({}) },
      { every: "1 h", ask: "curr?", read: (reply) => ({ current: Number(reply) }) },
    ],
  });
  assertEquals(rig.daemon.readings.get("current")!.quality, "good");
  await rig.clock.advance("10 s");
  assertEquals(rig.daemon.readings.get("current")!.quality, "stale");
  assertEquals(rig.daemon.readings.get("gain")!.quality, "good");
  await rig.clock.advance("1 h");
  assertEquals(rig.daemon.readings.get("hw_connected")!.value, true);
});

Deno.test("peers that know the extended protocol are told of images, no others", async () => {
  await using rig = await Rig.start({}, {
    commands: {
      home: ({ image }) => Promise.resolve(image({ path: "/frames/a b.fits", number: 12, time: 1.5 })),
      move: () => Promise.resolve(1),
      burst: () => Promise.resolve(),
      refuse: () => Promise.resolve(),
    },
  });
  const old = lineClient(await rig.transport.connect(rig.daemon.address));
  old.send("id name=monitor");
  const link = openLineLink(rig.daemon.address, { transport: rig.transport, clock: rig.clock });
  const images = link.images!()[Symbol.asyncIterator]();
  const next = images.next();
  await rig.clock.runUntil(link.describe());
  await rig.clock.runUntil(link.command({ kind: "call", name: "home" }));
  assertEquals((await next).value, { path: "/frames/a b.fits", number: 12, time: 1.5 });
  old.send("get_id");
  await old.expect(/^id /);
  assertEquals(old.lines.some((line) => line.startsWith("@")), false);
  await rig.clock.runUntil(link.close());
  old.close();
});
