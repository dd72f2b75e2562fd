/** What may go wrong with a controller, as a client sees it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Faults, parseFaults } from "../../../daemons/archon/simulator/faults.ts";
import { Bench, DETECTOR, smallBench } from "./bench.ts";

async function faulty(text: string): Promise<Bench> {
  return await Bench.open({ faults: parseFaults(text)! });
}

Deno.test("faults: an error, silence, small letters, twice, garbage, each on a chosen command", async () => {
  for (
    const [text, replies] of [
      ["error:RCONFIG", ["?0A\n", "<0B\n"]],
      ["never:RCONFIG", ["", "<0B\n"]],
      ["lowercase:RCONFIG", ["<0a\n", "<0B\n"]],
      ["twice:RCONFIG", ["<0A\n<0A\n", "<0B\n"]],
      ["garbage:RCONFIG", ["\x7f#?\nA\n", "<0B\n"]],
      ["error:RCONFIG@2", ["<0A\n", "<0B\n"]],
      ["error", ["?0A\n", "?0B\n"]],
    ] as const
  ) {
    await using bench = await faulty(text);
    assertEquals([await bench.exchange(">0ARCONFIG0000\n"), await bench.exchange(">0BCLEARCONFIG\n")], [
      ...replies,
    ], text);
  }
});

Deno.test("faults: a reply that is late comes five seconds late", async () => {
  await using bench = await faulty("late:TIMER");
  assertEquals(await bench.exchange(">01TIMER\n"), "");
  await bench.clock.advance("4.9 s");
  assertEquals(await bench.exchange(""), "");
  await bench.clock.advance("0.2 s");
  assertMatch(await bench.exchange(""), /^<01TIMER=/);
});

Deno.test("faults: a connection that breaks in the middle of FETCH", async () => {
  await using bench = await smallBench({ faults: parseFaults("cut:FETCH")! });
  await bench.expose().catch(() => {}); // which fetches
  const came = (await bench.came()).length;
  await bench.connection.closed;
  assert(came < 4 * 1028, `${came}`);
});

Deno.test("faults: conditions that last until they are taken away", async () => {
  await using bench = await faulty("powergood,overheat,invalid,log,stale,sensor");
  await bench.clock.advance("1 s");
  const status = await bench.values("STATUS");
  assertEquals(["VALID", "POWERGOOD", "OVERHEAT", "LOG"].map((key) => status[key]), ["0", "0", "1", "1"]);
  assertEquals(status["MOD2/TEMPA"], "-273.150016");
  assert(Number(status["P17V_V"]) < 16.4, "a rail is outside of its window");
  assertMatch((await bench.ask("FETCHLOG"))!, /Supply voltage/);
  assertEquals((await bench.values("FRAME"))["BUF1COMPLETE"], "1");
  bench.simulator.faults.conditions.clear();
  await bench.clock.advance("1 s");
  const healthy = await bench.values("STATUS");
  assertEquals(["VALID", "POWERGOOD", "OVERHEAT", "LOG"].map((key) => healthy[key]), ["1", "1", "0", "0"]);
});

Deno.test("faults: a bias check that fails leaves the power between off and on, with an entry in the log", async () => {
  await using bench = await faulty("power");
  await bench.configure(DETECTOR);
  assertEquals(await bench.wait("POWERON"), "");
  assertEquals((await bench.values("STATUS"))["POWER"], "3");
  assertMatch((await bench.ask("FETCHLOG"))!, /bias check failed/);
  bench.simulator.faults.conditions.clear();
  await bench.wait("POWERON");
  assertEquals((await bench.values("STATUS"))["POWER"], "4");
});

Deno.test("faults: APPLYALL may take twenty seconds", async () => {
  await using bench = await faulty("slow");
  bench.connection.write(">01APPLYALL\n");
  await bench.clock.advance("19 s");
  assertEquals(await bench.exchange(""), "");
  await bench.clock.advance("2 s");
  assertEquals(await bench.exchange(""), "<01\n");
});

Deno.test("faults: a frame may go into the buffer that is locked", async () => {
  await using bench = await smallBench({ faults: parseFaults("overwrite")! });
  await bench.ask("LOCK1");
  await bench.expose();
  assertEquals((await bench.values("FRAME"))["BUF1FRAME"], "1");
});

Deno.test("faults are read as they are typed, and what is none is refused", () => {
  const faults = parseFaults("late@5, error:APPLYCDS,power,cut:FETCH@2") as Faults;
  assertEquals(faults.replies, [
    { kind: "late", every: 5 },
    { kind: "error", every: 1, command: "APPLYCDS" },
    { kind: "cut", every: 2, command: "FETCH" },
  ]);
  assertEquals([...faults.conditions], ["power"]);
  for (const text of ["", "later", "late@0", "error:", "power@2", "late,,power"]) {
    assertEquals(parseFaults(text), undefined, text);
  }
});
