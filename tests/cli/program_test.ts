import { assertEquals, assertStringIncludes } from "@std/assert";
import { program, run } from "../processes.ts";

const failing = (...args: readonly string[]) => run(program("tests/cli/failing.ts", ...args));

Deno.test("programs end with 2 on what they were told wrongly, with 1 on other errors, with 70 on a defect", async () => {
  const codes = await Promise.all(
    ["usage", "config", "connection", "defect"].map(async (way) => (await failing(way)).code),
  );
  assertEquals(codes, [2, 2, 1, 70]);
});

Deno.test("an error is told on one line, a defect with where it happened", async () => {
  assertEquals((await failing("config")).log, "lab.yaml line 3: wrong\n");
  assertStringIncludes((await failing("usage")).log, "failing --help shows what there is");
  assertStringIncludes((await failing("defect")).log, "failing.ts:9");
});

Deno.test("programs end with 0 after their help", async () => {
  assertEquals((await failing("--help")).code, 0);
});
