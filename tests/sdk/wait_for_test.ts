import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CommandError, TimeoutError } from "../../lib/errors.ts";
import { done, setUp } from "./rig.ts";

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

Deno.test("waitFor() does not take what it is told of the time of a loss for news", async () => {
  await using t = await setUp();
  t.link.read({ temperature: -100 });
  await t.clock.advance(0);
  t.link.seq += 1; // another client's
  await t.cryocon.set({ temperature: -50 });
  const barrier = t.link.seq;
  t.link.become("lost");
  await t.clock.advance("1 s");
  t.link.become("connected");
  const state = done(t.cryocon.waitFor((s) => s.temperature < -99.9));
  t.link.read({ temperature: -100 }, { seq: barrier - 1 });
  await t.clock.advance("10 ms");
  t.link.read({ temperature: -100, "temperature.target": -50 }, {
    seq: barrier,
    complete: true,
    time: t.clock.time() - 0.01,
  });
  await t.clock.advance("10 ms");
  assert(!state.settled, "both were read before the command");
  t.link.read({ temperature: -100 });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() goes on when the daemon was started anew with its clock behind", async () => {
  await using t = await setUp();
  t.link.seq = 1000;
  await t.cryocon.set({ temperature: -50 });
  const state = done(t.cryocon.waitFor((s) => s.temperature < 0));
  t.link.become("lost");
  await t.clock.advance("1 s");
  t.link.become("connected");
  t.link.read({ temperature: NaN }, { seq: 10, complete: true, gap: true, quality: "bad" });
  await t.clock.advance("1 s");
  assert(!state.settled);
  t.link.read({ temperature: -1 });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() passes over what may have been under way where nothing is numbered", async () => {
  await using t = await setUp();
  t.link.answer = () => ({ seq: undefined as never, confirmed: false });
  await t.cryocon.set({ temperature: -100 });
  const state = done(t.cryocon.waitFor((s) => s.temperature < -99.9));
  for (let second = 0; second < 2; second++) {
    await t.clock.advance("1 s");
    t.link.read({ temperature: -100 });
  }
  await t.clock.advance("500 ms");
  assert(!state.settled);
  t.link.read({ temperature: -100 });
  await t.clock.advance(0);
  assert(state.settled);
});

Deno.test("waitFor() believes what the daemon itself holds, however old", async () => {
  await using t = await setUp({ held: ["control"] });
  t.link.read({ control: true });
  await t.clock.advance("1 min");
  await t.cryocon.set({ temperature: 0 });
  const waiting = t.cryocon.waitFor((s) => s.control);
  await t.clock.advance(0);
  await waiting;
});

Deno.test("waitFor() does not believe what the daemon held before it was set", async () => {
  await using t = await setUp({ held: ["control"] });
  await t.cryocon.set({ control: true });
  const state = done(t.cryocon.waitFor((s) => !s.control));
  await t.clock.advance("1 min");
  assert(!state.settled, "the update that shows it is still to come");
  t.link.read({ control: true });
  await t.clock.advance("1 s");
  assert(!state.settled);
});

Deno.test("waitFor() takes what came before an answer before it believes anything held", async () => {
  await using t = await setUp({ held: ["control"] });
  for (let each = 0; each < 20; each++) t.link.read({ pressure: each });
  t.link.read({ control: true });
  const asked = t.cryocon.commands.stop();
  const state = done(asked.then(() => t.cryocon.waitFor((s) => !s.control)));
  await t.clock.advance("1 s");
  assert(!state.settled);
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

Deno.test("waitFor() takes readings that stayed away for longer than they may be old for a break", async () => {
  await using t = await setUp();
  const state = done(t.cryocon.waitFor((s) => s.temperature > 0, { stableFor: "10 s" }));
  await t.clock.advance("20 s");
  t.link.read({ temperature: 20 });
  await t.clock.advance("1 s");
  assert(!state.settled);
});

Deno.test("waitFor() returns the state in which it held", async () => {
  await using t = await setUp();
  const waiting = t.cryocon.waitFor((s) => s.temperature < 0);
  t.link.read({ temperature: -1 });
  await t.clock.advance(0);
  t.link.read({ temperature: 5 });
  await t.clock.advance(0);
  assertEquals((await waiting).temperature, -1);
});

Deno.test("waitFor() rejects, and never throws, when it is stopped beforehand or asked nonsense", async () => {
  await using t = await setUp();
  const stopped = t.cryocon.waitFor(() => true, { signal: AbortSignal.abort(new Error("enough")) });
  await assertRejects(() => stopped, Error, "enough");
  // deno-lint-ignore no-explicit-any
  const nonsense = t.cryocon.waitFor(() => true, { stableFor: "soon" as any });
  await assertRejects(() => nonsense, TypeError, "soon");
  const broken = t.cryocon.waitFor((s) => s.loop[9]!.power > 1);
  await assertRejects(() => broken, TypeError);
});
