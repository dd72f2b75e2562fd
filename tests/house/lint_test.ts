import { assertEquals } from "@std/assert";
import plugin from "./lint.ts";

const problems = (file: string, source: string) =>
  Deno.lint.runPlugin(plugin, `/dewar/${file}`, source).map(({ id }) => id);

for (
  const source of [
    "Date.now();",
    "performance.now();",
    "new Date();",
    "setTimeout(() => {}, 1);",
    "globalThis.setInterval(() => {}, 1);",
    "AbortSignal.timeout(1);",
  ]
) {
  Deno.test(`house: lint finds ${source} everywhere but in lib/time and in the browser`, () => {
    assertEquals(problems("lib/net/tcp.ts", source), ["dewar/clock"]);
    assertEquals(problems("daemons/monitor/run.ts", source), ["dewar/clock"]);
    assertEquals(problems("lib/time/clock.ts", source), []);
    assertEquals(problems("daemons/monitor/web/client/main.ts", source), []);
  });
}

Deno.test("house: lint lets a moment be made of a number", () => {
  assertEquals(problems("lib/net/tcp.ts", "new Date(0);"), []);
});

for (const source of ["Deno.cwd();", "async function f() {}", "const f = async () => {};"]) {
  Deno.test(`house: lint finds ${source} in a codec, and only there`, () => {
    assertEquals(problems("lib/line/codec.ts", source), ["dewar/sans-io"]);
    assertEquals(problems("lib/line/client.ts", source), []);
  });
}
