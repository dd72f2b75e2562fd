import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError, PeerProtocolError } from "../../lib/errors.ts";
import { DataConnection } from "../../lib/panda/data_connection.ts";
import type { DataEvent, StartData } from "../../lib/panda/data_event.ts";
import type { DataOptions } from "../../lib/panda/data_options.ts";
import { bytesOf, cut, decode, framesOf, recorded, recordings, reduced, told } from "./recordings.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const join = (...parts: (string | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? encode(part) : part)]));

for (const { name, bytes, expected, flush } of recordings()) {
  Deno.test(`DataConnection reads ${name} in pieces of any size`, () => {
    const wanted = expected.map((event) => reduced(event as Record<string, unknown>));
    for (const size of [1, 7, 4096, Infinity]) {
      const { events, error } = decode(cut(bytes, size), { flush });
      assertEquals(error, undefined);
      assertEquals(events.map(told), wanted);
      const end = events.findLast((event) => event.kind === "end");
      assertEquals(end?.received, end?.samples);
    }
  });
}

/** All rows of a stream, packed, and the other events. */
function rowsAndRest(pieces: Iterable<Uint8Array>, options: DataOptions) {
  const { events, error } = decode(pieces, options);
  const rows = events.flatMap((event) => event.kind === "frame" ? [...event.bytes] : []);
  const rest = events.filter((event) => event.kind !== "frame");
  return { rows, rest, error };
}

const rawRows = framesOf(recorded("basic_all_raw"), {}).flatMap((frame) => [...frame.bytes]);
const scaledRows = framesOf(recorded("basic_all_scaled"), {}).flatMap((frame) => [...frame.bytes]);
const rawStart = framesOf(recorded("basic_all_raw"), {})[0]!.start;

const FORMATS: readonly [string, DataOptions, string, readonly number[]][] = [
  ["fmt_base64", { process: "scaled", transport: "base64", header: "text" }, "BASE64 SCALED", scaledRows],
  ["fmt_xml_base64_raw", { transport: "base64" }, "XML BASE64 RAW", rawRows],
  ["fmt_xml_unframed", { process: "scaled", transport: "unframed" }, "XML UNFRAMED SCALED", scaledRows],
  ["fmt_framed_raw_texthdr", { header: "text" }, "FRAMED RAW", rawRows],
  ["fmt_ascii_raw", { transport: "ascii", header: "text" }, "ASCII RAW", rawRows],
  ["fmt_nohdr", { header: rawStart }, "FRAMED RAW NO_HEADER", rawRows],
  ["fmt_nostatus", { status: false }, "XML FRAMED RAW NO_STATUS", rawRows],
  ["fmt_oneshot", { oneShot: true }, "XML FRAMED RAW ONE_SHOT", rawRows],
  [
    "fmt_bare",
    { transport: "unframed", header: { ...rawStart, format: "Unframed" }, status: false, oneShot: true },
    "UNFRAMED RAW NO_HEADER NO_STATUS ONE_SHOT",
    rawRows,
  ],
];

for (const [name, options, line, rows] of FORMATS) {
  Deno.test(`DataConnection reads ${line} in pieces of any size`, () => {
    assertEquals(new DataConnection(options).connect(), `${line}\n`);
    const bytes = recorded(`basic_${name}`);
    const whole = rowsAndRest([bytes], options);
    assertEquals(whole.error, undefined);
    assertEquals(whole.rows, rows);
    const kinds = options.status === false ? ["start"] : ["ready", "start", "end"];
    assertEquals(whole.rest.map((event) => event.kind), kinds);
    for (const size of [1, 7, 4096]) assertEquals(rowsAndRest(cut(bytes, size), options), whole);
  });
}

for (const [name, header] of [["fmt_default", "text"], ["fmt_xml_ascii", "xml"]] as const) {
  Deno.test(`DataConnection reads the ten digits of ASCII SCALED behind a header of ${header}`, () => {
    const options: DataOptions = { process: "scaled", transport: "ascii", header };
    const [frame] = framesOf(recorded(`basic_${name}`), options);
    const [exact] = framesOf(recorded("basic_all_scaled"), {});
    assertEquals(frame!.names, exact!.names);
    for (const column of frame!.names) {
      const digits = (value: number) => value.toPrecision(10);
      assertEquals([...frame!.scaled(column)].map(digits), [...exact!.scaled(column)].map(digits));
    }
  });
}

