/** YAML that would be too much for whoever reads it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readYaml } from "../../../daemons/monitor/config/mod.ts";
import { readLayout } from "../../../daemons/monitor/layout/layout.ts";
import { parseYaml, readLab } from "../../../lib/device/mod.ts";
import { ConfigError } from "../../../lib/errors.ts";

/** Nine lists of nine of the list before: nine to the tenth values. */
function laughs(levels = 9): string {
  const lists = Array.from(
    { length: levels },
    (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(", ")}]`,
  );
  return [`l0: &l0 [${Array(9).fill("ha").join(", ")}]`, ...lists].join("\n");
}

/** What is too much, and what is said of it. */
const BOMBS: Readonly<Record<string, readonly [text: string, problem: RegExp]>> = {
  "aliases of aliases": [
    laughs(),
    /^bomb.yaml line \d+: with what its aliases stand for it has more than 250000 values$/,
  ],
  "aliases of aliases as a key": [`${laughs()}\n? *l9\n: x`, /^bomb.yaml line 12: .*nested arrays/],
  "a circle": ["alarms: &a\n  b:\n    c: *a", /^bomb.yaml line \d+: nested deeper than 64, or in a circle$/],
  "a hundred thousand brackets": [`x: 1\ny: ${"[".repeat(100_000)}`, /^bomb.yaml line 2: nested too deep$/],
  "a hundred brackets": [
    `x: 1\ny: ${"[".repeat(100)}${"]".repeat(100)}`,
    /^bomb.yaml line 2: nested deeper than 64/,
  ],
  "a hundred thousand dashes": [`x:\n${"- ".repeat(100_000)}`, /^bomb.yaml line 2: nested too deep$/],
  "three hundred indentations": [
    Array.from({ length: 300 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
    /^bomb.yaml line \d+: nested (?:too deep|deeper than 64)/,
  ],
  "a key of a million characters": [
    `${"k".repeat(1_000_000)}: 1`,
    /^bomb.yaml line 1: expected keys of at most 500 .*1000000$/,
  ],
  "ten thousand merges": [
    `a: &a { x: 1 }\n${Array.from({ length: 10_000 }, (_, n) => `b${n}: { <<: *a }`).join("\n")}`,
    /^bomb.yaml line 5002: expected at most 5000 aliases$/,
  ],
  "ten megabytes": [
    `x: ${"y".repeat(10_000_000)}`,
    /^bomb.yaml: expected at most 4194304 characters, got 10000003$/,
  ],
};

const READERS: Readonly<Record<string, (text: string, file: string) => unknown>> = {
  "parseYaml()": parseYaml,
  "readYaml()": readYaml,
  "readLab()": readLab,
  "readLayout()": (text, file) => readLayout("bomb", text, file),
};

for (const [name, [text, problem]] of Object.entries(BOMBS)) {
  Deno.test(`YAML readers refuse ${name}, saying where`, () => {
    for (const [reader, read] of Object.entries(READERS)) {
      const { message } = assertThrows(() => read(text, "bomb.yaml"), ConfigError);
      assert(problem.test(message), `${reader}: ${message.slice(0, 300)}`);
      assert(message.length < 500);
    }
  });
}

Deno.test("parseYaml() takes aliases and merges that people use", () => {
  const text = "base: &base { port: 1, tags: [a, b] }\none: { <<: *base, name: x }\nlist: [*base, *base]";
  const base = { port: 1, tags: ["a", "b"] };
  assertEquals(parseYaml(text, "lab.yaml"), { base, one: { ...base, name: "x" }, list: [base, base] });
});
