import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { serve } from "../../lib/daemon/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { Rig, Supply, supplyBinding } from "./rig.ts";

/** The supply, switched off when its daemon stops. */
const Careful = { ...Supply, safe: { ...Supply.safe, stop: "procedure" } } as unknown as typeof Supply;

Deno.test("exit from a trusted peer makes the device safe, answers, and ends the daemon", async () => {
  await using rig = await Rig.start({}, {}, Careful);
  const client = await rig.client();
  assertEquals(await client.ask("exit"), "done");
  assertEquals(rig.instrument.settings, ["volt=0", "temp=20.0"]);
  await rig.clock.runUntil(rig.daemon.ended);
  assertEquals(await rig.clock.runUntil(client.line.closed), undefined);
});

Deno.test("a daemon that holds at its stop sends nothing", async () => {
  const rig = await Rig.start();
  await rig.clock.runUntil(rig.daemon.stop());
  assertEquals(rig.instrument.settings, []);
});

Deno.test("the safe procedure runs once, whoever asks how often", async () => {
  const rig = await Rig.start({}, {}, Careful);
  await rig.clock.runUntil(
    Promise.all([rig.daemon.stop(), rig.daemon.stop(), rig.daemon[Symbol.asyncDispose]()]),
  );
  assertEquals(rig.instrument.settings, ["volt=0", "temp=20.0"]);
});

Deno.test("every step of the safe procedure runs, also after one that fails", async () => {
  const rig = await Rig.start({}, {}, Careful);
  rig.instrument.answer = (line) => line.startsWith("volt=") ? "NAK" : rig.instrument.obey(line);
  await rig.clock.runUntil(rig.daemon.stop());
  assertEquals(rig.instrument.settings, ["volt=0", "temp=20.0"]);
  assertStringIncludes(rig.log.at(-1)!, "error Safe procedure done, but 1 of 2 steps failed");
});

Deno.test("a step that hangs takes its share of the time and no more", async () => {
  const safe = {
    deadline: "6 s",
    steps: [
      { name: "hang", run: () => new Promise<void>(() => {}) },
      ...supplyBinding.safe!.steps,
    ],
  } as const;
  const rig = await Rig.start({}, { safe }, Careful);
  const begin = rig.clock.now();
  await rig.clock.runUntil(rig.daemon.stop());
  assertEquals(rig.instrument.settings, ["volt=0", "temp=20.0"]);
  assertEquals(rig.clock.now() - begin <= 6000, true);
});

Deno.test("the safe procedure ends by its deadline with hardware that is not there", async () => {
  const rig = await Rig.start({}, {}, Careful);
  rig.freeze();
  const begin = rig.clock.now();
  await rig.clock.runUntil(rig.daemon.stop());
  assertEquals(rig.clock.now() - begin <= 7000, true);
  assertStringIncludes(rig.log.at(-1)!, "2 of 2 steps failed");
});

Deno.test("the safe procedure goes before what users and polls wait for", async () => {
  await using rig = await Rig.start({}, {}, Careful);
  const held: string[] = [];
  rig.instrument.answer = (line) => {
    held.push(line);
    return undefined;
  };
  const client = await rig.client();
  client.line.send("raw1?");
  await rig.clock.advance(0);
  client.line.send("raw2?");
  client.line.send("exit");
  await rig.clock.advance(0);
  assertEquals(held, ["raw1?"]);
  await rig.clock.runUntil(rig.daemon.ended);
  assertEquals(rig.instrument.heard.includes("raw2?"), false);
});

Deno.test("serve() refuses a binding that cannot keep what the model promises", async () => {
  const { safe: _, ...unsafe } = supplyBinding;
  await assertRejects(() => serve(Supply, unsafe), ConfigError, "safe.claimLost promises a procedure");
  const { commands: __, ...mute } = supplyBinding;
  await assertRejects(() => serve(Supply, mute), ConfigError, "the command home has no handler");
  const { hardware: ___, ...lost } = supplyBinding;
  await assertRejects(() => serve(Supply, lost), ConfigError, "Where is the hardware of supply?");
});
