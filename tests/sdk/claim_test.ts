import { assert, assertEquals, assertRejects } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { setUp } from "./rig.ts";

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

Deno.test("claim() outlives a lost connection for as long as the daemon keeps it", async () => {
  await using t = await setUp();
  const claim = await t.cryocon.claim();
  t.link.answer = () => new CommandError("device", "not connected");
  await t.clock.advance("25 s");
  assert(!claim.lost.aborted);
  t.link.answer = () => ({});
  await t.clock.advance("60 s");
  assert(!claim.lost.aborted, "it was renewed in time");
  t.link.answer = () => new CommandError("unknown_outcome", "the link was lost");
  await t.clock.advance("30 s");
  assert(claim.lost.aborted);
  assertEquals(claim.lost.reason.message, "the link was lost");
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

Deno.test("claim() is given back once, by hand, at its end, or when the device is closed", async () => {
  const t = await setUp();
  const claim = await t.cryocon.claim();
  await claim.release();
  await claim[Symbol.asyncDispose]();
  await t.cryocon.claim();
  await t.cryocon.close();
  assertEquals(t.link.asked.map(({ kind }) => kind), ["claim", "release", "claim", "release"]);
  assertEquals(t.clock.pending, 0);
});

Deno.test("claim() that cannot be given back lapses by itself and hides no other error", async () => {
  await using t = await setUp();
  const work = async () => {
    await using _claim = await t.cryocon.claim();
    t.link.answer = () => new CommandError("device", "not connected");
    throw new Error("what really happened");
  };
  await assertRejects(work, Error, "what really happened");
});
