import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
import { ConnectionError, LocalProtocolError, PeerProtocolError, TimeoutError } from "../../lib/errors.ts";
import { AskAnswer, type AskAnswerOptions } from "../../lib/instrument/ask_answer.ts";
import type { Connection } from "../../lib/net/mod.ts";

interface Bench extends AsyncDisposable {
  readonly line: AskAnswer;
  readonly clock: VirtualClock;
  /** What the instrument got, without line ends. */
  readonly got: string[];
  readonly strays: string[];
  /** The instrument's end. */
  readonly far: Connection;
}

/** An instrument that answers `answer(question)`, or nothing; pieces of `chunk` bytes. */
async function bench(
  answer: (question: string) => string | undefined,
  options: Partial<AskAnswerOptions> = {},
  chunk = Infinity,
): Promise<Bench> {
  const clock = new VirtualClock();
  const network = new MemoryTransport({ chunk });
  const got: string[] = [];
  const strays: string[] = [];
  const accepted = Promise.withResolvers<Connection>();
  const listener = await network.listen("instrument:5000", (connection) => {
    let rest = "";
    connection.receive({
      data(bytes) {
        const lines = (rest + new TextDecoder("latin1").decode(bytes)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          got.push(line);
          const reply = answer(line);
          if (reply !== undefined) connection.write(reply);
        }
      },
    });
    accepted.resolve(connection);
  });
  const line = new AskAnswer(await network.connect("instrument:5000"), {
    clock,
    name: "Meter (instrument:5000)",
    onStray: (stray) => strays.push(stray),
    ...options,
  });
  return {
    line,
    clock,
    got,
    strays,
    far: await accepted.promise,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      await listener.close();
      assertEquals(clock.pending, 0, "no timer is left");
    },
  };
}

Deno.test("AskAnswer gives each question its reply, one in flight at a time", async () => {
  let inFlight = 0;
  const far: { write?: (text: string) => void } = {};
  await using b = await bench((question) => {
    assertEquals(++inFlight, 1);
    queueMicrotask(() => {
      inFlight--;
      far.write!(`re ${question}\r\n`);
    });
    return undefined;
  });
  far.write = (text) => b.far.write(text);
  const questions = Array.from({ length: 50 }, (_, i) => `q${i}?`);
  const replies = await b.clock.runUntil(Promise.all(questions.map((question) => b.line.ask(question))));
  assertEquals(replies, questions.map((question) => `re ${question}`));
  assertEquals(b.got, questions);
});

Deno.test("AskAnswer reads replies in whatever pieces they come", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[ -~]{0,20}$/), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 7 }),
      async (replies, chunk) => {
        let next = 0;
        await using b = await bench(() => `${replies[next++]}\r\n`, {}, chunk);
        for (const reply of replies) assertEquals(await b.clock.runUntil(b.line.ask("?")), reply);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("AskAnswer gives up the connection when a reply does not come in time", async () => {
  await using b = await bench(() => "half a rep");
  const error = await assertRejects(
    () => b.clock.runUntil(b.line.ask("temp?", { timeout: "2 s" })),
    TimeoutError,
  );
  assertEquals(b.clock.now(), 2000);
  assertEquals(
    error.message,
    'Meter (instrument:5000) did not answer "temp?" within 2.0 s: only "half a rep" came',
  );
  assertInstanceOf(await b.line.lost, TimeoutError);
  await assertRejects(() => b.line.ask("next?"), ConnectionError, "is gone");
  assertEquals(b.got, ["temp?"], "nothing was asked on a line that is out of step");
});

Deno.test("AskAnswer fails the questions that wait when the one before is not answered", async () => {
  await using b = await bench(() => undefined);
  const outcomes = await b.clock.runUntil(
    Promise.allSettled([b.line.ask("a?"), b.line.ask("b?"), b.line.tell("c")]),
  );
  assertEquals(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.name), [
    "TimeoutError",
    "ConnectionError",
    "ConnectionError",
  ]);
  assertEquals(b.got, ["a?"]);
});

Deno.test("AskAnswer drops the reply of a question that was given up, and only then asks the next", async () => {
  await using b = await bench(() => undefined);
  const controller = new AbortController();
  const first = b.line.ask("a?", { signal: controller.signal });
  const second = b.line.ask("b?");
  await b.clock.advance("1 s");
  controller.abort(new Error("no longer wanted"));
  await assertRejects(() => first, Error, "no longer wanted");
  await b.clock.advance("1 s");
  assertEquals(b.got, ["a?"]);
  b.far.write("A\n");
  await b.clock.advance("1 s");
  assertEquals(b.got, ["a?", "b?"]);
  b.far.write("B\n");
  assertEquals(await b.clock.runUntil(second), "B");
});

