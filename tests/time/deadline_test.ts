import { assert, assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../lib/errors.ts";
import { withDeadline } from "../../lib/time/mod.ts";
import { VirtualClock } from "../../lib/testing/mod.ts";

const what = "answer of cryocon (localhost:7024) to get_status";

Deno.test("withDeadline() returns what the work returns and leaves no timer", async () => {
  const clock = new VirtualClock();
  const work = async () => {
    await clock.sleep("4 s");
    return 42;
  };
  assertEquals(await clock.runUntil(withDeadline(work, { clock, timeout: "5 s", what })), 42);
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() passes on what the work throws", async () => {
  const clock = new VirtualClock();
  const work = () => Promise.reject(new RangeError("no"));
  await assertRejects(() => withDeadline(work, { clock, timeout: "5 s", what }), RangeError, "no");
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() fails by name after its timeout and aborts the work", async () => {
  const clock = new VirtualClock();
  let signal!: AbortSignal;
  const work = (given: AbortSignal) => {
    signal = given;
    return new Promise<never>(() => {});
  };
  const error = await assertRejects(
    () => clock.runUntil(withDeadline(work, { clock, timeout: "5 s", what })),
    TimeoutError,
  );
  assertEquals(error.message, `No ${what} within 5.0 s`);
  assertEquals(signal.reason, error);
  assertEquals(clock.now(), 5000);
});

Deno.test("withDeadline() ends with the reason of its signal, before the work begins or during it", async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  let began = 0;
  const run = () =>
    withDeadline((signal) => {
      began++;
      return clock.sleep("1 h", { signal });
    }, { clock, timeout: "2 h", signal: controller.signal, what });
  const running = run();
  controller.abort(new Error("enough"));
  await assertRejects(() => running, Error, "enough");
  await assertRejects(run, Error, "enough");
  assertEquals(began, 1);
  assertEquals(clock.pending, 0);
});

Deno.test("withDeadline() does not abort work that is done", async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  let given!: AbortSignal;
  await withDeadline((signal) => {
    given = signal;
    return Promise.resolve();
  }, { clock, timeout: "5 s", signal: controller.signal, what });
  controller.abort();
  assert(!given.aborted);
});
