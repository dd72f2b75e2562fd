import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { Model } from "../../lib/device/mod.ts";
import { CommandError, ConfigError, TimeoutError } from "../../lib/errors.ts";
import { type Device, deviceOn } from "../../lib/sdk/device.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { FakeLink } from "./fake_link.ts";

const Cryocon = {
  model: "cryo-con",
  description: "Cryo-con 24C",
  params: {
    temperature: {
      type: "drivable",
      unit: "degC",
      min: -200,
      max: 50,
      maxAge: "3 s",
      ramp: { max: 2, per: "min" },
      settle: { tolerance: 0.1, time: "30 s" },
    },
    control: { type: "flag", set: true },
    pressure: { type: "number", unit: "mbar" },
  },
  groups: { loop: { count: 4, params: { power: { type: "number", set: true, min: 0, max: 50 } } } },
  commands: {
    stop: { description: "Switch all loops off" },
    move: { description: "Move", args: { to: { type: "number" } }, returns: { type: "number" } },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;

interface Setup extends AsyncDisposable {
  clock: VirtualClock;
  link: FakeLink;
  cryocon: Device<typeof Cryocon>;
}

async function setUp(extra = {}): Promise<Setup> {
  const clock = new VirtualClock();
  const link = new FakeLink(Cryocon, clock, extra);
  const cryocon = await deviceOn(Cryocon, link, clock);
  await clock.advance(0);
  link.read({ temperature: 20, "temperature.target": 20, control: false, pressure: 1e-5 }, {
    complete: true,
  });
  await clock.advance(0);
  return { clock, link, cryocon, [Symbol.asyncDispose]: () => cryocon.close() };
}

const done = (promise: Promise<unknown>): { settled: boolean } => {
  const state = { settled: false };
  promise.then(() => state.settled = true, () => state.settled = true);
  return state;
};

Deno.test("deviceOn() refuses another kind of device, and closes the link", async () => {
  const clock = new VirtualClock();
  const link = new FakeLink({ ...Cryocon, model: "example" }, clock);
  const error = await assertRejects(() => deviceOn(Cryocon, link, clock), ConfigError);
  assertStringIncludes(error.message, "cryocon at localhost:7024 is a example");
  assertEquals(link.state.status, "closed");
});

Deno.test("set() checks all before anything is sent", async () => {
  await using t = await setUp();
  const error = await assertRejects(() => t.cryocon.set({ temperature: -300, control: true }), CommandError);
  assertEquals(error.code, "limit");
  assertStringIncludes(error.message, "-200 degC");
  // deno-lint-ignore no-explicit-any
  const wrong = { temprature: -100 } as any;
  assertStringIncludes(
    (await assertRejects(() => t.cryocon.set(wrong), CommandError)).message,
    "temperature",
  );
  // deno-lint-ignore no-explicit-any
  assertStringIncludes(
    (await assertRejects(() => t.cryocon.set({ pressure: 1 } as any), CommandError)).message,
    "read-only",
  );
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

Deno.test("waitFor() is level-triggered: what already holds is enough", async () => {
  await using t = await setUp();
  const state = await t.cryocon.waitFor((s) => s.temperature > 10);
  assertEquals(state.temperature, 20);
});

Deno.test("waitFor() does not believe what was read before the last command", async () => {
  await using t = await setUp();
  t.link.read({ temperature: -100 });
  await t.clock.advance(0);
  await t.cryocon.set({ temperature: -100 });
  const waiting = t.cryocon.waitFor((s) => s.temperature < -99.9);
  const state = done(waiting);
  await t.clock.advance("1 s");
  assert(!state.settled, "the value is older than the command");
  t.link.read({ temperature: -100 });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() on an old daemon passes over the status that was under way", async () => {
  await using t = await setUp();
  t.link.read({ temperature: -100 }, { numbered: false });
  await t.clock.advance(0);
  t.link.answer = () => ({ seq: undefined as never, confirmed: false });
  await t.cryocon.set({ temperature: -100 });
  const state = done(t.cryocon.waitFor((s) => s.temperature < -99.9));
  t.link.read({ temperature: -100 }, { numbered: false });
  await t.clock.advance(0);
  assert(!state.settled, "asked for before the command was sent");
  t.link.read({ temperature: -100 }, { numbered: false });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() believes what the daemon itself holds", async () => {
  await using t = await setUp({ held: ["control"] });
  t.link.read({ control: true });
  await t.clock.advance("1 min");
  await t.cryocon.set({ temperature: 0 });
  await t.cryocon.waitFor((s) => s.control);
});

Deno.test("waitFor() never takes a bad, a stale or an over-aged value for a good one", async () => {
  for (const quality of ["bad", "stale"] as const) {
    await using t = await setUp();
    t.link.read({ pressure: 1e-7 }, { quality, reason: "over range" });
    await t.clock.advance(0);
    const waiting = t.cryocon.waitFor((s) => !(s.pressure > 1e-6), { timeout: "2 s" });
    const failed = assertRejects(() => waiting, TimeoutError, `it is ${quality} (over range)`);
    await t.clock.advance("3 s");
    await failed;
  }
  await using t = await setUp();
  await t.clock.advance("4 s");
  const failed = assertRejects(
    () => t.cryocon.waitFor((s) => s.temperature > 0, { timeout: "1 s" }),
    TimeoutError,
    "longer than 3.0 s",
  );
  await t.clock.advance("2 s");
  await failed;
});

Deno.test("waitFor() that fails says what it waited for, the values, their age, the link and the history", async () => {
  await using t = await setUp();
  for (const temperature of [10, 0, -10]) {
    t.link.read({ temperature });
    await t.clock.advance("1 s");
  }
  const waiting = t.cryocon.waitFor((s) => s.temperature < -99.9, { timeout: "1 s" });
  const failed = assertRejects(() => waiting, TimeoutError);
  await t.clock.advance("1 s");
  const { message } = await failed;
  assertStringIncludes(message, "cryocon did not come to (s)=>s.temperature < -99.9");
  assertStringIncludes(message, "temperature = -10 degC, 2.0 s old; before that 0 degC, 10 degC, 20 degC");
  assertStringIncludes(message, "link to localhost:7024: connected for 4.0 s");
});

Deno.test("waitFor() starts its stability anew after a break", async () => {
  await using t = await setUp();
  const state = done(t.cryocon.waitFor((s) => s.temperature < 0, { stableFor: "3 s" }));
  for (const temperature of [-1, -1, 1, -1, -1, -1]) {
    t.link.read({ temperature });
    await t.clock.advance("1 s");
  }
  assert(!state.settled);
  t.link.read({ temperature: -1 });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() waits through a loss, and believes nothing from before it", async () => {
  await using t = await setUp();
  t.link.become("lost", "connection reset");
  await t.clock.advance(0);
  const state = done(t.cryocon.waitFor((s) => s.temperature > 0));
  await t.clock.advance("1 s");
  assert(!state.settled);
  t.link.become("connected");
  t.link.read({ temperature: 5 }, { complete: true });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() ends with its signal, and with the device", async () => {
  const t = await setUp();
  const controller = new AbortController();
  const stopped = assertRejects(
    () => t.cryocon.waitFor(() => false, { signal: controller.signal }),
    Error,
    "enough",
  );
  controller.abort(new Error("enough"));
  await stopped;
  const closed = assertRejects(() => t.cryocon.waitFor(() => false), CommandError, "closed");
  await t.cryocon.close();
  await closed;
  assertEquals(t.clock.pending, 0);
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
    "pressure of cryocon (not connected) may not be believed: it is bad",
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

Deno.test("settle() is two-sided and holds for the model's time", async () => {
  await using t = await setUp();
  t.link.read({ temperature: -100.5, "temperature.target": -100 });
  const state = done(t.cryocon.settle("temperature"));
  await t.clock.advance(0);
  const hold = async (temperature: number, seconds: number) => {
    for (let s = 0; s < seconds; s++) {
      t.link.read({ temperature, "temperature.target": -100 });
      await t.clock.advance("1 s");
    }
  };
  await hold(-100.5, 40);
  assert(!state.settled, "below the target is not settled either");
  await hold(-100.05, 29);
  await hold(-99.8, 1);
  await hold(-100.05, 30);
  assert(!state.settled, "the time starts anew");
  await hold(-100.05, 1);
  assert(state.settled);
});

Deno.test("settle() has a deadline that knows the ramp", async () => {
  await using t = await setUp();
  t.link.read({ temperature: 20, "temperature.target": -100 });
  await t.clock.advance(0);
  const failed = assertRejects(() => t.cryocon.settle("temperature"), TimeoutError, "within 1 h 35 min");
  await t.clock.advance("2 h");
  await failed;
});

Deno.test("claim() renews, and says when it is lost", async () => {
  await using t = await setUp();
  const claim = await t.cryocon.claim({ note: "cooldown" });
  await t.clock.advance("35 s");
  assertEquals(t.link.asked.length, 4);
  assertEquals(t.link.asked[0], { kind: "claim", seconds: 30, note: "cooldown" });
  t.link.answer = () => new CommandError("held", "held by anna");
  await t.clock.advance("10 s");
  assert(claim.lost.aborted);
  t.link.answer = () => ({});
  await claim.release();
  assertEquals(t.link.asked.at(-1)?.kind, "claim", "what is lost is not released");
});

Deno.test("claim() gives the device back", async () => {
  await using t = await setUp();
  {
    await using _claim = await t.cryocon.claim();
  }
  assertEquals(t.link.asked.at(-1), { kind: "release" });
  await t.clock.advance("1 min");
  assertEquals(t.link.asked.length, 2);
});
