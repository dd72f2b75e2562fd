import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import { bytesOf, textOf } from "../../lib/katcp/message.ts";
import {
  address,
  boolean,
  bytes,
  discrete,
  float,
  integer,
  isSame,
  lru,
  text,
  timestamp,
  timestampOrNow,
  type ValueType,
  type Version,
  within,
} from "../../lib/katcp/types.ts";

const encode = (written: string) => new TextEncoder().encode(written);
const parse = <T>(type: ValueType<T>, written: string, version: Version = 5) =>
  type.parse(encode(written), version);
const format = <T>(type: ValueType<T>, value: T, version: Version = 5) =>
  textOf(bytesOf(type.format(value, version)));

function refuses<T>(type: ValueType<T>, ...written: string[]) {
  for (const one of written) assertThrows(() => parse(type, one), PeerProtocolError, "Expected ");
}

const NO_NUMBERS = [
  "",
  " ",
  " 5",
  "5 ",
  "0x10",
  "1_0",
  "+",
  "-",
  ".",
  "e5",
  "1e",
  "--1",
  "1,5",
  "٣",
  "NaNs",
  "1n",
];

Deno.test("integer reads digits of any number and nothing else", () => {
  const cases: [string, number | bigint][] = [
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["-12", -12],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740993", -9007199254740993n],
    ["0000000000000000000000000000012", 12],
  ];
  for (const [written, value] of cases) assertEquals(parse(integer, written), value);
  refuses(integer, ...NO_NUMBERS, "1.0", "+1", "1e3", "inf", "nan");
});

Deno.test("integer writes numbers that are exact, and bigints", () => {
  assertEquals(format(integer, -3), "-3");
  assertEquals(format(integer, 2n ** 70n), "1180591620717411303424");
  for (const value of [1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => format(integer, value), LocalProtocolError, "Expected an integer");
  }
});

Deno.test("float reads what C does, save hex, and refuses what no double holds", () => {
  const cases: [string, number][] = [
    ["4.5", 4.5],
    ["12", 12],
    ["-.5", -0.5],
    ["+1.", 1],
    ["1e+20", 1e20],
    ["1E-3", 1e-3],
    ["1e-400", 0],
    ["0.1234567890123456789012345", 0.12345678901234568],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["nan", NaN],
    ["-0.0", -0],
  ];
  for (const [written, value] of cases) assert(Object.is(parse(float, written), value), written);
  refuses(float, ...NO_NUMBERS, "1e999", "-1e999", "nan(1)", "infin", "1.2.3");
});

