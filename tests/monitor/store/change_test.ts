import { assertEquals } from "@std/assert";
import { hasChanged } from "../../../daemons/monitor/store/change.ts";
import type { Param, Reading, Value } from "../../../lib/device/mod.ts";

const good = (value: Value): Reading => ({ value, time: 0, quality: "good", severity: "ok" });
const temperature: Param = { type: "number", unit: "K", deadband: 0.5 };
const plain: Param = { type: "number" };

const CASES: readonly [name: string, a: Reading, b: Reading, param: Param | undefined, changed: boolean][] = [
  ["a change below the deadband", good(1), good(1.49), temperature, false],
  ["a change by the deadband", good(1), good(1.5), temperature, true],
  ["the same number", good(1), good(1), plain, false],
  ["any change without a deadband", good(1), good(1 + 1e-12), plain, true],
  ["a number nobody described", good(1), good(2), undefined, true],
  ["infinity that stays", good(Infinity), good(Infinity), temperature, false],
  ["infinity that changes its sign", good(Infinity), good(-Infinity), temperature, true],
  ["the same text", good("on"), good("on"), { type: "text" }, false],
  ["another flag", good(true), good(false), { type: "flag" }, true],
  ["an array within the deadband", good([1, 2]), good([1.1, 2]), { type: "array", deadband: 0.5 }, false],
  ["an array with one number beyond it", good([1, 2]), good([1, 3]), { type: "array", deadband: 0.5 }, true],
  ["an array that has grown", good([1]), good([1, 1]), { type: "array" }, true],
  ["a worse severity", good(1), { ...good(1), severity: "warn" }, temperature, true],
  ["a value gone stale", good(1), { ...good(1), quality: "stale" }, temperature, true],
  [
    "another reason to be bad",
    { ...good(1), quality: "bad", reason: "not connected" },
    { ...good(1), quality: "bad", reason: "unreadable" },
    temperature,
    true,
  ],
  [
    "a value that stays bad",
    { ...good(1), quality: "bad" },
    { ...good(7), quality: "bad" },
    temperature,
    false,
  ],
];

for (const [name, a, b, param, changed] of CASES) {
  Deno.test(`hasChanged() says ${changed ? "yes" : "no"} to ${name}`, () => {
    assertEquals(hasChanged(a, b, param), changed);
  });
}
