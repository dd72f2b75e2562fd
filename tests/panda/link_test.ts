import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { simulatePanda } from "../../daemons/panda/simulator.ts";
import type { Model } from "../../lib/device/mod.ts";
import { validateModel } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import type { Link, LinkOptions } from "../../lib/link/link.ts";
import { AnyPanda, openPandaLink } from "../../lib/panda/mod.ts";
import { deviceOn } from "../../lib/sdk/device_on.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

async function rig(address = "127.0.0.1", options: LinkOptions = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const start = () => simulatePanda({ clock, transport });
  let box = await start();
  const link = openPandaLink(address, { clock, transport, ...options });
  return {
    clock,
    link,
    run: <T>(work: Promise<T>) => clock.runUntil(work),
    get box() {
      return box;
    },
    async restart() {
      await box[Symbol.asyncDispose]();
      await clock.advance(3000);
      const states = link.state;
      box = await start();
      await clock.advance(10_000);
      return states;
    },
    async [Symbol.asyncDispose]() {
      await clock.runUntil(link.close());
      await box[Symbol.asyncDispose]();
    },
  };
}

async function now(link: Link) {
  for await (const { readings } of link.updates()) return readings;
  throw new Error("the link was closed");
}

Deno.test("a PandA link gives every field that has a value, with units, choices, and what may be set", async () => {
  await using r = await rig("127.0.0.1:8888/COUNTER?.OUT,SYSTEM.*");
  const { model, dynamic } = await r.run(r.link.describe());
  assertEquals(validateModel(model), model as Model);
  const fields = dynamic!["field"]!;
  assert(Object.keys(fields).length > 500, `${Object.keys(fields).length}`);
  assertEquals(fields["TTLIN1.TERM"], {
    type: "choice",
    of: ["High-Z", "50-Ohm"],
    description: "Select TTL input termination",
    set: true,
    archive: false,
  });
  assertEquals(fields["COUNTER1.OUT"], { type: "number", description: "The count" }); // it is archived
  assertEquals(fields["SYSTEM.TEMP_ZYNQ"], {
    type: "number",
    description: "Temperature of the processor",
    unit: "deg",
  });
  const delay = fields["PULSE1.DELAY"] as { unit?: string; min?: number };
  assertEquals([delay.unit, delay.min], ["s", 0]);
  assertEquals((fields["INENC1.BITS"] as { max?: number }).max, 63);
  for (const none of ["SEQ1.TABLE", "SRGATE1.FORCE_SET", "INENC1.SETP", "PCAP.TS_START"]) {
    assertEquals(fields[none], undefined);
  }
  const readings = await now(r.link);
  assertEquals(readings.get("TTLOUT1.VAL")?.value, "ZERO");
  assertEquals(readings.get("PCAP.ACTIVE")?.value, false);
  assertEquals([readings.get("capturing")?.value, readings.get("completion")?.value], [false, "Ok"]);
  const dummy = readings.get("DUMMY1.DUMMY_R")!;
  assertEquals([dummy.quality, dummy.reason], ["bad", "the box cannot read it"]);
  const bad = [...readings].filter(([, { quality }]) => quality !== "good").map(([key]) => key);
  assertEquals(bad.length, 5, bad.join());
});

Deno.test("a PandA link sets fields after checking them, and tells what was read after that", async () => {
  await using r = await rig();
  const answer = await r.run(
    r.link.command({
      kind: "set",
      values: { "PULSE1.WIDTH": 1e-7, "TTLOUT2.VAL": "PULSE1.OUT", "BITS.A": true, "COUNTER1.STEP": 5 },
    }),
  );
  assertEquals([...answer.values.values()], [1.04e-7, "PULSE1.OUT", true, 5]); // to whole ticks
  const wrong: [Record<string, number | string | boolean>, string][] = [
    [{ "INENC1.BITS": 64 }, "limit"],
    [{ "COUNTER1.STEP": 1.5 }, "invalid"],
    [{ "TTLOUT1.VAL": "NOPE" }, "invalid"],
    [{ "PULSE1.WIDTH": -1 }, "limit"],
    [{ "PULSE1.WIDHT": 1 }, "invalid"],
    [{ "COUNTER1.OUT": 1 }, "invalid"],
    [{ "PULSE1.DELAY": 1e9 }, "device"],
  ];
  for (const [values, code] of wrong) {
    const error = await r.run(assertRejects(() => r.link.command({ kind: "set", values }), CommandError));
    assertEquals(error.code, code, error.message);
  }
  await r.run(r.link.command({ kind: "line", line: "set PULSE1.DELAY=0.5 BITS.B=on" }));
  const readings = await now(r.link);
  assertEquals([readings.get("PULSE1.DELAY")?.value, readings.get("BITS.B")?.value], [0.5, true]);
});

