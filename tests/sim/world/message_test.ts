import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatMessage,
  MessageReader,
  parseMessage,
  type WorldMessage,
} from "../../../lib/sim/world/message.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/);
const stamp = fc.maxSafeInteger();
const value = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0));
const message: fc.Arbitrary<WorldMessage> = fc.oneof(
  fc.record({
    kind: fc.constant("world" as const),
    epoch: fc.double({ min: 1, max: 4e9, noNaN: true }),
    now: stamp,
    speed: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  }),
  fc.record({ kind: fc.constant("name" as const), name }),
  fc.record({ kind: fc.constant("time" as const), now: fc.option(stamp, { nil: undefined }) }),
  fc.record({ kind: fc.constant("set" as const), key: name, value }),
  fc.record({ kind: fc.constant("watch" as const), key: name }),
  fc.record({
    kind: fc.constant("edge" as const),
    edge: fc.record({ line: name, level: fc.boolean(), stamp, missed: fc.boolean() }),
  }),
  fc.record({ kind: fc.constant("follow" as const), line: name }),
  fc.record({ kind: fc.constant("wrong" as const), why: fc.stringMatching(/^[ -~]{0,80}$/) }),
);

function cut(bytes: Uint8Array, sizes: Iterable<number>): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  parts.push(bytes.subarray(at));
  return parts;
}

function read(parts: Iterable<Uint8Array>): (WorldMessage | undefined)[] {
  const reader = new MessageReader();
  const found: (WorldMessage | undefined)[] = [];
  for (const part of parts) reader.feed(part, (message) => found.push(message));
  return found;
}

Deno.test("MessageReader reads what formatMessage writes, whole, byte by byte and cut anywhere", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), sizes, (messages, sizes) => {
      const bytes = new TextEncoder().encode(messages.map(formatMessage).join(""));
      assertEquals(read([bytes]), messages);
      assertEquals(read(cut(bytes, new Array(bytes.length).fill(1))), messages);
      assertEquals(read(cut(bytes, sizes)), messages);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("MessageReader survives random bytes, and what is behind them", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    message.map((message) => new TextEncoder().encode(formatMessage(message))),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const end = new TextEncoder().encode("\nset a 1\n");
      assertEquals(read([...parts, end]).at(-1), { kind: "set", key: "a", value: 1 });
    }),
    { numRuns: 1000 },
  );
});

for (
  const line of [
    "",
    "set a",
    "set a b",
    "set a 1 2",
    "set a NaN",
    "set a Infinity",
    "set a 1e999",
    "set a 0x10",
    "set a  1",
    "set =a 1",
    `set ${"a".repeat(65)} 1`,
    "edge a 1",
    "edge a 2 5",
    "edge a 1 5.5",
    "edge a 1 9007199254740993",
    "edge a 1 5 lost",
    "world 1 2",
    "world 1 2 0",
    "hello",
    "time 1.5",
    "time 1 2",
  ]
) {
  Deno.test(`parseMessage() takes ${JSON.stringify(line)} for no message`, () => {
    assertEquals(parseMessage(line), undefined);
  });
}