Deno.test("AskAnswer does not ask what was given up while it waited", async () => {
  await using b = await bench((question) => question === "a?" ? undefined : `re ${question}\n`);
  const controller = new AbortController();
  const first = b.line.ask("a?");
  const second = b.line.ask("b?", { signal: controller.signal });
  const third = b.line.ask("c?");
  controller.abort(new Error("no longer wanted"));
  await assertRejects(() => second, Error, "no longer wanted");
  b.far.write("A\n");
  assertEquals(await b.clock.runUntil(Promise.all([first, third])), ["A", "re c?"]);
  assertEquals(b.got, ["a?", "c?"]);
});

Deno.test("AskAnswer drops lines that nobody asked for and tells of them", async () => {
  await using b = await bench((question) => `re ${question}\nre ${question}\n`);
  assertEquals(await b.clock.runUntil(b.line.ask("a?")), "re a?");
  assertEquals(await b.clock.runUntil(b.line.ask("b?")), "re b?");
  assertEquals(b.strays, ["re a?", "re b?"]);
});

Deno.test("AskAnswer gives up the connection when a reply cannot belong to its question", async () => {
  await using b = await bench(() => "garbage\n", { fits: (_, reply) => /^\d+$/.test(reply) });
  const error = await assertRejects(() => b.clock.runUntil(b.line.ask("n?")), PeerProtocolError);
  assertStringIncludes(error.message, '"n?" with "garbage"');
  assert(await b.line.lost === error);
});

Deno.test("AskAnswer gives up the connection when a reply has no end", async () => {
  await using b = await bench(() => "x".repeat(101), { longest: 100 });
  await assertRejects(() => b.clock.runUntil(b.line.ask("n?")), PeerProtocolError, "longer than 100 bytes");
});

Deno.test("AskAnswer fails the question in flight when the instrument closes", async () => {
  await using b = await bench(() => undefined);
  const asked = b.line.ask("n?");
  asked.catch(() => {});
  await b.clock.advance(0);
  b.far.destroy();
  await assertRejects(() => b.clock.runUntil(asked), ConnectionError, "closed the connection");
  await b.line.lost;
});

for (const line of ["a?\nstop", "a?\r", "a\0", "\u20ac?"]) {
  Deno.test(`AskAnswer refuses to send ${JSON.stringify(line)}`, async () => {
    await using b = await bench(() => "1\n");
    await assertRejects(() => b.line.ask(line), LocalProtocolError);
    await assertRejects(() => b.line.tell(line), LocalProtocolError);
    assertEquals(await b.clock.runUntil(b.line.ask("n?")), "1");
    assertEquals(b.got, ["n?"]);
  });
}

Deno.test("AskAnswer never shifts, whatever the instrument does", async () => {
  const behaviour = fc.constantFrom("right", "right", "never", "late", "twice", "garbage");
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { minLength: 1, maxLength: 12 }), async (behaviours) => {
      const late: (() => void)[] = [];
      let next = 0;
      await using b = await bench((question) => {
        const reply = `${question.length}:re ${question}\n`;
        switch (behaviours[next++]) {
          case "never":
            return undefined;
          case "late":
            late.push(() => b.far.write(reply));
            return undefined;
          case "twice":
            return reply + reply;
          case "garbage":
            return "#\xff\n";
          default:
            return reply;
        }
      }, { fits: (question, reply) => reply.startsWith(`${question.length}:`) });
      const firstWrong = behaviours.findIndex((behaviour) => !["right", "twice"].includes(behaviour));
      for (let i = 0; i < behaviours.length; i++) {
        const question = "?".padEnd(i + 1, "x");
        const [outcome] = await b.clock.runUntil(Promise.allSettled([b.line.ask(question)]));
        late.splice(0).forEach((send) => send());
        if (firstWrong >= 0 && i >= firstWrong) assertEquals(outcome!.status, "rejected");
        else assertEquals(outcome, { status: "fulfilled", value: `${question.length}:re ${question}` });
      }
    }),
    { numRuns: 1000 },
  );
});
