import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Block, Blocks, bytesOf } from "../../../daemons/monitor/store/blocks.ts";
import { HEADER_BYTES, scan } from "../../../daemons/monitor/store/frame.ts";
import { joinBytes } from "../../../lib/net/mod.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What the records of blocks say, in order. */
function said(blocks: readonly Block[]): string[] {
  const { records, damaged } = scan(joinBytes(blocks.map(bytesOf)), { whole: true });
  assertEquals(damaged, []);
  return records.map(({ payload }) => decoder.decode(payload));
}

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.nat(30_000).map((length) => "aé€𝄞".repeat(length / 4)),
);

type Step = { kind: "add"; text: string; asBytes: boolean } | { kind: "write"; works: boolean };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("add" as const), text, asBytes: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("write" as const), works: fc.boolean() }) },
);

Deno.test("Blocks gives back what was added, in order, however often it could not be written", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const blocks = new Blocks();
      let expected: string[] = [];
      const written: string[] = [];
      const all: string[] = [];
      for (const step of steps) {
        if (step.kind === "add") {
          const { text, asBytes } = step;
          const taken = blocks.add(asBytes ? encoder.encode(text) : text, 1, Infinity);
          assertEquals(taken, HEADER_BYTES + encoder.encode(text).length);
          const wellFormed = text.toWellFormed();
          expected.push(wellFormed);
          all.push(wellFormed);
          continue;
        }
        const group = blocks.take();
        assertEquals(group.reduce((sum, { values }) => sum + values, 0), expected.length);
        const found = said(group);
        assertEquals(found, expected);
        if (!step.works) blocks.putBack(group);
        else {
          written.push(...found);
          expected = [];
          blocks.reuse(group);
        }
      }
      assertEquals([...written, ...said(blocks.take())], all);
      assert(blocks.isEmpty);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Blocks adds nothing that takes more room than there is", () => {
  const blocks = new Blocks();
  assertEquals(blocks.add("four", 1, HEADER_BYTES + 3), 0);
  assert(blocks.isEmpty);
  assertEquals(blocks.add("four", 1, HEADER_BYTES + 4), HEADER_BYTES + 4);
  assertEquals(blocks.add("\u20ac\u20ac", 1, HEADER_BYTES + 5), 0);
  assertEquals(said(blocks.take()), ["four"]);
});
