import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CommandError, ConnectionError, TimeoutError } from "../../lib/errors.ts";
import { BusRig } from "./gpib_rig.ts";

/** Replies in the order in which they come. */
function inOrder(rig: BusRig): {
  readonly got: string[];
  ask(client: string, address: number, question: string): Promise<void>;
} {
  const got: string[] = [];
  return {
    got,
    async ask(client, address, question) {
      got.push(`${client}: ${await rig.bus.query(address, question, { client })}`);
    },
  };
}

Deno.test("GpibBus lets clients alternate, and keeps the order of each", async () => {
  await using it = await BusRig.start();
  const { got, ask } = inOrder(it);
  const all = [];
  for (let question = 0; question < 50; question++) all.push(ask("greedy", 14, `g${question}?`));
  for (let question = 0; question < 3; question++) all.push(ask("modest", 15, `m${question}?`));
  await it.clock.runUntil(Promise.all(all));
  assertEquals(got.slice(0, 6), [
    "greedy: i14 g0?",
    "modest: i15 m0?",
    "greedy: i14 g1?",
    "modest: i15 m1?",
    "greedy: i14 g2?",
    "modest: i15 m2?",
  ]);
  const greedy = got.filter((line) => line.startsWith("greedy"));
  assertEquals(greedy, Array.from({ length: 50 }, (_, question) => `greedy: i14 g${question}?`));
});

Deno.test("GpibBus: an instrument that hangs fails its own asker by the deadline and holds up nobody else", async () => {
  await using it = await BusRig.start();
  it.instruments.get(14)!.hangs = true;
  const began = it.clock.now();
  const hung = assertRejects(() => it.bus.query(14, "hang?", { client: "a" }), TimeoutError);
  let slowest = 0;
  const others = async () => {
    for (let question = 0; question < 20; question++) {
      const before = it.clock.now();
      assertEquals(await it.bus.query(15, `q${question}?`, { client: "b" }), `i15 q${question}?`);
      slowest = Math.max(slowest, it.clock.now() - before);
    }
  };
  await it.clock.runUntil(others());
  assert(slowest < 400, `${slowest} ms`);
  const error = await it.clock.runUntil(hung);
  assertEquals(
    error.message,
    `No answer to "hang?" to GPIB address 14 within 2.5 s: the instrument said nothing`,
  );
  assert(it.clock.now() - began < 6500);
  assertEquals(it.bus.silent, [14]);
});

Deno.test("GpibBus: however many instruments hang, what the daemon itself asks the adapter goes first", async () => {
  await using it = await BusRig.start();
  const nobody = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
  const hung = nobody.map((address) =>
    assertRejects(() => it.bus.query(address, "a?", { client: address, timeout: "9 s" }), TimeoutError)
  );
  for (let second = 0; second < 8; second++) {
    const before = it.clock.now();
    await it.clock.runUntil(it.bus.command("++addr", { client: it.bus }));
    assert(it.clock.now() - before < 400, `${it.clock.now() - before} ms`);
    await it.clock.advance("0.7 s");
  }
  await it.clock.runUntil(Promise.all(hung));
});

Deno.test("GpibBus gives a slow instrument its time", async () => {
  await using it = await BusRig.start();
  assertEquals(await it.clock.runUntil(it.bus.query(14, "slow 2?", { client: "a" })), "i14 slow 2?");
  const long = it.bus.query(14, "slow 20?", { client: "a", timeout: "30 s" });
  assertEquals(await it.clock.runUntil(long), "i14 slow 20?");
});

Deno.test("GpibBus never takes a late reply for the next one", async () => {
  await using it = await BusRig.start();
  await it.clock.runUntil(assertRejects(() => it.bus.query(14, "slow 4?", { client: "a" }), TimeoutError));
  const next = it.bus.query(14, "next?", { client: "b" });
  assertEquals(await it.clock.runUntil(next), "i14 next?");
  assertStringIncludes(it.log.join("\n"), `Dropped "i14 slow 4?" of GPIB address 14, the late reply`);
  assertEquals(it.bus.silent, []);
});

