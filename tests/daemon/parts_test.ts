import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { agrees } from "../../lib/daemon/agrees.ts";
import { formatLogLine, type LogType } from "../../lib/daemon/log.ts";
import { flatten } from "../../lib/daemon/patch.ts";
import { type Priority, Queue } from "../../lib/daemon/queue.ts";
import { Supply } from "./rig.ts";

Deno.test("Queue runs one job at a time, by priority, and in order within one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom<Priority>("safe", "user", "poll")), async (priorities) => {
      const queue = new Queue();
      const gate = Promise.withResolvers<void>();
      const first = queue.run("poll", () => gate.promise);
      const ran: number[] = [];
      let running = 0;
      const jobs = priorities.map((priority, index) =>
        queue.run(priority, async () => {
          assertEquals(++running, 1);
          ran.push(index);
          await Promise.resolve();
          running--;
        })
      );
      gate.resolve();
      await Promise.all([first, ...jobs]);
      const rank = (index: number) => ["safe", "user", "poll"].indexOf(priorities[index]!);
      assertEquals(ran, priorities.map((_, index) => index).sort((a, b) => rank(a) - rank(b) || a - b));
    }),
    { numRuns: 200 },
  );
});

Deno.test("Queue goes on after a job that fails, and leaves out one that was given up", async () => {
  const queue = new Queue();
  const gate = Promise.withResolvers<void>();
  const given = new AbortController();
  const first = queue.run("user", () => gate.promise);
  const failing = queue.run("user", () => Promise.reject(new Error("no")));
  let ran = false;
  const left = queue.run("user", () => Promise.resolve(ran = true), given.signal);
  const last = queue.run("user", () => Promise.resolve("last"));
  given.abort(new Error("given up"));
  gate.resolve();
  await first;
  await assertRejects(() => failing, Error, "no");
  await assertRejects(() => left, Error, "given up");
  assertEquals([await last, ran], ["last", false]);
});

Deno.test("Queue refuses what waits but the safe procedure", async () => {
  const queue = new Queue();
  const gate = Promise.withResolvers<void>();
  const first = queue.run("user", () => gate.promise);
  const safe = queue.run("safe", () => Promise.resolve("safe"));
  const user = queue.run("user", () => Promise.resolve("user"));
  queue.refuse(new Error("lost"));
  await assertRejects(() => user, Error, "lost");
  gate.resolve();
  await first;
  assertEquals(await safe, "safe");
});

Deno.test("agrees() allows half a step, the deadband or a millionth, and no more", () => {
  const cases: [Parameters<typeof agrees>, boolean][] = [
    [[{ type: "number", precision: 1 }, -100, -99.95], true],
    [[{ type: "number", precision: 1 }, -100, -99.94], false],
    [[{ type: "number", precision: 3, deadband: 0.1 }, 1, 1.1], true],
    [[{ type: "number", precision: 3, deadband: 0.1 }, 1, 1.11], false],
    [[{ type: "number" }, 123456.7, 123456.8], true],
    [[{ type: "number" }, 1, 1.001], false],
    [[{ type: "number" }, 0, 0], true],
    [[{ type: "number" }, 1, NaN], false],
    [[{ type: "integer" }, 3, 4], false],
    [[{ type: "flag" }, true, false], false],
    [[{ type: "text" }, "a", "a"], true],
    [[{ type: "array", precision: 0 }, [1, 2], [1.4, 2]], true],
    [[{ type: "array", precision: 0 }, [1, 2], [1]], false],
  ];
  for (const [args, expected] of cases) assertEquals(agrees(...args), expected, JSON.stringify(args));
});

Deno.test("flatten() lays targets and groups flat, and leaves out what is undefined", () => {
  const patch = {
    temperature: 1,
    target: { temperature: 2, voltage: undefined },
    current: { bad: "over range" },
    loop: { 0: { range: 3 }, 1: {} },
  } as const;
  assertEquals(flatten(Supply, patch as never), {
    temperature: 1,
    "temperature.target": 2,
    current: { bad: "over range" },
    "loop1.range": 3,
  });
});

Deno.test("flatten() names what the model does not have", () => {
  assertThrows(
    () => flatten(Supply, { tmperature: 1 } as never),
    TypeError,
    `no parameter or group "tmperature"`,
  );
});

Deno.test("formatLogLine() is JSON for machines", () => {
  const line = { time: 1_767_225_600.25, source: "supply", type: "warning", message: 'it "broke"' } as const;
  assertEquals(JSON.parse(formatLogLine(line, "machine")), { ...line, time: "2026-01-01T00:00:00.250Z" });
});

Deno.test("formatLogLine() is time, source, type and text for people, with colour only for what is not normal", () => {
  const line = { time: 1_767_225_600.25, source: "supply", type: "warning", message: "it broke" } as const;
  const plain = (type: LogType) => formatLogLine({ ...line, type }, "terminal");
  const colored = (type: LogType) => formatLogLine({ ...line, type }, "colour terminal");
  assertEquals(plain("warning"), "00:00:00.250  supply      warning  it broke");
  assertEquals(colored("info"), plain("info"));
  assertEquals(colored("warning"), `\x1b[33m${plain("warning")}\x1b[0m`);
  assertEquals(colored("error"), `\x1b[31m${plain("error")}\x1b[0m`);
});
