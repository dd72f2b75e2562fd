import { assertEquals, assertStringIncludes } from "@std/assert";
import { Rig } from "./rig.ts";

Deno.test("set is done with what the hardware reads back, after it took it", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(await client.ask("set temperature=-99.96"), "done temperature.target=-100");
  assertEquals(rig.instrument.settings, ["temp=-100.0"]);
  assertEquals((await client.status()).set_point, "-100");
});

Deno.test("set takes keys, old names and the members of groups", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(await client.ask("set set_point=-5"), "done temperature.target=-5");
  assertEquals(await client.ask("set temperature.target=-6"), "done temperature.target=-6");
  assertEquals(await client.ask("set range2=7"), "done loop2.range=7");
  assertEquals(await client.ask("set loop1.range=3"), "done loop1.range=3");
  assertEquals(await client.ask("set mode=HI"), "done mode=HI");
  assertEquals(await client.ask("set mode=low"), "done mode=LOW");
});

Deno.test("set refuses what is wrong before anything of the line is sent", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  const refused: [string, string][] = [
    ["set temperature=-100 gain=11", "@code=limit"],
    ["set temperature=cold", "@code=invalid"],
    ["set temperature=nan", "@code=invalid"],
    ["set temprature=1", `did you mean \\"temperature\\"?`],
    ["set current=1", "read-only"],
    ["set mode=hgh", `did you mean \\"high\\"?`],
    ["set range1=1.5", "@code=invalid"],
    ["set", "needs at least one name=value"],
    ["set temperature -100", "takes name=value only"],
  ];
  for (const [line, reason] of refused) assertStringIncludes(await client.ask(line), reason);
  assertEquals(rig.instrument.settings, []);
});

Deno.test("set carries out several parameters in order, as one job, and tells them in one update", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(
    await client.ask(`set temperature=-10 mode=high gain=2 title="two words"`),
    `done temperature.target=-10 mode=HI gain=2 title="two words"`,
  );
  assertEquals(rig.instrument.settings, ["temp=-10.0", "mode=HI"]);
});

Deno.test("set says what was done when a later parameter of the line fails", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => line.startsWith("mode=") ? "NAK" : rig.instrument.obey(line);
  const client = await rig.client();
  const answer = await client.ask("set temperature=-10 mode=high");
  assertStringIncludes(answer, "failed @code=device");
  assertStringIncludes(answer, "it says NAK; done before it: temperature.target=-10");
  assertEquals((await client.status()).set_point, "-10");
});

Deno.test("set fails when the hardware reads back something else, naming both values", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => line.startsWith("temp=") ? "OK" : rig.instrument.obey(line);
  const client = await rig.client();
  const answer = await client.ask("set temperature=-10");
  assertStringIncludes(answer, "failed @code=device");
  assertStringIncludes(answer, "temperature=-10 was sent, but the hardware reads back 20");
});

Deno.test("set fails with timeout when no reply comes, and the next one works", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => line.startsWith("temp=") ? undefined : rig.instrument.obey(line);
  const client = await rig.client();
  assertStringIncludes(await client.ask("set temperature=-10"), "failed @code=timeout");
  rig.instrument.answer = (line) => rig.instrument.obey(line);
  await rig.clock.advance("11 s");
  assertEquals(await client.ask("set temperature=-10"), "done temperature.target=-10");
});

Deno.test("set fails with unknown_outcome when the hardware is lost after sending, and is not sent again", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) => {
    if (!line.startsWith("temp=")) return rig.instrument.obey(line);
    rig.cut();
    return undefined;
  };
  const client = await rig.client();
  assertStringIncludes(await client.ask("set temperature=-10"), "failed @code=unknown_outcome");
  rig.instrument.answer = (line) => rig.instrument.obey(line);
  rig.mend();
  await rig.clock.advance("30 s");
  assertEquals((await client.status()).hw_connected, "1");
  assertEquals(rig.instrument.settings, ["temp=-10.0"]);
});