Deno.test("GpibBus never mixes up replies, whatever the times and the hangs", async () => {
  await using it = await BusRig.start({ quarantine: "20 s" });
  let [right, late] = [0, 0];
  const client = async (name: string, address: number, count: number) => {
    for (let question = 0; question < count; question++) {
      const asked = `slow ${(question * 7 + address) % 5} ${name}${question}?`;
      try {
        const timeout = question % 3 === 0 ? "2.5 s" : "12 s";
        const reply = await it.bus.query(address, asked, { client: name, timeout });
        assertEquals(reply, `i${address} ${asked}`);
        right++;
      } catch (error) {
        assert(error instanceof TimeoutError, String(error));
        late++;
      }
    }
  };
  const hang = it.clock.every("7 s", () => {
    const instrument = it.instruments.get(15)!;
    instrument.hangs = !instrument.hangs;
  });
  const clients = [client("a", 14, 40), client("b", 14, 40), client("c", 15, 40), client("d", 3, 40)];
  await it.clock.runUntil(Promise.all(clients));
  hang.stop();
  assert(right > 60 && late > 20, `${right} right, ${late} late`);
});

Deno.test("GpibBus asks an instrument again that never answers some question, after the quarantine", async () => {
  await using it = await BusRig.start();
  const { bus, clock } = it;
  await clock.runUntil(assertRejects(() => bus.query(14, "no question", { client: "a" }), TimeoutError));
  const refused = await clock.runUntil(
    assertRejects(() => bus.query(14, "a?", { client: "a" }), TimeoutError),
  );
  assertStringIncludes(refused.message, `still owes the reply to "no question"`);
  assertEquals(it.echoes.get(14)!.heard, ["no question"]);
  await clock.advance("8 s");
  assertEquals(await clock.runUntil(bus.query(14, "b?", { client: "a" })), "i14 b?");
});

Deno.test("GpibBus writes without waiting for a reply", async () => {
  await using it = await BusRig.start();
  await it.clock.runUntil(it.bus.write(14, "SET 1", { client: "a" }));
  assertEquals(it.echoes.get(14)!.heard, ["SET 1"]);
  assertEquals(await it.clock.runUntil(it.bus.command("++addr", { client: "a" })), "14");
  assertEquals(await it.clock.runUntil(it.bus.command("++spoll", { client: "a", address: 3 })), "0");
  assertEquals(it.bus.address, 3);
});

Deno.test("GpibBus gives up what its asker has given up, and is not confused by the reply", async () => {
  await using it = await BusRig.start();
  const gone = new AbortController();
  const asked = assertRejects(
    () => it.bus.query(14, "slow 1?", { client: "a", signal: gone.signal }),
    Error,
    "enough",
  );
  await it.clock.advance("0.5 s");
  gone.abort(new Error("enough"));
  await asked;
  assertEquals(await it.clock.runUntil(it.bus.query(14, "next?", { client: "b" })), "i14 next?");
  assertEquals(it.bus.waiting, 0);
});

Deno.test("GpibBus holds no more than a thousand requests of a client", async () => {
  await using it = await BusRig.start();
  const many = Array.from({ length: 1000 }, () => it.bus.write(14, "x", { client: "a", timeout: "1 min" }));
  await assertRejects(() => it.bus.write(14, "x", { client: "a" }), CommandError, "was not sent");
  await it.clock.runUntil(it.bus.write(14, "y", { client: "b" }));
  await it.clock.runUntil(Promise.all(many));
});

Deno.test("GpibBus fails all that waits when the adapter is lost, and says what was not sent", async () => {
  await using it = await BusRig.start();
  const first = assertRejects(
    () => it.bus.query(14, "slow 2?", { client: "a" }),
    ConnectionError,
    "has no answer",
  );
  const second = assertRejects(
    () => it.bus.query(14, "b?", { client: "b" }),
    ConnectionError,
    "was not sent",
  );
  await it.clock.advance("0.5 s");
  it.transport.drop("gpib:1234");
  await it.clock.runUntil(Promise.all([first, second]));
  assertEquals(it.bus.waiting, 0);
});
