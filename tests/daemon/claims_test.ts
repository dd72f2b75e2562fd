import { assertEquals, assertStringIncludes } from "@std/assert";
import { lineClient } from "../../lib/testing/mod.ts";
import { Rig } from "./rig.ts";

Deno.test("a claim refuses everybody else by the holder's name; looking stays allowed", async () => {
  await using rig = await Rig.start();
  const holder = await rig.client("cooldown");
  const other = await rig.client("other");
  assertEquals(await holder.ask(`claim @for=30 @note="cooling down"`), "done");
  for (const line of ["set gain=2", "home", "raw?", "HOME", "exit", "claim", "release"]) {
    const answer = await other.ask(line);
    assertStringIncludes(answer, "failed @code=held", line);
    assertStringIncludes(answer, "cooldown has claimed it (cooling down)", line);
  }
  assertEquals((await other.status()).gain, "1");
  assertEquals(await holder.ask("set gain=2"), "done gain=2");
});

Deno.test("a claim ends by release", async () => {
  await using rig = await Rig.start();
  const holder = await rig.client("cooldown");
  const other = await rig.client("other");
  await holder.ask("claim");
  assertEquals(await holder.ask("release"), "done");
  assertEquals(await other.ask("set gain=2"), "done gain=2");
  await rig.clock.advance("1 min");
  assertEquals(rig.log.some((line) => line.includes("lapsed")), false);
});

Deno.test("a claim that is renewed stays; not renewed it lapses, and the device is made safe", async () => {
  await using rig = await Rig.start();
  const holder = await rig.client("cooldown");
  const other = await rig.client("other");
  await holder.ask("claim @for=10");
  for (let i = 0; i < 5; i++) {
    await rig.clock.advance("8 s");
    assertEquals(await holder.ask("claim @for=10"), "done");
  }
  assertStringIncludes(await other.ask("set gain=2"), "held");
  await rig.clock.advance("11 s");
  assertEquals(rig.instrument.settings, ["volt=0", "temp=20.0"]);
  assertEquals(await other.ask("set gain=2"), "done gain=2");
  assertEquals(rig.log.filter((line) => line.includes("The claim of cooldown has lapsed")).length, 1);
});

Deno.test("a holder that is gone keeps its claim until it lapses, and may come back under its name", async () => {
  await using rig = await Rig.start();
  const holder = await rig.client("cooldown");
  await holder.ask("claim @for=20");
  holder.line.close();
  await rig.clock.advance("5 s");
  const other = await rig.client("other");
  assertStringIncludes(await other.ask("set gain=2"), "held");
  const back = await rig.client("cooldown");
  assertEquals(await back.ask("set gain=3"), "done gain=3");
  assertEquals(await back.ask("claim @for=20"), "done");
  await rig.clock.advance("18 s");
  assertStringIncludes(await other.ask("set gain=2"), "held");
});

Deno.test("a second connection of the holder's name is another while the first is there", async () => {
  await using rig = await Rig.start();
  const holder = await rig.client("script");
  const namesake = await rig.client("script");
  await holder.ask("claim");
  assertStringIncludes(await namesake.ask("set gain=2"), "held");
});

Deno.test("claim refuses times that make no sense", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  for (const time of ["0", "-1", "nan", "soon", "1e9"]) {
    assertStringIncludes(await client.ask(`claim @for=${time}`), "failed @code=invalid", time);
  }
});

Deno.test("peers that know of claims are told who has one when that changes and when they come, others never", async () => {
  await using rig = await Rig.start();
  const old = lineClient(await rig.transport.connect(rig.daemon.address));
  old.send("id name=old type=");
  const [holder, other] = [await rig.client("cooldown"), await rig.client("other")];
  const told = ({ lines }: { lines: readonly string[] }) => lines.filter((line) => line.startsWith("@claim"));
  await holder.ask(`claim @for=10 @note="cooling down"`);
  await holder.ask(`claim @for=10 @note="cooling down"`); // renewed
  const late = await rig.client("late");
  await late.ask("claim");
  await rig.clock.advance("11 s");
  await holder.ask("claim");
  await holder.ask("release");
  await other.ask("release");
  const first = '@claim by=cooldown note="cooling down"';
  assertEquals(told(other.line), [first, "@claim", "@claim by=cooldown", "@claim"]);
  assertEquals(told(late.line)[0], first);
  assertEquals(told(old), []);
  old.close();
});