Deno.test("float writes the shortest text that reads back, and never looks like an integer", () => {
  const cases: [number, string][] = [
    [4.5, "4.5"],
    [12, "12.0"],
    [-0, "-0.0"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [NaN, "nan"],
    [-Infinity, "-inf"],
  ];
  for (const [value, written] of cases) assertEquals(format(float, value), written);
});

Deno.test("numbers read back as they were written", () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      assert(Object.is(parse(float, format(float, value)), value));
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.bigInt()), (value) => {
      assertEquals(BigInt(parse(integer, format(integer, value))), BigInt(value));
    }),
    { numRuns: 1000 },
  );
  const decimal = fc.tuple(fc.stringMatching(/^-?[0-9]{1,20}$/), fc.stringMatching(/^(\.[0-9]{0,25})?$/));
  fc.assert(
    fc.property(decimal.map((parts) => parts.join("")), (written) => {
      assert(Object.is(parse(float, written), Number(written)), written);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("boolean is 1 or 0", () => {
  assertEquals([parse(boolean, "1"), parse(boolean, "0")], [true, false]);
  assertEquals([format(boolean, true), format(boolean, false)], ["1", "0"]);
  refuses(boolean, "", "2", "01", "true", " 1");
});

Deno.test("discrete and lru are one of their words", () => {
  const state = discrete(["on", "off", "remote-point"]);
  assertEquals([state.initial, state.options], ["on", ["on", "off", "remote-point"]]);
  assertEquals(parse(state, "remote-point"), "remote-point");
  refuses(state, "", "ON", "offf");
  refuses(lru, "warn");
  assertThrows(
    () => state.format("x" as "on", 5),
    LocalProtocolError,
    "Expected one of on, off, remote-point, got x",
  );
  assertEquals([format(lru, "error"), lru.options], ["error", undefined]);
});

Deno.test("text is UTF-8, bytes are anything", () => {
  assertEquals(parse(text, "µ m"), "µ m");
  const odd = new Uint8Array([0xff, 0x00]);
  assertThrows(() => text.parse(odd, 5), PeerProtocolError, "Expected UTF-8");
  assertEquals(bytes.parse(odd, 5), odd);
  assertEquals(bytes.format(odd, 5), odd);
  assert(isSame(bytes, odd, odd.slice()));
  assert(!isSame(bytes, odd, new Uint8Array([0xff])));
});

Deno.test("timestamp is seconds in version 5 and milliseconds in version 4", () => {
  assertEquals(parse(timestamp, "1234567890.25"), 1234567890.25);
  assertEquals(parse(timestamp, "1234567890250", 4), 1234567890.25);
  assertEquals(format(timestamp, 1234567890.25), "1234567890.25");
  assertEquals(format(timestamp, 1234567890.25, 4), "1234567890250");
  assertEquals(format(timestamp, 1244631611.415231, 4), "1244631611415.231");
  assertEquals(format(timestamp, 1e-7), "0.000000100");
  refuses(timestamp, ...NO_NUMBERS, "-1", "+1", "1e9", "inf", "nan", "1.", ".5");
  for (const value of [-1, NaN, Infinity]) assertThrows(() => format(timestamp, value), LocalProtocolError);
});

Deno.test("timestampOrNow takes a time or the word", () => {
  assertEquals([parse(timestampOrNow, "now"), parse(timestampOrNow, "5500", 4)], ["now", 5.5]);
  assertEquals([format(timestampOrNow, "now"), format(timestampOrNow, 5.5)], ["now", "5.5"]);
  refuses(timestampOrNow, "Now", "");
});

Deno.test("address is IPv4 or IPv6 in brackets, with a port or without", () => {
  for (const written of ["1.2.3.4", "192.168.1.1:4000", "[::1]:80", "[fe80::1]"]) {
    assertEquals(format(address, parse(address, written)), written);
  }
  refuses(
    address,
    "",
    "localhost",
    "256.1.1.1",
    "1.2.3",
    "::1",
    "[1.2.3.4]",
    "1.2.3.4:",
    "1.2.3.4:65536",
    "[::1",
    "[x]",
  );
  assertThrows(() => format(address, { host: "localhost" }), LocalProtocolError);
  assertThrows(() => format(address, { host: "1.2.3.4", port: 1.5 }), LocalProtocolError);
  assert(isSame(address, { host: "::1", port: 1 }, { host: "::1", port: 1 }));
  assert(!isSame(address, { host: "::1" }, { host: "::1", port: 1 }));
});

Deno.test("within() refuses what is outside of the range, NaN and bigints", () => {
  const percent = within(float, { min: 0, max: 100 });
  assertEquals([parse(percent, "0"), parse(percent, "100")], [0, 100]);
  refuses(percent, "-0.1", "100.1", "nan", "inf", "x");
  refuses(within(integer, { min: 0, max: Infinity }), "9007199254740993", "-1", "1.5");
  assertThrows(() => format(percent, 101), LocalProtocolError, "from 0 to 100");
});

Deno.test("isSame() takes NaN for the same as NaN, and 0 as -0", () => {
  assert(isSame(float, NaN, NaN) && isSame(float, 0, -0) && !isSame(float, 0, NaN));
});

Deno.test("every type reads any bytes or refuses them with its own error", () => {
  const types: ValueType<unknown>[] = [
    integer,
    float,
    boolean,
    text,
    bytes,
    timestamp,
    timestampOrNow,
    address,
    lru,
  ]
    .map((type) => type as ValueType<unknown>);
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.constantFrom(..."0123456789+-.eE:[]infa"), { maxLength: 12 }).map((made) =>
      encode(made.join(""))
    ),
  );
  fc.assert(
    fc.property(input, fc.constantFrom<Version>(4, 5), fc.constantFrom(...types), (raw, version, type) => {
      let value: unknown;
      try {
        value = type.parse(raw, version);
      } catch (error) {
        assert(error instanceof PeerProtocolError, String(error));
        return;
      }
      const again = type.parse(bytesOf(type.format(value, version)), version);
      if (type !== timestamp && type !== timestampOrNow) assert(isSame(type, again, value));
    }),
    { numRuns: 1000 },
  );
});
