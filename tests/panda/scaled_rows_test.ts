import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { CaptureField } from "../../lib/panda/capture_field.ts";
import type { StartData } from "../../lib/panda/data_event.ts";
import { FrameData } from "../../lib/panda/frame_data.ts";
import { RowLayout } from "../../lib/panda/row_layout.ts";
import { RowScaler } from "../../lib/panda/scaled_rows.ts";
import { framesOf, recorded } from "./recordings.ts";

for (const name of ["basic_all", "basic_all_samples", "basic_value", "basic_bitsonly", "basic_stddev"]) {
  Deno.test(`RowScaler makes the scaled rows of ${name} of the raw ones, to the bit`, () => {
    const raw = framesOf(recorded(`${name}_raw`), {});
    const scaled = framesOf(recorded(`${name}_scaled`), { process: "scaled" });
    const shown = new Set(scaled[0]!.names);
    const scaler = new RowScaler(
      raw[0]!.start,
      new Set(raw[0]!.names.filter((column) => !shown.has(column))),
    );
    assertEquals({ ...scaler.start, armTime: "", startTime: "" }, {
      ...scaled[0]!.start,
      armTime: "",
      startTime: "",
    });
    const [expected, got] = [scaled.map(({ bytes }) => bytes), raw.map(({ bytes }) => scaler.scale(bytes))]
      .map((frames) => new Uint8Array(frames.flatMap((frame) => [...frame])));
    const rows = Math.min(expected!.length, got!.length); // two acquisitions, of which one may be longer
    assert(rows > 0);
    assertEquals(got!.subarray(0, rows), expected!.subarray(0, rows));
  });
}

const FIELDS: readonly CaptureField[] = [
  { name: "PCAP.SAMPLES", type: "int32", capture: "Value", scale: 8e-9, offset: 0, units: "s" },
  { name: "PCAP.BITS0", type: "uint32", capture: "Value" },
  { name: "A.OUT", type: "int32", capture: "Min", scale: 0.37, offset: -11.5, units: "mm" },
  { name: "A.OUT", type: "int64", capture: "Sum", scale: 0.37, offset: -11.5, units: "mm" },
  { name: "B.OUT", type: "int64", capture: "Mean", scale: 1.1, offset: 3, units: "" },
  { name: "C.OUT", type: "int64", capture: "Mean", scale: 2, offset: 1, units: "" },
  { name: "C.OUT", type: "int96", capture: "StdDev", scale: 2, offset: 1, units: "" },
];
const START: StartData = {
  kind: "start",
  fields: FIELDS,
  missed: 0,
  process: "Raw",
  format: "Framed",
  sampleBytes: 48,
};

/** Values of one row, as they can be: each sample is a number of 32 bits. */
const row = fc.record({
  samples: fc.integer({ min: 0, max: 50 }),
  bits: fc.nat(0xffffffff),
  value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  sum: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  series: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 50, maxLength: 50 }),
});

Deno.test("RowScaler and FrameData, which share nothing, scale any rows alike", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const bytes = new Uint8Array(rows.length * 48);
      const view = new DataView(bytes.buffer);
      for (const [at, { samples, bits, value, sum, series }] of rows.entries()) {
        const taken = series.slice(0, samples).map(BigInt);
        const squares = taken.reduce((total, one) => total + one * one, 0n);
        const first = at * 48;
        view.setInt32(first, samples, true);
        view.setUint32(first + 4, bits, true);
        view.setInt32(first + 8, value, true);
        view.setBigInt64(first + 12, sum, true);
        view.setBigInt64(first + 20, sum, true);
        view.setBigInt64(first + 28, taken.reduce((total, one) => total + one, 0n), true);
        view.setBigUint64(first + 36, BigInt.asUintN(64, squares), true);
        view.setUint32(first + 44, Number(squares >> 64n), true);
      }
      const frame = new FrameData(new RowLayout(START), [{ bytes, from: 0, to: bytes.length }], rows.length);
      const scaler = new RowScaler(START, new Set());
      const ours = new DataView(scaler.scale(bytes).buffer);
      let at = 0;
      for (const { name, capture, type } of scaler.start.fields) {
        const expected = frame.scaled(`${name}.${capture}`);
        const got = rows.map((_, line) => {
          const place = line * scaler.start.sampleBytes + at;
          return type === "double" ? ours.getFloat64(place, true) : ours.getUint32(place, true);
        });
        assertEquals(got, [...expected], `${name}.${capture}`);
        at += type === "double" ? 8 : 4;
      }
    }),
    { numRuns: 1000 },
  );
});
