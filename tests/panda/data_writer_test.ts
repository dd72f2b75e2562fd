import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DataOptions } from "../../lib/panda/data_options.ts";
import { readDataRequest } from "../../lib/panda/data_request.ts";
import { DataWriter } from "../../lib/panda/data_writer.ts";
import { formatG } from "../../lib/panda/format_number.ts";
import { decode, recorded } from "./recordings.ts";

const decoder = new TextDecoder("latin1");
const latin1 = (bytes: Uint8Array) => decoder.decode(bytes);

/** Reads a stream and writes it again as a server would. */
function rewritten(bytes: Uint8Array, line: string, options: DataOptions): string {
  const request = readDataRequest(line);
  if ("refusal" in request) throw new Error(request.refusal);
  const writer = new DataWriter(request.settings);
  const { events, error } = decode([bytes], options);
  if (error) throw error;
  let text = "";
  for (const event of events) {
    if (event.kind === "ready") text += "OK\n";
    else if (event.kind === "start") text += latin1(writer.begin(event));
    else if (event.kind === "frame") text += latin1(writer.rows(event.bytes));
    else text += latin1(writer.end(event.reason));
  }
  return text;
}

const STREAMS: readonly [string, string, DataOptions][] = [
  ["basic_all_raw", "XML FRAMED RAW", {}],
  ["basic_all_samples_scaled", "XML FRAMED SCALED", { process: "scaled" }],
  ["basic_bitsonly_raw", "XML FRAMED RAW", {}],
  ["basic_stddev_raw", "XML FRAMED RAW", {}],
  ["big_raw", "XML FRAMED RAW", {}],
  ["code8_raw", "XML FRAMED RAW", {}],
  ["disarm_immediate", "XML FRAMED SCALED", { process: "scaled" }],
  ["disarm_raw", "XML FRAMED RAW", {}],
  ["basic_fmt_ascii_raw", "ASCII RAW", { transport: "ascii", header: "text" }],
  ["basic_fmt_base64", "BASE64", { process: "scaled", transport: "base64", header: "text" }],
  ["basic_fmt_xml_base64_raw", "XML BASE64 RAW", { transport: "base64" }],
  ["basic_fmt_default", "", { process: "scaled", transport: "ascii", header: "text" }],
  ["basic_fmt_xml_ascii", "XML", { process: "scaled", transport: "ascii" }],
  ["basic_fmt_xml_unframed", "XML UNFRAMED SCALED", { process: "scaled", transport: "unframed" }],
  ["basic_fmt_framed_raw_texthdr", "FRAMED RAW", { header: "text" }],
  ["basic_fmt_nostatus", "XML FRAMED RAW NO_STATUS", { status: false }],
];

for (const [name, line, options] of STREAMS) {
  Deno.test(`DataWriter writes ${name} byte by byte as the real server did`, () => {
    const bytes = recorded(name);
    assertEquals(rewritten(bytes, line, options), latin1(bytes).replaceAll("(null)", ""));
  });
}

Deno.test("DataWriter keeps scaled frames below 64 KiB, and cuts no row", () => {
  const { events } = decode([recorded("basic_all_scaled")], { process: "scaled" });
  const start = events.find((event) => event.kind === "start")!;
  const writer = new DataWriter({
    process: "scaled",
    transport: "framed",
    header: "xml",
    status: true,
    oneShot: false,
  });
  const rows = Uint8Array.from({ length: start.sampleBytes * 2000 }, (_, index) => index);
  const head = writer.begin(start);
  const stream = [new TextEncoder().encode("OK\n"), head, writer.rows(rows), writer.end("Ok")];
  const read = decode(stream, { process: "scaled" });
  const frames = read.events.filter((event) => event.kind === "frame");
  assertEquals(frames.length, 3);
  assertEquals(frames.flatMap((frame) => [...frame.bytes]), [...rows]);
  assertEquals(read.events.at(-1), { kind: "end", samples: 2000, received: 2000, reason: "Ok" });
});

Deno.test("readDataRequest() reads options as the server does, the last of a kind wins", () => {
  const xmlRaw = { process: "raw", transport: "framed", header: "xml", status: true, oneShot: false };
  const expected: [string, unknown][] = [
    ["XML FRAMED RAW", { settings: xmlRaw }],
    ["  XML \t BASE64 FRAMED SCALED RAW", { settings: xmlRaw }],
    ["", { settings: { ...xmlRaw, process: "scaled", transport: "ascii", header: "text" } }],
    ["XML NO_HEADER", { settings: { ...xmlRaw, process: "scaled", transport: "ascii", header: "none" } }],
    ["BARE DEFAULT XML", { settings: { ...xmlRaw, process: "scaled", transport: "ascii" } }],
    [
      "XML BARE",
      { settings: { process: "raw", transport: "unframed", header: "none", status: false, oneShot: true } },
    ],
    ["XML ", { refusal: "No name found" }],
    ["XML\r", { refusal: "Cannot process CR character" }],
    ["xml", { refusal: "Invalid data capture option" }],
    ["toString", { refusal: "Invalid data capture option" }],
  ];
  for (const [line, request] of expected) assertEquals<unknown>(readDataRequest(line), request, line);
});

Deno.test("formatG() writes numbers as C does", () => {
  const expected: [number, string][] = [
    [0, "0"],
    [-0, "-0"],
    [8e-9, "8e-09"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e10, "1e+10"],
    [9999999999, "9999999999"],
    [1e100, "1e+100"],
    [123456.7890123, "123456.789"],
    [-3.5, "-3.5"],
    [1 / 3, "0.3333333333"],
    [99999999999.6, "1e+11"],
    [NaN, "nan"],
    [-Infinity, "-inf"],
  ];
  for (const [value, text] of expected) assertEquals(formatG(value, 10), text);
});

Deno.test("formatG() loses nothing that its digits can hold", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assertEquals(Number(formatG(value, 17)), value);
    }),
    { numRuns: 1000 },
  );
});
