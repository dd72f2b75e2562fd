import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { CommandError, ConfigError, TimeoutError } from "../../lib/errors.ts";
import { deviceOn } from "../../lib/sdk/device_on.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";
import { FakeLink } from "./fake_link.ts";
import { Cryocon, setUp } from "./rig.ts";

Deno.test("deviceOn() refuses another kind of device, and closes the link", async () => {
  const clock = new VirtualClock();
  const link = new FakeLink({ ...Cryocon, model: "example" }, clock);
  const error = await assertRejects(() => deviceOn(Cryocon, link, clock), ConfigError);
  assertStringIncludes(error.message, "cryocon at localhost:7024 is a example");
  assertEquals(link.state.status, "closed");
});

Deno.test("set() checks all before anything is sent", async () => {
  await using t = await setUp();
  const set = t.cryocon.set as (values: Record<string, unknown>) => Promise<void>;
  const refused = (values: Record<string, unknown>) =>
    assertRejects(() => set.call(t.cryocon, values), CommandError);
  const error = await refused({ temperature: -300, control: true });
  assertEquals(error.code, "limit");
  assertStringIncludes(error.message, "-200 degC");
  assertStringIncludes((await refused({ temprature: -100 })).message, "temperature");
  assertStringIncludes((await refused({ pressure: 1 })).message, "read-only");
  assertEquals(t.link.asked, []);
});

Deno.test("set() of a part names its place", async () => {
  await using t = await setUp();
  await t.cryocon.loop.at(1).set({ power: 12 });
  assertEquals(t.link.asked, [{ kind: "set", values: { "loop2.power": 12 } }]);
  assertThrows(() => t.cryocon.loop.at(4), RangeError, "there is none at 4");
});

Deno.test("commands check their arguments and give back the result", async () => {
  await using t = await setUp();
  t.link.answer = () => ({ result: 5 });
  assertEquals(await t.cryocon.commands.move({ to: 5 }), 5);
  await t.cryocon.commands.stop();
  assertEquals(t.link.asked, [{ kind: "call", name: "move", args: { to: 5 } }, {
    kind: "call",
    name: "stop",
    args: {},
  }]);
  await assertRejects(() => t.cryocon.commands.move({ to: NaN }), CommandError);
});

Deno.test("get() lets nothing be read that may not be believed", async () => {
  await using t = await setUp();
  assertEquals((await t.cryocon.get()).temperature, 20);
  t.link.read({ pressure: undefined }, { quality: "bad", reason: "not connected" });
  await t.clock.advance(0);
  const state = await t.cryocon.get();
  assertEquals(state.temperature, 20);
  assertThrows(
    () => state.pressure,
    CommandError,
    "pressure of cryocon may not be believed: it is bad (not connected)",
  );
  assertThrows(() => state.loop[2]?.power, CommandError, "it was never read");
});

Deno.test("a device is iterated update by update, and the loop ends when it is closed", async () => {
  const t = await setUp();
  const seen: number[] = [];
  const loop = (async () => {
    for await (const state of t.cryocon) seen.push(state.temperature);
  })();
  await t.clock.advance(0);
  for (const temperature of [1, 2]) {
    t.link.read({ temperature });
    await t.clock.advance(0);
  }
  await t.cryocon.close();
  await loop;
  assertEquals(seen, [20, 1, 2]);
});

Deno.test("deviceOn() says how the link stands when no description comes", async () => {
  const clock = new VirtualClock();
  const link = new FakeLink(Cryocon, clock);
  link.become("lost", "connection refused");
  link.describe = () => Promise.reject(new TimeoutError("No description of localhost:7024 within 10.0 s"));
  await assertRejects(
    () => deviceOn(Cryocon, link, clock),
    TimeoutError,
    "within 10.0 s; link to localhost:7024: lost for 0 ms (connection refused)",
  );
});

Deno.test("get() after set() sees what was set", async () => {
  await using t = await setUp({ held: ["control"] });
  for (let each = 0; each < 20; each++) t.link.read({ pressure: each });
  t.link.read({ control: true });
  await t.cryocon.set({ temperature: 0 });
  const state = t.cryocon.get();
  await t.clock.advance(0);
  assertEquals((await state).control, true);
});

Deno.test("a value that a complete update does not have any more is forgotten", async () => {
  await using t = await setUp();
  t.link.read({ temperature: 5 }, { complete: true });
  await t.clock.advance(0);
  assertEquals([...t.cryocon.readings.keys()], ["temperature"]);
});