Deno.test("DataConnection says clearly that a stream is cut, and hands out what came before, at every byte", () => {
  const bytes = recorded("basic_value_raw");
  const whole = decode([bytes]).events.map(told);
  const between = new Set([3, bytes.length]); // behind OK, and behind END
  for (let length = 0; length < bytes.length; length++) {
    const { events, error } = decode([bytes.subarray(0, length)]);
    const frames = events.filter((event) => event.kind === "frame");
    const rest = events.filter((event) => event.kind !== "frame").map(told);
    assertEquals(rest, whole.filter((event) => (event as { t: string }).t !== "frame").slice(0, rest.length));
    assert(frames.every((frame) => frame.rows <= 7));
    if (between.has(length)) {
      assertEquals(error, undefined);
    } else {
      assertInstanceOf(error, PeerProtocolError);
      assertStringIncludes(error.message, `, at byte ${length}`);
    }
  }
});

Deno.test("DataConnection hands out the whole rows of a frame that was cut off", () => {
  const bytes = recorded("basic_value_raw");
  const { events, error } = decode([bytes.subarray(0, bytes.length - "END 7 Ok\n".length - 6)]);
  assertInstanceOf(error, PeerProtocolError);
  assertEquals(events.map((event) => event.kind === "frame" ? event.rows : event.kind), [
    "ready",
    "start",
    5,
  ]);
});

const HEADER = `<header>
<data missed="0" process="Raw" format="Framed" sample_bytes="4" />
<fields>
<field name="A.OUT" type="int32" capture="Value" scale="0.5" offset="1" units="mm" />
</fields>
</header>

`;
const frame = (...values: number[]) =>
  join("BIN ", bytesOf(Uint32Array.of(8 + 4 * values.length, ...values)));

/** The message of the error that a stream ends with. */
function problem(...parts: (string | Uint8Array)[]): string {
  const { error } = decode([join(...parts)]);
  assertInstanceOf(error, PeerProtocolError);
  return error.message;
}

Deno.test("DataConnection reads acquisitions with different headers from one stream", () => {
  const second = HEADER.replace('"4"', '"12"').replace(
    "</fields>",
    '<field name="B.OUT" type="int64" capture="Sum" />\n</fields>',
  );
  const { events, error } = decode([join(
    "OK\n",
    HEADER,
    frame(1, 2),
    frame(),
    frame(3),
    "END 3 Some new reason\n",
    second,
    frame(5, 6, 0),
    "END 1 Ok\n",
    HEADER,
    "END 0 Disarmed\n",
  )]);
  assertEquals(error, undefined);
  assertEquals(
    events.map((event) =>
      event.kind === "frame" ? [...event] : event.kind === "end" ? event.reason : event.kind
    ),
    [
      "ready",
      "start",
      [{ "A.OUT.Value": 1 }, { "A.OUT.Value": 2 }],
      [{ "A.OUT.Value": 3 }],
      "Some new reason",
      "start",
      [{ "A.OUT.Value": 5, "B.OUT.Sum": 6n }],
      "Ok",
      "start",
      "Disarmed",
    ],
  );
});

Deno.test("DataConnection finds the unlisted samples of old servers, and means are divided by them", () => {
  const header = HEADER.replace('sample_bytes="4"', 'sample_bytes="12"').replace(
    'type="int32" capture="Value"',
    'type="int64" capture="Mean"',
  );
  const [rows] = decode([join("OK\n", header, frame(4, 10, 0, 0, 10, 0), "END 2 Ok\n")]).events
    .filter((event) => event.kind === "frame");
  assertEquals(rows!.names, ["PCAP.SAMPLES.Value", "A.OUT.Mean"]);
  assertEquals(rows!.scaled("A.OUT.Mean"), Float64Array.of(0.5 * 10 / 4 + 1, NaN));
});

