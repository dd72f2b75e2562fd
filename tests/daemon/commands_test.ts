import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TimeoutError } from "../../lib/errors.ts";
import { Rig, supplyBinding } from "./rig.ts";

Deno.test("a command takes its arguments by name or in order, and answers its result", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(await client.ask("move position=3 way=far"), "done @result=3");
  assertEquals(await client.ask("move 4 near"), "done @result=4");
  assertEquals(await client.ask("move 5 way=near"), "done @result=5");
  assertEquals(rig.instrument.settings, ["move=3,far", "move=4,near", "move=5,near"]);
});

Deno.test("a command refuses wrong arguments before anything is sent", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  const refused: [string, string][] = [
    ["move position=11 way=far", "@code=limit"],
    ["move position=x way=far", "@code=invalid"],
    ["move position=1", "move needs way: it takes position, way"],
    ["move position=1 wya=far", `did you mean \\"way\\"?`],
    ["move 1 far 2", `got \\"2\\" as well`],
    ["home now", "takes no arguments"],
  ];
  for (const [line, reason] of refused) assertStringIncludes(await client.ask(line), reason, line);
  assertEquals(rig.instrument.settings, []);
});

Deno.test("a command tells how far it has come", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  await client.ask("move 1 far");
  assertEquals(client.line.lines.filter((line) => line.startsWith("progress")), [
    `progress @mid=1 @fraction=0.5 @note="half way"`,
  ]);
});

Deno.test("an old line means its command", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(await client.ask("HOME"), "done");
  assertEquals(rig.instrument.heard.includes("home"), true);
});

Deno.test("a command that throws has failed, with its reason", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  assertEquals(
    await client.ask("refuse"),
    `failed @code=device @reason="refuse failed: it does not want to"`,
  );
});

Deno.test("a long command does not keep the polls from reading", async () => {
  await using rig = await Rig.start();
  rig.instrument.answer = (line) =>
    line === "burst" ? (rig.instrument.values.curr = "0.9", "OK") : rig.instrument.obey(line);
  const client = await rig.client();
  const before = rig.instrument.heard.length;
  await client.ask("burst");
  await rig.clock.advance("1 s");
  assertEquals(rig.instrument.heard.slice(before).filter((line) => line === "burst").length, 5);
  assertEquals(rig.daemon.readings.get("current")!.value, 0.9);
});

Deno.test("a line for the hardware goes there as it is; its reply goes back to who asked alone", async () => {
  await using rig = await Rig.start();
  const client = await rig.client();
  const old = await rig.client();
  rig.instrument.answer = (line) =>
    line.startsWith("raw") && line.includes("?") ? `re ${line}` : rig.instrument.obey(line);
  assertEquals(await client.ask(`raw  "it's" a=b ?`), `done @text="re raw  \\"it's\\" a=b ?"`);
  old.line.send("raw one?");
  await old.line.expect("re raw one?");
  assertEquals(client.line.lines.includes("re raw one?"), false);
  old.line.send("raw tell");
  await rig.clock.advance("1 s");
  assertEquals(rig.instrument.heard.includes("raw tell"), true);
});

Deno.test("an unknown line is answered to who gave a mid, with a suggestion, and nothing to an old peer", async () => {
  await using rig = await Rig.start({ debug: true });
  const client = await rig.client();
  assertEquals(
    await client.ask("hmoe"),
    `failed @code=invalid @reason="supply has no command \\"hmoe\\"; did you mean \\"home\\"?"`,
  );
  client.line.send("hmoe");
  client.line.send("=x y");
  await rig.clock.advance("0.1 s");
  assertEquals(client.line.lines.filter((line) => /hmoe/.test(line)).length, 1);
  assertEquals(rig.logged.filter(({ type, message }) => type === "debug" && /hmoe/.test(message)).length, 2);
  assertEquals(rig.instrument.heard.some((line) => /hmoe/.test(line)), false);
});

Deno.test("commands fail at once while the hardware is lost", async () => {
  await using rig = await Rig.start();
  rig.cut();
  await rig.clock.advance(0);
  const client = await rig.client();
  for (const line of ["home", "raw?", "set mode=high"]) {
    assertStringIncludes(await client.ask(line), "failed @code=device", line);
  }
});

Deno.test("a command knows who asked, and silence of the hardware is told as such", async () => {
  await using rig = await Rig.start({}, {
    commands: {
      ...supplyBinding.commands,
      home: ({ caller, log }) => Promise.resolve(log("info", `home for ${caller}`)),
      refuse: () => Promise.reject(new TimeoutError("nothing came")),
    },
  });
  const client = await rig.client("alice");
  await client.ask("home");
  assertEquals(rig.log.includes("info home for alice"), true);
  assertMatch(await client.ask("refuse"), /^failed @code=timeout /);
});

Deno.test("connected() runs each time the hardware has answered, until it is lost", async () => {
  const seen: string[] = [];
  await using rig = await Rig.start({}, {
    async connected({ hardware, signal }) {
      seen.push(await hardware.ask("temp?"));
      signal.addEventListener("abort", () => seen.push("lost"));
      throw new Error("that was all");
    },
  });
  assertEquals(seen, ["20.0"]);
  assertEquals(rig.log.includes("error that was all"), true);
  rig.cut();
  await rig.clock.advance("1 s");
  assertEquals(seen, ["20.0", "lost"]);
  rig.mend();
  await rig.clock.advance("20 s");
  assertEquals(seen, ["20.0", "lost", "20.0"]);
});

Deno.test("lines that peers tell get their values, also while another has claimed the device", async () => {
  const told: Record<string, string>[] = [];
  await using rig = await Rig.start({}, {
    told: { set_keywords: (_, values) => void told.push({ ...values }) },
  });
  await (await rig.client("alice")).ask("claim");
  const monitor = await rig.client("monitor");
  monitor.line.send('set_keywords cryocon.control="OFF" lamp.flux="1 2"');
  await monitor.status();
  assertEquals(told, [{ "cryocon.control": "OFF", "lamp.flux": "1 2" }]);
});
