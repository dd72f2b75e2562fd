/** Scripts that tell MONITOR of their runs. */
import { assertEquals, assertMatch } from "@std/assert";
import { ConnectionError } from "../../../lib/errors.ts";
import { bench } from "../bench.ts";
import { modelOf } from "../fake_link.ts";

const COOLER = modelOf({
  target: { type: "number", set: true },
  range: { type: "choice", of: ["low", "high"], set: true },
  temperature: { type: "number" },
});

async function rig() {
  const b = await bench(["cooler", "lamp"]);
  b.link("cooler").connect(COOLER);
  b.link("cooler").push({ target: 20, range: "low", temperature: 19 });
  await b.settle();
  const peer = await b.peer();
  peer.send("id name=cooldown proto=dewar/1");
  await b.settle();
  let mid = 0;
  /** Sends a line and gives what comes back. */
  const ask = async (line: string): Promise<string> => {
    peer.send(`${line} @mid=${++mid}`);
    return await peer.expect(new RegExp(`^(?:done|failed) @mid=${mid}\\b`));
  };
  /** Time passes; the script lives, and says nothing of its run. */
  const pass = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 2) {
      peer.send("@pong");
      await b.settle();
      await b.clock.advance(1000 * Math.min(left, 2));
    }
  };
  const runs = () => b.monitor.lab.runs.live.map(({ row }) => row);
  return { b, ask, pass, runs, [Symbol.asyncDispose]: () => b[Symbol.asyncDispose]() };
}

const BEGIN =
  `run_begin c-1 name=cooldown by=anna note="new window" devices=cooler plots=cooler.temperature ` +
  `params='{"target":-100,"fast":true,"what":"it\\u0027s"}'`;

Deno.test("a run is kept from its begin to its end, with what it was told and the settings it changed", async () => {
  await using r = await rig();
  const began = r.b.clock.time();
  assertMatch(await r.ask(BEGIN), /^done/);
  await r.pass(20);
  assertMatch(await r.ask(`run_progress c-1 fraction=0.5 note="half way"`), /^done @mid=2/);
  assertEquals(r.runs()[0]!.progress, 0.5);
  r.b.link("cooler").push({ target: -100, temperature: -99 });
  await r.b.settle();
  assertMatch(await r.ask("run_end c-1 outcome=done"), /^done/);
  assertEquals(r.runs(), []);
  const run = await r.b.recorder.records.run("c-1");
  assertEquals(run, {
    id: "c-1",
    name: "cooldown",
    author: "anna",
    began,
    seen: began + 20,
    ended: began + 20,
    outcome: "done",
    reason: null,
    note: "new window",
    params: { target: -100, fast: true, what: "it's" },
    devices: ["cooler"],
    plots: ["cooler.temperature"],
    progress: 0.5,
    doing: "half way",
    settings: { cooler: { target: "20", range: "low" } },
    changes: [{ client: "cooler", key: "target", before: "20", after: "-100" }],
  });
  const log = (await r.b.log()).filter((line) => line.includes("run c-1"));
  assertEquals(log, ["cooldown info run c-1 begins, by anna", "cooldown info run c-1 done"]);
});

Deno.test("a run hears with its next word that somebody wants it to end, and only one can ask", async () => {
  await using r = await rig();
  await r.ask(BEGIN);
  assertEquals(await r.b.monitor.obey(`abort_run c-1 "too warm"`), "c-1 is asked to end");
  assertMatch(await r.ask("run_progress c-1"), /text="abort console: too warm"/);
  assertMatch(await r.b.monitor.obey("abort_run c-1"), /has asked c-1 to end already/);
  assertMatch(await r.b.monitor.obey("runs"), /c-1: by anna, console wants it to end/);
  assertMatch(await r.b.monitor.obey("abort_run c-2"), /No run "c-2" is going on/);
  await r.ask(`run_end c-1 outcome=aborted reason="too warm"`);
  assertEquals((await r.b.recorder.records.run("c-1"))?.outcome, "aborted");
  assertEquals(await r.b.monitor.obey("runs"), "  no runs are going on");
});

Deno.test("a run that falls silent is marked, then given up, and may come back with what was kept of it", async () => {
  await using r = await rig();
  await r.ask(BEGIN);
  const began = r.b.clock.time();
  await r.pass(40);
  assertEquals(r.b.monitor.lab.runs.find("c-1")?.silent, true);
  await r.ask("run_progress c-1 fraction=0.1");
  assertEquals(r.b.monitor.lab.runs.find("c-1")?.silent, false);
  await r.pass(700);
  assertEquals(r.runs(), []);
  assertEquals((await r.b.recorder.records.run("c-1"))?.ended, null);
  assertMatch(await r.ask("run_progress c-1 fraction=0.2"), /^failed .*code=invalid/);
  // Meanwhile somebody has set something: what counts are the settings of the begin.
  r.b.link("cooler").push({ target: 5 });
  await r.b.settle();
  await r.ask(`${BEGIN} began=${began}`);
  assertEquals(r.runs()[0]!.began, began);
  await r.ask("run_end c-1 outcome=done");
  assertEquals((await r.b.recorder.records.run("c-1"))?.changes, [
    { client: "cooler", key: "target", before: "20", after: "5" },
  ]);
  const told = (await r.b.log()).filter((line) => line.includes("run c-1")).map((line) =>
    line.split("c-1")[1]
  );
  assertEquals(told, [
    " begins, by anna",
    " has not been heard of for 30 s",
    " is heard of again",
    " has not been heard of for 30 s",
    " done",
  ]);
});

Deno.test("a run that MONITOR did not see begin has no changes where the store does not answer", async () => {
  await using r = await rig();
  r.b.recorder.records.failure = new ConnectionError("PostgreSQL is away");
  await r.pass(100);
  await r.ask(`${BEGIN} began=${r.b.clock.time() - 50}`);
  r.b.link("cooler").push({ target: 5 });
  await r.b.settle();
  await r.ask("run_end c-1 outcome=done");
  assertEquals(r.b.recorder.records.kept.get("c-1")?.changes, null);
});

Deno.test("what is wrong with what a script says is said, and nothing is kept", async () => {
  await using r = await rig();
  for (
    const [line, problem] of [
      ["run_begin", "id of a run"],
      [`run_begin "a b"`, "id of a run"],
      [`run_begin ${"x".repeat(61)}`, "id of a run"],
      ["run_begin c-1 params=[1]", "an object as JSON"],
      ["run_begin c-1 params={", "an object as JSON"],
      ["run_end c-1 outcome=done", "No run"],
      ["run_progress c-1", "No run"],
    ] as const
  ) assertMatch(await r.ask(line), new RegExp(`^failed .*${problem}`), line);
  await r.ask("run_begin c-1");
  assertEquals(r.runs()[0]!.name, "cooldown"); // its script's
  assertMatch(await r.ask("run_end c-1 outcome=splendid"), /done, failed, aborted/);
  await r.ask("run_progress c-1 fraction=7");
  await r.ask("run_progress c-1 fraction=-7");
  await r.ask("run_progress c-1 fraction=warm");
  assertEquals(r.runs()[0]!.progress, 1);
  for (let n = 2; n <= 200; n++) await r.ask(`run_begin c-${n}`);
  assertMatch(await r.ask("run_begin c-201"), /200 runs are going on/);
});