Deno.test("DataConnection reads entities, single quotes and an offset of the hardware's clock", () => {
  const header = HEADER.replace('units="mm"', `units='&#xb5;m &lt;&#38;&gt;"'`)
    .replace("missed", 'arm_time="2026-01-01T00:00:00.000000001Z" hw_time_offset_ns="-12" missed');
  const start = decode([join("OK\n", header)]).events[1] as StartData;
  assertEquals(start.fields[0]!.units, 'µm <&>"');
  assertEquals(start.armTime, "2026-01-01T00:00:00.000000001Z");
  assertEquals(start.hwTimeOffset, -12);
  assertEquals("startTime" in start, false);
});

Deno.test("DataConnection tells an END from an unframed row that looks like one", () => {
  const header = HEADER.replace("Framed", "Unframed");
  const rows = Uint32Array.of(0x20444e45, 0x20302037, 0x20444e45); // "END 7 0 END "
  const stream = join("OK\n", header, bytesOf(rows), "END 3 Ok\n");
  for (const size of [1, 5, Infinity]) {
    const { rows: came, rest, error } = rowsAndRest(cut(stream, size), { transport: "unframed" });
    assertEquals(error, undefined);
    assertEquals(came, [...bytesOf(rows)]);
    assertEquals(rest.at(-1), { kind: "end", samples: 3, received: 3, reason: "Ok" });
  }
});

Deno.test("DataConnection without status goes on to the next header", () => {
  for (const flush of ["frame", "demand"] as const) {
    const { events, error } = decode([join(HEADER, frame(1), HEADER, frame(2), frame(3))], {
      status: false,
      flush,
    });
    assertEquals(error, undefined);
    const rows = events.flatMap<unknown>((event) =>
      event.kind === "frame" ? [...event.column("A.OUT.Value")] : ["start"]
    );
    assertEquals(rows, ["start", 1, "start", 2, 3]);
  }
});

Deno.test("DataConnection hands rows out on demand, together and in order", () => {
  const data = new DataConnection({ flush: "demand" });
  const events: DataEvent[] = [];
  data.connect();
  data.feed(join("OK\n", HEADER, frame(1, 2), frame(3)), (event) => void events.push(event));
  assertEquals([...data.flush()!.column("A.OUT.Value")], [1, 2, 3]);
  assertEquals(data.flush(), undefined);
  data.feed(join(frame(4), "END 4 Ok\n"), (event) => void events.push(event));
  assertEquals(events.map((event) => event.kind), ["ready", "start", "frame", "end"]);
});

Deno.test("DataConnection names what is wrong and where", () => {
  const broken = (from: string, to: string) => problem("OK\n", HEADER.replace(from, to));
  assertStringIncludes(problem("ERR Invalid data capture option\n"), 'expected OK to "XML FRAMED RAW"');
  assertStringIncludes(
    problem("OK\n", HEADER, "BAD "),
    `Cannot read the data at byte ${3 + HEADER.length} of`,
  );
  assertStringIncludes(problem("OK\n", HEADER, bytesOf(Uint32Array.of(0x204e4942, 7))), "a frame of 7 bytes");
  assertStringIncludes(
    problem("OK\n", HEADER, bytesOf(Uint32Array.of(0x204e4942, 13))),
    "a frame of 13 bytes",
  );
  assertStringIncludes(
    problem("OK\n", HEADER, bytesOf(Uint32Array.of(0x204e4942, 0xfffffffc))),
    "4294967292",
  );
  assertStringIncludes(problem("OK\n", HEADER, "END of it\n"), '"END of it"');
  assertStringIncludes(broken("int32", "int24"), 'column A.OUT.Value is of the unknown type "int24"');
  assertStringIncludes(broken("int32", "toString"), "unknown type");
  assertStringIncludes(broken("mm", "&mm;"), 'byte 3 of the data port: line 4 has "&mm;"');
  assertStringIncludes(broken("mm", "&constructor;"), "stands for no character");
  assertStringIncludes(broken("mm", "a & b"), 'has "&"');
  assertStringIncludes(broken("mm", "&#xd800;"), "stands for no character");
  assertStringIncludes(broken('"mm"', "mm"), "line 4 is not the XML of a header");
  assertStringIncludes(broken("</fields>", ""), "line 6 ends <header>, expected </fields>");
  assertStringIncludes(broken("</header>\n\n", "</header>\nBIN \n"), "expected an empty line");
  assertStringIncludes(broken('missed="0"', ""), "missed is missing");
  assertStringIncludes(broken('missed="0"', 'missed="-1"'), "missed is");
  assertStringIncludes(broken("Raw", "Cooked"), 'expected "Raw" or "Scaled"');
  assertStringIncludes(broken("Framed", "ASCII"), 'format is "ASCII", asked for was framed');
  assertStringIncludes(broken('bytes="4"', 'bytes="5"'), "the fields have 4 bytes, but sample_bytes is 5");
  assertStringIncludes(broken('scale="0.5"', 'scale="x"'), 'scale is "x", expected a number');
  assertStringIncludes(broken("Value", "Mean"), "column A.OUT.Mean is of type int32");
  assertStringIncludes(broken("</fields>", HEADER.split("\n")[3]! + "</fields>"), "sample_bytes is 4");
  assertStringIncludes(
    problem("OK\n", "<header>\n".padEnd(70_000, "x"), "\n"),
    "the line at byte 12 is longer than 65536 bytes",
  );
});

