import { assertEquals, assertRejects } from "@std/assert";
import { inferDescription } from "../../lib/device/infer.ts";
import type { Param } from "../../lib/device/mod.ts";
import { CommandError } from "../../lib/errors.ts";
import { Lab } from "../../lib/sdk/mod.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { FakeLink } from "./fake_link.ts";
import { Cryocon, done } from "./rig.ts";

const FLAG: Param = { type: "flag" };

/** A lab seen through a MONITOR of ours. */
async function labOf(members: Record<string, Param>) {
  const clock = new VirtualClock();
  const model = { ...Cryocon, model: "monitor", params: {}, groups: {}, commands: {} };
  const link = new FakeLink(model, clock, { dynamic: { clients: members } });
  const lab = new Lab(link, clock);
  const cryocon = await lab.device(Cryocon, "cryocon");
  await clock.advance(0);
  return { clock, link, lab, cryocon, [Symbol.asyncDispose]: () => cryocon.close().then(() => lab.close()) };
}

const MEMBERS: Record<string, Param> = {
  cryocon: FLAG,
  "cryocon.temperature": Cryocon.params.temperature,
  pump: FLAG,
};

Deno.test("devices() of a lab are its clients; of an old MONITOR those that are there", async () => {
  await using t = await labOf(MEMBERS);
  assertEquals(await t.lab.devices(), ["cryocon", "pump"]);
  await assertRejects(
    () => t.lab.device(Cryocon, "cryocom"),
    CommandError,
    'watches no cryocom; did you mean "cryocon"?',
  );
  const status = { nconnected: "1", cryocon: "1", "cryocon.temperatureA": "20", pump: "0" };
  const old = inferDescription("monitor", status);
  const lab = new Lab(new FakeLink(old.model, t.clock, old), t.clock);
  assertEquals(await lab.devices(), ["cryocon"]);
  await (await lab.device(Cryocon, "pump")).close();
  await lab.close();
});

Deno.test("a device of a lab is commanded in words that old daemons know as well", async () => {
  await using t = await labOf(MEMBERS);
  t.link.answer = () => ({ text: "done", result: "5" });
  await t.cryocon.set({ temperature: -100, control: true });
  await t.cryocon.loop.at(1).set({ power: 3 });
  assertEquals(await t.cryocon.commands.move({ to: 5 }), 5);
  await t.cryocon.commands.stop();
  assertEquals(t.link.asked.map((command) => command.kind === "line" && command.line), [
    "send cryocon set temperature.target=-100 control=1",
    "send cryocon set loop2.power=3",
    "send cryocon move to=5",
    "send cryocon stop",
  ]);
  await assertRejects(() => t.cryocon.claim(), CommandError, "MONITOR speaks for many");
});

Deno.test("a device of a lab has its values from MONITOR, and believes none from before a command", async () => {
  await using t = await labOf(MEMBERS);
  t.link.read({ cryocon: true, "cryocon.temperature": 20, "pump.speed": 3 }, { complete: true });
  await t.clock.advance(0);
  assertEquals([...t.cryocon.readings].map(([key, { value }]) => [key, value]), [["temperature", 20]]);
  await t.cryocon.set({ temperature: 20 });
  const state = done(t.cryocon.waitFor((s) => s.temperature === 20));
  await t.clock.advance("1 s");
  assertEquals(state.settled, false);
  t.link.read({ "cryocon.temperature": 20 });
  await t.clock.advance(0);
  assertEquals(state.settled, true);
});

Deno.test("a command that MONITOR could not see answered is not confirmed, whatever MONITOR's number", async () => {
  await using t = await labOf(MEMBERS);
  t.link.read({ cryocon: true, "cryocon.temperature": 20 }, { complete: true });
  t.link.answer = () => ({ seq: undefined as never });
  await t.cryocon.set({ temperature: 20 });
  const state = done(t.cryocon.waitFor((s) => s.temperature === 20));
  t.link.read({ "cryocon.temperature": 20 });
  await t.clock.advance("1 s");
  assertEquals(state.settled, false, "it may have been asked for before");
  await t.clock.advance("1500 ms");
  t.link.read({ "cryocon.temperature": 20 });
  await t.clock.advance(0);
  assertEquals(state.settled, true);
});

Deno.test("a device of a lab is lost when MONITOR has lost it", async () => {
  await using t = await labOf(MEMBERS);
  assertEquals(t.cryocon.linkState.status, "connecting");
  for (const [isThere, status] of [[true, "connected"], [false, "lost"], [true, "connected"]] as const) {
    await t.clock.advance("1 s");
    t.link.read({ cryocon: isThere });
    await t.clock.advance(0);
    assertEquals([t.cryocon.linkState.status, t.cryocon.linkState.since], [status, t.clock.time()]);
  }
  t.link.become("lost", "connection reset");
  await t.clock.advance(0);
  assertEquals([t.cryocon.linkState.status, t.cryocon.linkState.why], ["lost", "connection reset"]);
});