Deno.test("a PandA link takes lines in the grammar of the box, and what they change is seen", async () => {
  await using r = await rig();
  await r.run(r.link.describe());
  const { text } = await r.run(r.link.command({ kind: "line", line: "*ENUMS.TTLIN.TERM?" }));
  assertEquals(text, "!High-Z\n!50-Ohm\n.");
  for (const line of ["COUNTER1.OUT.SCALE=0.5", "COUNTER1.OUT.OFFSET=3", "COUNTER1.OUT.UNITS=mm"]) {
    await r.run(r.link.command({ kind: "line", line }));
  }
  await r.run(r.link.command({ kind: "set", values: { "COUNTER1.START": 10, "COUNTER1.ENABLE": "ONE" } }));
  await r.clock.advance(1000);
  assertEquals((await now(r.link)).get("COUNTER1.OUT")?.value, 8);
  const { dynamic, revision } = await r.run(r.link.describe());
  assertEquals([(dynamic!["field"]!["COUNTER1.OUT"] as { unit?: string }).unit, revision], ["mm", "1.2"]);
  for (const line of ["nothing", "A.B=1", "two\nlines"]) {
    await r.run(assertRejects(() => r.link.command({ kind: "line", line })));
  }
});

Deno.test("a PandA link comes back after the box was away, and knows what it has then", async () => {
  await using r = await rig();
  await r.run(r.link.command({ kind: "set", values: { "BITS.A": true } }));
  const away = await r.restart();
  assertEquals(away.status, "lost");
  assertMatch(away.why!, /./);
  assertEquals(r.link.state.status, "connected");
  assertEquals((await now(r.link)).get("BITS.A")?.value, false);
});

Deno.test("a device of the SDK on a PandA arms it and waits for what it captures", async () => {
  await using r = await rig("127.0.0.1", { model: AnyPanda });
  const panda = await r.run(deviceOn(AnyPanda, r.link, r.clock));
  const lines = ["PCAP.ENABLE=PULSE1.OUT", "PULSE1.ENABLE=ONE", "PULSE1.INP=PCAP.ACTIVE", "PULSE1.WIDTH=0.9"];
  const captures = ["CLOCKS.A_PERIOD=0.01", "PCAP.CAPTURE=CLOCKS.OUTA", "INENC1.VAL.CAPTURE=Value"];
  for (const line of [...lines, ...captures]) await r.run(r.link.command({ kind: "line", line }));
  await r.run(panda.commands.arm());
  const during = await r.run(panda.waitFor((s) => s.capturing, { timeout: "5 s" }));
  assertEquals(during.field["PCAP.ACTIVE"], true);
  const after = await r.run(panda.waitFor((s) => !s.capturing, { timeout: "5 s" }));
  assertEquals([after.captured, after.completion], [90, "Ok"]);
});

const Shutter = {
  model: "shutter-timer",
  description: "One pulse generator of a PandA, by names that mean something",
  params: {
    exposure: { type: "number", unit: "s", min: 0, max: 10, set: true, alias: "PULSE1.WIDTH" },
    source: { type: "choice", of: { none: "ZERO", sequencer: "SEQ1.OUTA" }, set: true, alias: "PULSE1.INP" },
    open: { type: "flag", alias: "PULSE1.OUT" },
    absent: { type: "number", alias: "NO.SUCH" },
  },
  commands: {
    arm: { description: "Begins to capture" },
    force: { description: "Sets the gate", alias: "SRGATE1.FORCE_SET=" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

Deno.test("a PandA is a device of a model that names some of its fields", async () => {
  await using r = await rig("127.0.0.1", { model: Shutter });
  const shutter = await r.run(deviceOn(Shutter, r.link, r.clock));
  await r.run(shutter.set({ exposure: 2.5, source: "sequencer" }));
  const state = await r.run(shutter.waitFor((s) => s.source === "sequencer", { timeout: "5 s" }));
  assertEquals([state.exposure, state.open], [2.5, false]);
  await r.run(shutter.commands.force());
  await r.clock.advance(10);
  const gate = r.box.running.hardware.blocks.get("SRGATE")!.fields.get("OUT")!;
  assertEquals(gate.get(0), "1");
  const missing = (await now(r.link)).get("absent")!;
  assertEquals([missing.quality, missing.reason], ["bad", "the box has no such field"]);
  const limit = await r.run(assertRejects(() => shutter.set({ exposure: 11 }), CommandError));
  assertEquals(limit.code, "limit");
});
