/** What a daemon knows of its device by what it does itself. */
import { assertEquals } from "@std/assert";
import type { Model } from "../../lib/device/mod.ts";
import { type Binding, serve } from "../../lib/daemon/mod.ts";
import { AskAnswer } from "../../lib/instrument/ask_answer.ts";
import { connect } from "../../lib/sdk/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";

const Shutter = {
  model: "shutter",
  description: "A shutter that does not say whether it is open",
  params: {
    open: { type: "flag" },
    count: { type: "integer" },
    temperature: { type: "number", unit: "degC" },
  },
  commands: { open: { description: "Opens it" }, nothing: { description: "Does nothing" } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

Deno.test("what a daemon knows is believed after every command, and bad while the hardware is lost", async () => {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await transport.listen(
    "shutter:1",
    (connection) => connection.receive({ data: () => void connection.write("20\n") }),
  );
  let count = 0;
  const binding: Binding<typeof Shutter, AskAnswer> = {
    port: 7000,
    hardware: "shutter:1",
    knows: ["open", "count"],
    open: async ({ address }) => new AskAnswer(await transport.connect(address), { name: "shutter", clock }),
    connected: ({ update }) => Promise.resolve(update({ open: false, count })),
    poll: [{ every: "1 s", ask: "T?", read: (reply) => ({ temperature: Number(reply) }) }],
    commands: {
      open: ({ update }) => Promise.resolve(update({ open: true, count: ++count })),
      nothing: () => Promise.resolve(),
    },
  };
  const daemon = await serve(Shutter, binding, { transport, clock });
  const run = <T>(work: Promise<T>) => clock.runUntil(work);
  const shutter = await run(connect(Shutter, daemon.address, { transport, clock }));
  await run(shutter.waitFor((s) => !s.open && s.count === 0, { timeout: "5 s" }));
  await run(shutter.commands.open());
  await run(shutter.waitFor((s) => s.open && s.count === 1, { timeout: "3 s" }));
  await run(shutter.commands.nothing());
  await run(shutter.waitFor((s) => s.open, { timeout: "3 s" }));
  transport.drop("shutter:1");
  await clock.advance(0);
  assertEquals(daemon.readings.get("open")?.quality, "bad");
  await run(shutter.close());
  await run(daemon.stop());
});