Deno.test("DataConnection stays broken after an error", () => {
  const data = new DataConnection();
  data.connect();
  const first = assertThrows(() => data.feed(encode("no\n"), () => {}), PeerProtocolError);
  assertEquals(assertThrows(() => data.feed(encode("OK\n"), () => {})), first);
});

Deno.test("DataConnection refuses to be misused", () => {
  const data = new DataConnection();
  assertThrows(() => data.feed(encode("OK\n"), () => {}), LocalProtocolError, "before connect()");
  data.connect();
  assertThrows(() => data.connect(), LocalProtocolError);
  assertThrows(() => new DataConnection({ transport: "unframed", status: false }), LocalProtocolError);
});

const transports = fc.constantFrom<DataOptions>(
  {},
  { flush: "demand" },
  { transport: "unframed" },
  { transport: "ascii", header: "text" },
  { transport: "base64" },
  { status: false },
);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
// Tags, headers and lines are made frequent, so that random input reaches every branch.
const piece = fc.oneof(
  fc.constantFrom(
    "OK\n",
    HEADER,
    "BIN ",
    "END ",
    "END 0 Ok\n",
    "<header>\n",
    "</header>\n\n",
    "\n",
    "missed: 0\n",
  ),
  fc.constantFrom(
    "fields:\n",
    " A int32 Value\n",
    " AAAA\n",
    " 0x00000001\n",
    "process: Raw\nformat: ASCII\n",
  ),
  fc.uint8Array({ maxLength: 12 }),
  fc.array(fc.nat({ max: 99 }), { maxLength: 4 }).map((values) => frame(...values)),
);
const noise = fc.array(piece, { maxLength: 12 }).map((pieces) => join(...pieces));

Deno.test("DataConnection says the same of random bytes however they are cut, and fails only in its own way", () => {
  fc.assert(
    fc.property(noise, sizes, transports, (bytes, sizes, options) => {
      const whole = rowsAndRest([bytes], options);
      if (whole.error) assertInstanceOf(whole.error, PeerProtocolError);
      const pieces = rowsAndRest(cut(bytes, ...sizes), options);
      assertEquals(pieces.rest, whole.rest);
      assertEquals(pieces.rows, whole.rows);
      assertEquals(String(pieces.error), String(whole.error));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("DataConnection survives a recorded stream with any bytes changed", () => {
  const bytes = recorded("basic_value_raw");
  const change = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), sizes, (changes, sizes) => {
      const changed = bytes.slice();
      for (const [at, byte] of changes) changed[at] = byte;
      const whole = rowsAndRest([changed], {});
      if (whole.error) assertInstanceOf(whole.error, PeerProtocolError);
      assertEquals(String(rowsAndRest(cut(changed, ...sizes), {}).error), String(whole.error));
    }),
    { numRuns: 1000 },
  );
});
