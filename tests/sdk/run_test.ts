/** Scripts that tell a MONITOR of their runs; the MONITOR is a whole one. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { announceRun, DewarError, type Run, type RunInfo } from "@dewar/sdk";
import { bench } from "../monitor/bench.ts";
import { modelOf } from "../monitor/fake_link.ts";

const INFO: RunInfo = {
  name: "cool down",
  by: "anna",
  note: "new window",
  params: { target: -100, loop: undefined },
  devices: ["cooler"],
  plots: ["cooler.temperature"],
};

async function rig() {
  const b = await bench(["cooler"]);
  const { clock, transport } = b;
  const announce = <T>(
    work: (run: Run) => Promise<T>,
    more: { signal?: AbortSignal; monitor?: string } = {},
  ) => announceRun(INFO, work, { clock, transport, monitor: b.monitor.address!, ...more });
  const kept = () => [...b.recorder.records.kept.values()];
  return { b, clock, announce, kept, [Symbol.asyncDispose]: () => b[Symbol.asyncDispose]() };
}

Deno.test("announceRun() tells what is run, how far it has come, and that it is done", async () => {
  await using r = await rig();
  const result = await r.clock.runUntil(r.announce(async (run) => {
    assertMatch(run.id, /^cool_down-\d{8}-\d{6}-[0-9a-f]{4}$/);
    await r.clock.sleep("3 s");
    assertEquals(r.b.monitor.lab.runs.live.map(({ row }) => row.id), [run.id]);
    run.progress(0.25, "on the way");
    await r.clock.sleep("3 s");
    assertEquals(r.b.monitor.lab.runs.live[0]!.row.progress, 0.25);
    run.progress(1, "there");
    return 7;
  }));
  assertEquals(result, 7);
  const [run] = r.kept();
  assertEquals(
    [run!.name, run!.author, run!.note, run!.params, run!.outcome, run!.progress, run!.doing, run!.plots],
    ["cool down", "anna", "new window", { target: -100 }, "done", 1, "there", ["cooler.temperature"]],
  );
});

Deno.test("announceRun() lets MONITOR see the settings before the work changes them", async () => {
  await using r = await rig();
  const cooler = r.b.link("cooler");
  cooler.connect(modelOf({ target: { type: "number", set: true } }));
  cooler.push({ target: 20 });
  await r.clock.runUntil(r.announce(() => {
    cooler.push({ target: -100 });
    return r.clock.sleep(10);
  }));
  assertEquals(r.kept()[0]!.changes, [{ client: "cooler", key: "target", before: "20", after: "-100" }]);
});

Deno.test("announceRun() keeps a run of no time at all, and why one failed", async () => {
  await using r = await rig();
  await r.clock.runUntil(r.announce(() => Promise.resolve()));
  await assertRejects(
    () => r.clock.runUntil(r.announce(() => Promise.reject(new DewarError("no reserve")))),
    DewarError,
    "no reserve",
  );
  assertEquals(r.kept().map(({ outcome, reason }) => [outcome, reason]), [["done", null], [
    "failed",
    "no reserve",
  ]]);
});

Deno.test("announceRun() aborts the run's signal when somebody asks MONITOR for its end, and says so", async () => {
  await using r = await rig();
  const going = r.announce(async (run) => {
    await r.clock.sleep("2 s");
    await r.b.monitor.obey(`abort_run ${run.id} "too warm"`);
    await r.clock.sleep("1 h", run);
  });
  going.catch(() => {}); // it is awaited below
  await assertRejects(() => r.clock.runUntil(going), DewarError, "console: too warm");
  const [run] = r.kept();
  assertEquals([run!.outcome, run!.ended! - run!.began < 10], ["aborted", true]);
  assertMatch(run!.reason!, /asked for the end of the run: console: too warm/);
});

Deno.test("announceRun() is aborted by its caller's signal", async () => {
  await using r = await rig();
  const stop = new AbortController();
  const going = r.announce(async (run) => {
    await r.clock.sleep("2 s");
    stop.abort(new DewarError("interrupted"));
    await r.clock.sleep("1 h", run);
  }, { signal: stop.signal });
  await assertRejects(() => r.clock.runUntil(going), DewarError, "interrupted");
  assertEquals(r.kept().map(({ outcome, reason }) => [outcome, reason]), [["aborted", "interrupted"]]);
});

Deno.test("announceRun() works where there is no MONITOR", async () => {
  await using r = await rig();
  const began = r.clock.time();
  const result = await r.clock.runUntil(r.announce(async (run) => {
    run.progress(0.5);
    await r.clock.sleep("1 min");
    return run.signal.aborted;
  }, { monitor: "nowhere:1" }));
  assertEquals(result, false);
  assert(r.clock.time() - began < 61, `${r.clock.time() - began}`);
  assertEquals(r.kept(), []);
});

Deno.test("announceRun() begins nothing where MONITOR's address is none", async () => {
  await using r = await rig();
  let begun = false;
  const work = () => Promise.resolve(void (begun = true));
  await assertRejects(
    () => r.announce(work, { monitor: "gpib://1" }),
    DewarError,
    "nothing here speaks gpib",
  );
  assertEquals(begun, false);
});

Deno.test("announceRun() tells a MONITOR that was started anew of the run again", async () => {
  await using r = await rig();
  await r.clock.runUntil(r.announce(async (run) => {
    await r.clock.sleep("2 s");
    const { began } = r.b.monitor.lab.runs.find(run.id)!.row;
    r.b.monitor.lab.runs.end(run.id, "failed", "as if forgotten");
    r.b.recorder.records.kept.clear();
    await r.clock.sleep("3 s");
    assertEquals(r.b.monitor.lab.runs.find(run.id)!.row.began, began);
  }));
  assertEquals(r.kept().map(({ outcome }) => outcome), ["done"]);
});
