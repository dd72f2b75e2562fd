import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Reading, Update } from "../../lib/device/mod.ts";
import { UpdateQueue, type UpdateQueueOptions } from "../../lib/link/update_queue.ts";

function update(seq: number, values: Record<string, number>, flags: Partial<Update> = {}): Update {
  const readings = new Map(
    Object.entries(values).map(([key, value]): [string, Reading] => [
      key,
      { value, time: seq, quality: "good", severity: "ok" },
    ]),
  );
  return { time: seq, seq, complete: false, readings, ...flags };
}

function drained(updates: readonly Update[], options?: UpdateQueueOptions): Update[] {
  const queue = new UpdateQueue(options);
  for (const update of updates) queue.push(update);
  const out: Update[] = [];
  while (!queue.isEmpty) out.push(queue.shift()!);
  return out;
}

const shown = ({ seq, complete, gap, readings }: Update) =>
  `${seq}${complete ? "c" : ""}${gap ? "g" : ""} ${
    [...readings].map(([key, { value }]) => `${key}${value}`)
  }`;

Deno.test("UpdateQueue keeps the newest reading of each channel under its own number", () => {
  const out = drained([update(1, { a: 1, b: 1 }), update(2, { b: 2 }), update(3, { c: 3 })]);
  assertEquals(out.map(shown), ["1 a1", "2 b2", "3 c3"]);
});

Deno.test("UpdateQueue keeps everything while there are few", () => {
  const out = drained([update(1, { a: 1 }), update(2, { a: 2 }), update(3, { a: 3 })], { most: 3 });
  assertEquals(out.map(shown), ["1 a1", "2 a2", "3 a3"]);
});

Deno.test("UpdateQueue drops what is older than a complete update, but not its gap", () => {
  const out = drained([
    update(1, { a: 1 }, { gap: true }),
    update(2, { a: 2 }, { complete: true }),
    update(3, { a: 3 }),
  ]);
  assertEquals(out.map(shown), ["2cg a2", "3 a3"]);
});

Deno.test("UpdateQueue gives chosen channels only", () => {
  const out = drained([update(1, { a: 1, b: 1 }), update(2, { b: 2 })], { keys: new Set(["a"]), most: 9 });
  assertEquals(out.map(shown), ["1 a1"]);
});

Deno.test("UpdateQueue tells values that are held together, as of the last of them", () => {
  const isHeld = (key: string) => key !== "read";
  const out = drained([
    update(1, { a: 1 }),
    update(2, { b: 2 }),
    update(3, { a: 3, read: 3 }),
    update(4, { b: 4 }),
    update(5, { c: 5 }),
  ], { isHeld });
  assertEquals(out.map(shown), ["3 a3,read3", "5 c5,b4"]);
  assertEquals(out[1]?.readings.get("b")?.time, 5);
});

const updates = fc.array(
  fc.record({
    values: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.nat(9), { minKeys: 1 }),
    complete: fc.boolean(),
    gap: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
).map((list) =>
  list.map(({ values, complete, gap }, seq) => update(seq, values, { complete, ...(gap ? { gap } : {}) }))
);

Deno.test("UpdateQueue loses no newest reading and no gap, and stays small", () => {
  fc.assert(
    fc.property(updates, fc.nat(10), (input, most) => {
      const out = drained(input, { most });
      const state = (list: readonly Update[]) => {
        const latest = new Map<string, Reading>();
        for (const { complete, readings } of list) {
          if (complete) latest.clear();
          for (const [key, reading] of readings) latest.set(key, reading);
        }
        return [...latest].sort(([a], [b]) => a < b ? -1 : 1);
      };
      assertEquals(state(out), state(input));
      assertEquals(out.some(({ gap }) => gap), input.some(({ gap }) => gap));
      assert(out.reduce((sum, { readings }) => sum + readings.size, 0) <= Math.max(most, 16));
    }),
    { numRuns: 1000 },
  );
});