Deno.test("set of what the daemon holds works without hardware; the rest fails at once", async () => {
  await using rig = await Rig.start();
  rig.cut();
  await rig.clock.advance(0);
  const client = await rig.client();
  assertEquals(await client.ask("set gain=5"), "done gain=5");
  assertStringIncludes(await client.ask("set temperature=-10"), "is not connected");
  assertEquals((await client.status()).gain, "5");
});

Deno.test("set is carried out for an old peer that hangs up at once, and answers it nothing", async () => {
  await using rig = await Rig.start();
  const peer = await rig.transport.connect(rig.daemon.address);
  const heard: Uint8Array[] = [];
  peer.receive({ data: (chunk) => heard.push(chunk) });
  peer.write("set temperature=-10\nset gain=3\n");
  peer.end();
  await rig.clock.advance("1 s");
  assertEquals(rig.instrument.settings, ["temp=-10.0"]);
  assertEquals(rig.daemon.readings.get("gain")?.value, 3);
  assertEquals(heard, []);
});

Deno.test("set obeys an interlock", async () => {
  const interlock = (name: string) => name === "voltage" ? "the door is open" : undefined;
  await using rig = await Rig.start({ interlock });
  const client = await rig.client();
  const answer = await client.ask("set voltage=5 gain=2");
  assertStringIncludes(answer, "failed @code=interlock");
  assertStringIncludes(answer, "the door is open");
  assertEquals(rig.daemon.readings.get("gain")?.value, 1);
});

Deno.test("an update numbered above a done was read after the command", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  client.line.send("subscribe @mid=s");
  await client.line.expect(/^update .*/);
  client.line.send("set temperature=-10 @mid=x");
  const done = await rig.clock.runUntil(client.line.expect(/^done @mid=x/));
  const seq = Number(/@seq=(\d+)/.exec(done)![1]);
  const updates = client.line.lines.filter((line) => line.startsWith("update"));
  for (const update of updates) {
    const isLater = Number(/@seq=(\d+)/.exec(update)![1]) > seq;
    if (/temperature\.target=/.test(update)) {
      assertEquals(/temperature\.target=-10/.test(update), isLater, update);
    }
  }
  assertEquals(updates.some((update) => /temperature\.target=-10/.test(update)), true);
});

Deno.test("thousands of lines in one go are all carried out, in order", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  const lines = Array.from({ length: 5000 }, (_, i) => `set gain=${i % 11} title=t${i} @mid=m${i}\n`);
  client.line.connection.write(lines.join(""));
  await rig.clock.runUntil(client.line.expect(/^done @mid=m4999 /));
  const done = client.line.lines.filter((line) => line.startsWith("done"));
  assertEquals(done.length, 5000);
  assertEquals(done.every((line, i) => line.startsWith(`done @mid=m${i} `)), true);
  assertEquals(rig.daemon.readings.get("title")?.value, "t4999");
});

Deno.test("a setting that waits while the hardware is lost fails as not connected: nothing of it was sent", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  for (const lose of [() => rig.instrument.answer = () => undefined, () => rig.cut()]) {
    rig.instrument.answer = () => undefined;
    await rig.clock.advance("1.5 s"); // a poll waits for its reply
    const answer = client.ask("set mode=high");
    lose();
    assertStringIncludes(await answer, "failed @code=device");
    assertEquals(rig.instrument.settings, []);
    rig.instrument.answer = (line) => rig.instrument.obey(line);
    rig.mend();
    await rig.clock.advance("30 s");
  }
});

Deno.test("a setting whose reading back is lost has an unknown outcome", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  rig.instrument.answer = (line) => {
    const reply = rig.instrument.obey(line);
    if (line.includes("=")) queueMicrotask(() => rig.cut());
    return reply;
  };
  assertStringIncludes(await client.ask("set mode=high"), "failed @code=unknown_outcome");
});
