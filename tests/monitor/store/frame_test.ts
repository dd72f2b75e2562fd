import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { frame, HEADER_BYTES, MAX_PAYLOAD, scan } from "../../../daemons/monitor/store/frame.ts";

const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const file = (...payloads: string[]) =>
  join(payloads.map((payload) => frame(new TextEncoder().encode(payload))));

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function read(bytes: Uint8Array) {
  const { records, damaged, end } = scan(bytes, { whole: true });
  return { payloads: records.map(({ payload }) => text(payload)), damaged, end };
}

const payloads = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 8 });

Deno.test("scan() gives back every record when the file is whole", () => {
  fc.assert(fc.property(payloads, (given) => {
    const bytes = file(...given);
    assertEquals(read(bytes), { payloads: given, damaged: [], end: bytes.length });
  }));
});

Deno.test("scan() keeps all but the last record when that is torn at any byte", () => {
  fc.assert(
    fc.property(payloads, fc.string({ maxLength: 60 }), (given, last) => {
      const whole = file(...given);
      const torn = file(last);
      for (let cut = 0; cut < torn.length; cut++) {
        const bytes = join([whole, torn.subarray(0, cut)]);
        assertEquals(read(bytes), { payloads: given, damaged: [], end: whole.length }, `cut at ${cut}`);
        const unfinished = scan(bytes, { whole: false });
        assertEquals(unfinished.end, whole.length);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("scan() skips one record and tells where when any byte of it is changed", () => {
  const parts = [file("before"), file("damaged"), file("after")];
  const start = parts[0]!.length;
  const end = start + parts[1]!.length;
  for (let at = start; at < end; at++) {
    const bytes = join(parts);
    bytes[at]! ^= 0x41;
    assertEquals(
      read(bytes),
      { payloads: ["before", "after"], damaged: [{ start, end }], end: bytes.length },
      `byte ${at}`,
    );
  }
});

Deno.test("scan() takes a changed last record for a torn one", () => {
  const bytes = file("kept", "changed");
  bytes[bytes.length - 1]! ^= 1;
  assertEquals(read(bytes), { payloads: ["kept"], damaged: [], end: HEADER_BYTES + 4 });
});

Deno.test("scan() never invents a record when it is given random bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 30 }), (noise, payload) => {
      assertEquals(scan(noise, { whole: true }).records.length, 0);
      const found = scan(join([noise, frame(payload)]), { whole: true }).records;
      assertEquals(found.map((one) => [...one.payload]), [[...payload]]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("frame() refuses a payload that is too long", () => {
  assertThrows(() => frame(new Uint8Array(MAX_PAYLOAD + 1)), RangeError, "too long");
});
