import { assertEquals, assertMatch } from "@std/assert";
import type { RunRow } from "../../../daemons/monitor/store/run.ts";
import { openStore, type Store } from "../../../daemons/monitor/store/mod.ts";
import { channelsOf, type Model, type Reading } from "../../../lib/device/mod.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import { giveDatabase } from "./made_database.ts";
import { testWithDatabase } from "./postgres.ts";

const Cooler = {
  model: "cooler",
  description: "A cooler",
  params: {
    temperature: { type: "number", unit: "K" },
    range: { type: "choice", of: ["low", "high"] },
    control: { type: "flag" },
    curve: { type: "array" },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
} as const satisfies Model;
const CHANNELS = new Map(channelsOf(Cooler).map((channel) => [channel.key, channel]));
const START = 1_800_000_000;

function record(store: Store, time: number, values: Record<string, Reading["value"]>): void {
  const readings = new Map(
    Object.entries(values).map(([key, value]) =>
      [key, { value, time, quality: "good", severity: "ok" } as Reading] as const
    ),
  );
  store.record("cooler", { time, complete: false, readings }, CHANNELS);
}

async function recordsTests(t: Deno.TestContext, db?: string): Promise<void> {
  const data = await Deno.makeTempDir();
  if (db === undefined) await giveDatabase(data);
  const clock = new VirtualClock(START);
  const open = () => openStore({ data, clock, ...db === undefined ? {} : { db } });
  const pass = async (store: Store, seconds: number) => {
    for (let left = seconds; left > 0; left -= 10) {
      await clock.advance(1000 * Math.min(left, 10));
      await store.flush();
    }
  };
  const raw = async (store: Store, keys: readonly string[], from: number, to: number) => {
    const found: unknown[] = [];
    const names = keys.map((key) => ({ client: "cooler", key }));
    for await (const { key, reading } of store.records.raw(names, { from, to })) {
      found.push([key, Math.round((reading.time - START) * 10) / 10, reading.value ?? reading.reason]);
    }
    return found;
  };

  let store = await open();
  assertMatch(
    store.records.promise,
    db === undefined ? /embedded database in .*A loss of power .*may damage it/ : /PostgreSQL at .*an outage/,
  );
  await t.step(
    "raw values come in the order of their times, first what held at the begin with its own",
    async () => {
      record(store, clock.time(), { temperature: 1, range: "low", control: true, curve: [1, 2] });
      await pass(store, 20);
      record(store, clock.time(), { temperature: 2, control: false });
      await pass(store, 5);
      record(store, clock.time(), { temperature: 3 });
      await pass(store, 5);
      assertEquals(await raw(store, ["temperature", "control"], START + 10, START + 25.5), [
        ["temperature", 0, 1],
        ["control", 0, true],
        ["temperature", 20, 2],
        ["control", 20, false],
        ["temperature", 25, 3],
      ]);
      assertEquals(await raw(store, ["range", "curve"], START + 10, START + 11), [
        ["range", 0, "low"],
        ["curve", 0, [1, 2]],
      ]);
      assertEquals(await raw(store, ["nothing"], START, START + 30), []);
    },
  );

  await t.step("channels are found by their names", async () => {
    const name = (key: string) => ({ client: "cooler", key });
    assertEquals(await store.records.channels(["temperature", "control", "nothing"].map(name)), [
      { ...name("temperature"), type: "number", unit: "K" },
      { ...name("control"), type: "flag", unit: "" },
    ]);
    assertEquals((await store.records.names()).map(({ key }) => key), [...CHANNELS.keys()]);
  });

  await t.step("more raw values than are asked at a time come once each", async () => {
    for (let second = 0; second < 60; second++) {
      for (let n = 0; n < 200; n++) record(store, clock.time() + n / 200, { temperature: second * 200 + n });
      await clock.advance(1000);
    }
    await store.flush();
    const found = await raw(store, ["temperature"], START + 30, START + 90);
    assertEquals(found.length, 12_001);
    assertEquals(
      found.slice(1).map((one) => (one as unknown[])[2]),
      Array.from({ length: 12_000 }, (_, n) => n),
    );
  });

  await t.step(
    "the state of any moment has each channel's last value, and says what was not recorded",
    async () => {
      const at = async (time: number) =>
        (await store.records.stateAt(time)).map((
          { key, unit, recorded, reading },
        ) => [key, unit, reading.value, recorded]);
      assertEquals(await at(START + 22), [
        ["temperature", "K", 2, true],
        ["range", "", "low", true],
        ["control", "", false, true],
        ["curve", "", [1, 2], true],
      ]);
      const end = clock.time();
      await store.close();
      await clock.advance(3_600_000);
      store = await open();
      assertEquals((await at(end + 1800))[1], ["range", "", "low", false]);
      record(store, clock.time(), { temperature: 9 });
      await pass(store, 2);
      const found = await raw(store, ["temperature"], end - 0.1, clock.time());
      assertEquals((found.at(-2) as unknown[])[2], "not recorded");
      assertEquals((found.at(-1) as unknown[])[2], 9);
    },
  );

  await t.step("the log is searched by text, source, type and time, page by page", async () => {
    const say = (source: string, type: "info" | "error", message: string) =>
      store.log({ time: clock.time(), source, type, message });
    const begin = clock.time();
    say("anna", "info", "set cryocon.temperature=-100");
    say("cryocon", "error", "heater 100% open");
    await clock.advance(5000);
    say("cryocon", "info", "heater is back");
    const find = async (query: object) => {
      const { lines, more } = await store.records.log({ count: 50, ...query });
      return [...lines.map(({ message }) => message), ...more ? ["…"] : []];
    };
    assertEquals(await find({ text: "HEATER" }), ["heater is back", "heater 100% open"]);
    assertEquals(await find({ text: "100% heater" }), ["heater 100% open"]);
    assertEquals(await find({ text: "10_" }), []);
    assertEquals(await find({ source: "anna" }), ["set cryocon.temperature=-100"]);
    assertEquals(await find({ types: ["error"], text: "cryocon" }), ["heater 100% open"]);
    assertEquals(await find({ from: begin + 1 }), ["heater is back"]);
    assertEquals(await find({ text: "heater", to: begin + 1 }), ["heater 100% open"]);
    assertEquals(await find({ count: 1 }), ["heater is back", "…"]);
    assertEquals(await find({ count: 1, offset: 1 }), ["heater 100% open", "…"]);
  });

  await t.step("notes are kept with what they are about, and found", async () => {
    const note = {
      time: START + 100,
      written: 0,
      author: "anna",
      text: "Window cleaned\nlooks good <b>",
      client: null,
    };
    store.records.note({ ...note, run: "2026-11-27-04" });
    store.records.note({
      ...note,
      time: START + 200,
      text: "50% of the flux is gone",
      client: "lamp",
      run: null,
    });
    const find = async (query: object) => {
      const { notes, more } = await store.records.notes({ count: 10, ...query });
      return [...notes.map(({ text }) => text.slice(0, 6)), ...more ? ["…"] : []];
    };
    assertEquals(await find({}), ["50% of", "Window"]);
    assertEquals(await find({ text: "window ANNA" }), ["Window"]);
    assertEquals(await find({ client: "lamp" }), ["50% of"]);
    assertEquals(await find({ run: "2026-11-27-04" }), ["Window"]);
    assertEquals(await find({ to: START + 150 }), ["Window"]);
    assertEquals(await find({ count: 1 }), ["50% of", "…"]);
    const [first] = (await store.records.notes({ count: 1, offset: 1 })).notes;
    assertEquals(first!.written, clock.time());
    assertEquals(first!.text, note.text);
  });

  await t.step("runs are kept as they stand, with the settings of their begin, and found", async () => {
    const begin = clock.time();
    const run: RunRow = {
      id: "cooldown-1",
      name: "cooldown",
      author: "anna",
      began: begin,
      seen: begin,
      ended: null,
      outcome: null,
      reason: null,
      note: "window is new",
      params: { target: -100, loop: "1", force: true },
      devices: ["cryocon"],
      plots: ["cryocon.temperature"],
      progress: null,
      doing: null,
      settings: { cryocon: { temperature: "20" } },
      changes: null,
    };
    store.records.keepRun(run);
    store.records.keepRun({ ...run, settings: null, progress: 0.5, doing: "half way" });
    await store.flush();
    await clock.advance(100_000);
    const end = clock.time();
    const changes = [{ client: "cryocon", key: "temperature", before: "20", after: "-100" }];
    const ended = { ended: end, seen: end, outcome: "failed", reason: "no \0 reserve" } as const;
    store.records.keepRun({ ...run, settings: null, progress: 0.5, doing: "half way", changes, ...ended });
    store.records.keepRun({ ...run, name: "what has ended stays as it was" });
    const other = { ...run, id: "take-1", name: "take", author: "ben", note: null, began: end, seen: end };
    store.records.keepRun({ ...other, settings: null, params: { type: "flat", text: "100%" } });
    assertEquals(await store.records.run("cooldown-1"), {
      ...run,
      ...ended,
      reason: "no \ufffd reserve",
      progress: 0.5,
      doing: "half way",
      changes,
    });
    assertEquals(await store.records.run("none"), undefined);
    const find = async (query: object) => {
      const { runs, more } = await store.records.runs({ count: 10, ...query });
      return [...runs.map(({ id }) => id), ...more ? ["…"] : []];
    };
    assertEquals(await find({}), ["take-1", "cooldown-1"]);
    assertEquals(await find({ text: "WINDOW cryo" }), ["cooldown-1"]);
    assertEquals(await find({ text: "100% flat" }), ["take-1"]);
    assertEquals(await find({ author: "ben" }), ["take-1"]);
    assertEquals(await find({ name: "cooldown" }), ["cooldown-1"]);
    assertEquals(await find({ from: end + 1 }), []);
    assertEquals(await find({ from: begin + 50, to: begin + 60 }), ["cooldown-1"]);
    assertEquals(await find({ count: 1 }), ["take-1", "…"]);
    assertEquals(await store.records.runChoices(), {
      names: ["take", "cooldown"],
      authors: ["ben", "anna"],
    });
  });
  await store.close();
  await Deno.remove(data, { recursive: true });
}

Deno.test("the past is there to be asked for in the embedded database", (t) => recordsTests(t));

testWithDatabase("the past is there to be asked for in PostgreSQL", (db, t) => recordsTests(t, db));
