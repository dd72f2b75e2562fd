import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../lib/errors.ts";
import { Decoder, encode, type ScriptEvent } from "../../lib/uds/codec.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const message = (text: string) => ({ type: "message", text });
const dropped = (bytes: number) => ({ type: "dropped", bytes });
const invalid = (reason: string) => ({ type: "invalid", reason });

/** Everything a decoder says about bytes in these pieces; of an invalid message only why. */
function decode(pieces: Iterable<Uint8Array>, limit?: number): unknown[] {
  const decoder = new Decoder({ limit });
  const events: ScriptEvent[] = [];
  for (const piece of pieces) events.push(...decoder.push(piece));
  events.push(...decoder.end());
  return events.map((event) =>
    event.type === "invalid" ? invalid(event.reason.replace(/:.*/s, "")) : { ...event }
  );
}

function* cut(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? 1 : sizes[i % sizes.length]!;
    yield bytes.subarray(at, at += size);
  }
}

Deno.test("encode() writes the handshake as the original does", () => {
  assertEquals(new TextDecoder().decode(encode("READY")), "%UkVBRFk=$");
  assertEquals(new TextDecoder().decode(encode("OK")), "%T0s=$");
  assertEquals(new TextDecoder().decode(encode("")), "%$");
});

Deno.test("encode() refuses text without a UTF-8 form and text above the limit", () => {
  assertThrows(() => encode("half \ud800 pair"), LocalProtocolError, "surrogate");
  assertThrows(() => encode("äöü", { limit: 5 }), LocalProtocolError, "6 bytes: the limit is 5");
  assertEquals(decode([encode("äöü", { limit: 6 })], 6), [message("äöü")]);
});

const GOLDEN: readonly [string, string, readonly unknown[]][] = [
  ["one message", "%QUJD$", [message("ABC")]],
  ["several at once", "%QUJD$%REVG$%R0g=$", [message("ABC"), message("DEF"), message("GH")]],
  ["garbage before a message", "\n$noise%QUJD$", [dropped(7), message("ABC")]],
  ["garbage alone", "noise", [dropped(5)]],
  ["an empty message", "%$", [message("")]],
  ["an empty message before another", "%$%QUJD$", [message(""), message("ABC")]],
  ["two empty messages before another", "%$%$%QUJD$", [message(""), message(""), message("ABC")]],
  ["a doubled start", "%%QUJD$", [dropped(1), message("ABC")]],
  ["a restart in the middle", "%QU%QUJD$", [dropped(3), message("ABC")]],
  ["bad padding", "%QQ$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["padding in the middle", "%QQ==QUJD$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["a body of one character", "%Q$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["stray bits in the padding", "%QR==$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["url-safe characters", "%-_-_$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["a blank in the body", "%QU\nJD$%QUJD$", [invalid("not base64"), message("ABC")]],
  ["bytes that are not UTF-8", "%/w==$%QUJD$", [invalid("not UTF-8"), message("ABC")]],
  ["a byte order mark", "%77u/QQ==$", [message("\ufeffA")]],
  ["an end in a message", "%QUJD$%QU", [message("ABC"), dropped(3)]],
];

for (const [what, input, expected] of GOLDEN) {
  Deno.test(`Decoder reads ${what}, whole and byte by byte`, () => {
    assertEquals(decode([bytesOf(input)]), expected);
    assertEquals(decode(cut(bytesOf(input), [1])), expected);
  });
}

Deno.test("Decoder refuses a body above the limit once, and reads the next message", () => {
  const input = bytesOf(`%${"A".repeat(21)}$%QUJD$`);
  const expected = [invalid("longer than 12 bytes"), dropped(5), message("ABC")];
  assertEquals(decode([input], 12), expected);
  assertEquals(decode(cut(input, [1]), 12), expected);
  assertEquals(decode([bytesOf(`%${"A".repeat(16)}$`)], 11), [invalid("longer than 11 bytes")]);
});

Deno.test("Decoder reports garbage as it goes on", () => {
  const decoder = new Decoder({ limit: 300 });
  assertEquals(decoder.push(new Uint8Array(400)), []);
  assertEquals(decoder.push(new Uint8Array(401)), [{ type: "dropped", bytes: 400 }, {
    type: "dropped",
    bytes: 400,
  }]);
});

Deno.test("Decoder reads a message of the limit's size in small pieces", () => {
  const text = "x".repeat(8 * 1024 * 1024);
  assertEquals(decode(cut(encode(text), [256])), [message(text)]);
});

// Marks and base64 are made frequent, so that random input reaches every branch.
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...bytesOf("%$")) },
  { weight: 6, arbitrary: fc.constantFrom(...bytesOf("QUJDRkVG=")) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const noise = fc.array(byte, { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes));
const sizes = fc.array(fc.integer({ min: 1, max: 17 }), { maxLength: 8 });

Deno.test("Decoder says the same of random bytes however they are cut, and throws nothing", () => {
  fc.assert(
    fc.property(noise, sizes, fc.integer({ min: 1, max: 40 }), (bytes, sizes, limit) => {
      const whole = decode([bytes], limit);
      assertEquals(decode(cut(bytes, [1]), limit), whole);
      assertEquals(decode(cut(bytes, sizes), limit), whole);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Decoder reads back what encode() wrote, in any cuts and after any noise without a mark", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 }).filter((text) => text.isWellFormed());
  const quiet = noise.map((bytes) => bytes.filter((byte) => byte !== 0x25));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), quiet, sizes, (texts, quiet, sizes) => {
      const bytes = Uint8Array.from([...quiet, ...texts.flatMap((text) => [...encode(text)])]);
      const events = decode(cut(bytes, sizes));
      const expected = texts.map(message);
      assertEquals(events, quiet.length > 0 ? [dropped(quiet.length), ...expected] : expected);
    }),
    { numRuns: 1000 },
  );
});
