import { askerCalled } from "./askers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import { bench } from "./bench.ts";
import { modelOf } from "./fake_link.ts";

const GAUGE = modelOf({ pressure: { type: "number", unit: "mbar" } });

Deno.test("console shows clients, in the original's words, also on an empty line", async () => {
  await using b = await bench(["gauge", "ghost"]);
  b.link("gauge").connect(GAUGE);
  b.link("ghost").lose("connection refused");
  await b.settle();
  const wanted =
    "  gauge:1 name:gauge connected:True\n  ghost:1 name:ghost connected:False (connection refused)";
  assertEquals(await b.monitor.obey("clients"), wanted);
  assertEquals(await b.monitor.obey(""), wanted);
});

Deno.test("console shows every connection", async () => {
  await using b = await bench(["gauge", "ghost"]);
  assertEquals(await b.monitor.obey("connections"), "  no connections");
  b.link("gauge").connect(GAUGE);
  const peer = await b.peer();
  peer.send("id name=script type=");
  await b.settle();
  const [link, script] = (await b.monitor.obey("connections")).split("\n");
  assertEquals(link, "  gauge:1 name:thing connected:True");
  assertStringIncludes(script!, " name:script connected:True");
});

Deno.test("console sends to a client and shows its answer, or why there is none", async () => {
  await using b = await bench(["gauge"]);
  const link = b.link("gauge");
  assertEquals(
    await b.monitor.obey("send gauge reset"),
    "gauge is not connected",
  );
  link.connect(GAUGE);
  await b.settle();
  link.answer = () => ({ values: new Map([["pressure", 1e-6]]), confirmed: true });
  assertEquals(await b.monitor.obey("send gauge set pressure=1e-6"), "pressure=0.000001");
  link.answer = () => ({ values: new Map(), confirmed: true, text: "TPG361" });
  assertEquals(await b.monitor.obey("send gauge *IDN?"), "TPG361");
  link.answer = () => ({ values: new Map(), confirmed: false });
  assertEquals(await b.monitor.obey("send gauge on"), "sent; gauge does not say what came of it");
  link.answer = () => {
    throw new CommandError("held", "gauge is held by night shift");
  };
  assertEquals(
    await b.monitor.obey("send gauge on"),
    "gauge is held by night shift",
  );
  assertEquals(link.lines, ["set pressure=1e-6", "*IDN?", "on", "on"]);
});

Deno.test("console writes to the log, sets the interval, resets plots, broadcasts, ends MONITOR", async () => {
  await using b = await bench(["gauge"]);
  b.link("gauge").connect(GAUGE);
  const peer = await b.peer();
  assertEquals(await b.monitor.obey("message all is well"), "");
  assertEquals(b.recorder.refresh, 60_000);
  assertEquals(await b.monitor.obey("set interval=10"), "done");
  assertEquals(b.recorder.refresh, 10_000);
  assertEquals(await b.monitor.obey("reset_plots"), "curves begin anew");
  assertEquals(await b.monitor.obey("broadcast hello  there"), "sent to 2 connections");
  await peer.expect("hello  there");
  assertEquals(b.link("gauge").lines, ["hello  there"]);
  assertEquals(await b.monitor.obey("exit"), "ending");
  assertEquals(b.exits, 1);
  assertEquals((await b.log()).slice(1), [
    "console message all is well",
    "monitor info DB status interval set to 10",
    "console info set interval=10 (done)",
    "monitor info Resetting plots",
    "console info reset_plots (done: curves begin anew)",
    "console info broadcast hello  there (done: sent to 2 connections)",
    "console info exit (done: ending)",
  ]);
  assertEquals(
    await b.monitor.obey("get_status"),
    "nconnected=2 db_status_interval=10 gauge=1",
  );
});

for (
  const [typed, problem] of [
    ["set interval=soon", `interval: expected seconds from 0 to 3600, got "soon"`],
    ["set interval=", `interval: expected seconds from 0 to 3600, got ""`],
    ["set pressure=1", "Expected CLIENT.PARAMETER=VALUE, got pressure=1"],
    ["clinets", `MONITOR has no command "clinets"`],
    ["send it's", "Cannot read the line"],
  ] as const
) {
  Deno.test(`console says what is wrong with ${JSON.stringify(typed)}`, async () => {
    await using b = await bench(["gauge"]);
    assertStringIncludes(await b.monitor.obey(typed), problem);
  });
}

Deno.test("console help lists every command with what it does", async () => {
  await using b = await bench([]);
  const help = await b.monitor.obey("help");
  for (
    const word of [
      "clients",
      "connections",
      "send CLIENT COMMAND",
      "broadcast",
      "reset_plots",
      "exit",
      "error",
    ]
  ) {
    assertStringIncludes(help, `  ${word}`);
  }
});

Deno.test("commands from the page come under the name that is given, and never throw", async () => {
  await using b = await bench(["gauge"]);
  assertEquals(await b.monitor.lab.command("warning cold", askerCalled("web")), { ok: true, text: "" });
  assertEquals((await b.monitor.lab.command("exit 'now", askerCalled("web"))).ok, false);
  assertEquals((await b.monitor.lab.command("send gauge x", askerCalled("web"))).ok, false);
  b.link("gauge").connect(GAUGE);
  await b.settle();
  assertEquals((await b.monitor.lab.command("send gauge x", askerCalled("web"))).ok, undefined);
  assertEquals((await b.log())[0], "web warning cold");
});

Deno.test("the console completes commands, clients, what can be set and alarms", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(modelOf({ val1: { type: "number", set: true }, note: { type: "text" } }));
  await b.settle();
  const { complete } = b.monitor;
  assert(["send", "set", "history", "shelve"].every((word) => complete("s").includes(word)));
  assertEquals(complete("send "), ["example"]);
  assert(complete("send example ").includes("set"));
  assertEquals(complete("send example set v"), ["val1="]);
  assertEquals(complete("set ex"), ["interval=", "example.val1="]);
  assert(complete("history ").includes("example.note"));
  assertEquals(complete("send nobody "), []);
});

Deno.test("history gives what was stored of a channel, and says what it does not understand", async () => {
  await using b = await bench(["example"]);
  b.link("example").connect(modelOf({ val1: { type: "number" } }));
  await b.settle();
  assertEquals(await b.monitor.obey("history example.val1 2h now 100"), '{"time":[],"value":[]}');
  for (
    const [line, problem] of [
      ["history example.val2", "no channel val2"],
      ["history nobody.x", "There is no client"],
      ["history example.val1 soon", "Expected a time such as 2h"],
      ["history example.val1 1h 2h", "Expected FROM before TO"],
      ["history example.val1 1h now 1e9", "1 to 20000 points"],
    ] as const
  ) assert((await b.monitor.obey(line)).includes(problem), line);
});
