import { assert, assertEquals } from "@std/assert";
import { Attempts } from "../../../daemons/monitor/access/attempts.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";

function rig() {
  const clock = new VirtualClock();
  return { clock, attempts: new Attempts(clock) };
}

/** Tries as often as it is let, for some time; says how often that was and how long the longest wait was. */
async function hammer(
  { clock, attempts }: ReturnType<typeof rig>,
  name: string,
  address: string,
  seconds: number,
) {
  let tried = 0;
  let longest = 0;
  const end = clock.now() + seconds * 1000;
  while (clock.now() < end) {
    const wait = attempts.begin(name, address);
    if (wait === 0) tried++;
    longest = Math.max(longest, wait);
    await clock.advance(Math.max(wait, 1));
  }
  return { tried, longest };
}

Deno.test("three wrong passwords cost nothing, each further one twice the wait, at most a minute", async () => {
  const { clock, attempts } = rig();
  const waits: number[] = [];
  let free = 0;
  while (waits.length < 9) {
    const wait = attempts.begin("anna", "10.0.0.1");
    if (wait > 0) waits.push(wait / 1000);
    else if (waits.length === 0) free++;
    await clock.advance(wait);
  }
  assertEquals([free, waits], [3, [1, 2, 4, 8, 16, 32, 60, 60, 60]]);
});

Deno.test("who guesses for a night gets some hundred guesses, and a person waits a minute at most", async () => {
  const r = rig();
  const { tried, longest } = await hammer(r, "anna", "10.0.0.1", 8 * 3600);
  assert(tried < 500, `${tried} guesses`);
  assert(longest > 59_000 && longest <= 60_000, `${longest} ms`);
});

Deno.test("guesses for one name from everywhere never keep its owner out where they have signed in before", async () => {
  const { clock, attempts } = rig();
  assertEquals(attempts.begin("anna", "10.0.0.1"), 0);
  attempts.succeeded("anna", "10.0.0.1");
  for (let host = 0; host < 2000; host++) {
    attempts.begin("anna", `10.1.${host >> 8}.${host & 255}`);
    await clock.advance(100);
    assertEquals(attempts.begin("anna", "10.0.0.1"), 0);
    attempts.succeeded("anna", "10.0.0.1");
  }
  const elsewhere = attempts.begin("anna", "10.9.9.9");
  assert(elsewhere > 0 && elsewhere <= 10_000, `${elsewhere} ms where she has never been`);
  assertEquals(attempts.begin("ben", "10.9.9.9"), 0);
});

Deno.test("guesses at others' names from the same machine do not hurt who has signed in there", () => {
  const { attempts } = rig();
  assertEquals(attempts.begin("anna", "10.0.0.1"), 0);
  attempts.succeeded("anna", "10.0.0.1");
  for (let guess = 0; guess < 100; guess++) attempts.begin(`name${guess}`, "10.0.0.1");
  assert(attempts.begin("name100", "10.0.0.1") > 0);
  assertEquals(attempts.begin("anna", "10.0.0.1"), 0);
});

Deno.test("tries at the same time count before any of them has an answer", () => {
  const { attempts } = rig();
  const let_in = Array.from({ length: 50 }, () => attempts.begin("anna", "10.0.0.1")).filter((wait) =>
    wait === 0
  );
  assertEquals(let_in.length, 3);
});

Deno.test("a quarter of an hour without a failure, and all is forgotten", async () => {
  const { clock, attempts } = rig();
  for (let tries = 0; tries < 8; tries++) await clock.advance(attempts.begin("anna", "10.0.0.1"));
  await clock.advance("15 min");
  for (let tries = 0; tries < 3; tries++) assertEquals(attempts.begin("anna", "10.0.0.1"), 0);
});

Deno.test("who has a whole IPv6 network has one address", () => {
  const { attempts } = rig();
  let let_in = 0;
  for (let host = 1; host < 100; host++) {
    if (attempts.begin(`n${host}`, `2001:db8:1:2::${host.toString(16)}`) === 0) let_in++;
  }
  assertEquals(let_in, 10);
  assertEquals(attempts.begin("x", "2001:db8:1:3::1"), 0);
  assertEquals(attempts.begin("x", "::1"), 0);
});

Deno.test("memory is bounded, however many names and addresses are tried", () => {
  const { attempts } = rig();
  for (let n = 0; n < 50_000; n++) attempts.begin(`name${n}`, `10.${n >> 16}.${n >> 8 & 255}.${n & 255}`);
  assert(attempts.size <= 20_000, `${attempts.size}`);
});
