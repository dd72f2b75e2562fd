import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromBigEndian, toBigEndian, type Width } from "../../lib/fits/byte_order.ts";
import { Checksum } from "../../lib/fits/checksum.ts";

/** Value by value, as FITS defines it. */
function expected(values: Uint8Array, width: Width, flip: boolean): Uint8Array {
  const result = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const place = at % width;
    const byte = values[at - place + width - 1 - place]!;
    result[at] = flip && place === 0 ? byte ^ 0x80 : byte;
  }
  return result;
}

function sumOf(...parts: Uint8Array[]): number {
  const sum = new Checksum();
  for (const part of parts) sum.add(part);
  return sum.value;
}

/** Bytes of whole values, beginning anywhere in their memory. */
const stretch = fc.record({
  width: fc.constantFrom<Width>(1, 2, 4, 8),
  flip: fc.boolean(),
  before: fc.nat(9),
  bytes: fc.uint8Array({ maxLength: 200 }),
}).map(({ width, flip, before, bytes }) => {
  const memory = new Uint8Array([...new Uint8Array(before), ...bytes]);
  return { width, flip, values: memory.subarray(before, memory.length - bytes.length % width) };
});

Deno.test("toBigEndian() turns values of any width, wherever they lie, and adds up what it made", () => {
  fc.assert(
    fc.property(stretch, fc.uint8Array({ maxLength: 5 }), ({ width, flip, values }, before) => {
      const target = new Uint8Array(values.length + 1).subarray(1);
      const sum = new Checksum();
      sum.add(before);
      toBigEndian(values, target, width, flip, sum);
      const right = expected(values, width, flip);
      assertEquals(target, right);
      assertEquals(sum.value, sumOf(before, right));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("fromBigEndian() gives the values back, in other memory and in their own", () => {
  fc.assert(
    fc.property(stretch, ({ width, flip, values }) => {
      const data = expected(values, width, flip);
      const target = new Uint8Array(data.length);
      fromBigEndian(data, target, width, flip);
      assertEquals(target, values);
      fromBigEndian(data, data, width, flip);
      assertEquals(data, new Uint8Array(values));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("toBigEndian() adds up the largest values of many pieces exactly", () => {
  for (const width of [2, 4, 8] as const) {
    const values = new Uint8Array(3 * 65536 + 8).fill(0xff);
    const sum = new Checksum();
    toBigEndian(values, values, width, false, sum);
    assertEquals(sum.value, sumOf(new Uint8Array(values.length).fill(0xff)));
    sum.add(Uint8Array.of(0, 0, 0, 5));
    assertEquals(sum.value, sumOf(values, Uint8Array.of(0, 0, 0, 5)));
  }
});
