import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DewarError } from "../../lib/errors.ts";
import { WIRE_BYTES, type WireType } from "../../lib/panda/capture_field.ts";
import type { StartData } from "../../lib/panda/data_event.ts";
import { FrameData } from "../../lib/panda/frame_data.ts";
import { RowBuffer } from "../../lib/panda/row_buffer.ts";
import { RowLayout } from "../../lib/panda/row_layout.ts";
import { bytesOf, cut, framesOf, recorded } from "./recordings.ts";

for (const name of ["basic_all", "basic_all_samples", "basic_value", "basic_bitsonly", "basic_stddev"]) {
  Deno.test(`FrameData scales ${name} to the bit as the server does`, () => {
    const [raw] = framesOf(recorded(`${name}_raw`), {});
    const [scaled] = framesOf(recorded(`${name}_scaled`), {});
    for (const column of scaled!.names) {
      assertEquals(bytesOf(raw!.scaled(column)), bytesOf(scaled!.scaled(column)), column);
    }
  });
}

Deno.test("FrameData takes a column out once, and scales into an array that is given", () => {
  const [frame] = framesOf(recorded("basic_all_raw"), {});
  assertStrictEquals(frame!.column("COUNTER1.OUT.Sum"), frame!.column("COUNTER1.OUT.Sum"));
  const into = new Float64Array(10).fill(-1);
  assertStrictEquals(frame!.scaled("ADC1.OUT.Value", into), into);
  assertEquals([...into], [0.5, 2829.5, 5658.5, 8487.5, 11316.5, 14145.5, 16974.5, -1, -1, -1]);
});

Deno.test("FrameData names the columns there are when asked for another", () => {
  const [frame] = framesOf(recorded("basic_value_raw"), {});
  assertThrows(() => frame!.column("COUNTER1.OUT.Max"), DewarError, "there are COUNTER1.OUT.Value");
});

const start = (...types: WireType[]): StartData => ({
  kind: "start",
  fields: types.map((type, index) => ({ name: `F${index}`, capture: "Value", type })),
  missed: 0,
  process: "Raw",
  format: "Framed",
  sampleBytes: types.reduce((sum, type) => sum + WIRE_BYTES[type], 0),
});

/** Rows pushed in pieces, as a frame. */
function frameOf(layout: RowLayout, pieces: Iterable<Uint8Array>): FrameData {
  const buffer = new RowBuffer(layout.start.sampleBytes);
  for (const piece of pieces) buffer.push(piece, 0, piece.length);
  const { rows } = buffer;
  return new FrameData(layout, buffer.take(), rows);
}

Deno.test("FrameData cannot scale a mean without samples, nor a deviation without its sum", () => {
  const mean = start("int64");
  const layout = new RowLayout({ ...mean, fields: [{ ...mean.fields[0]!, capture: "Mean" }] });
  assertThrows(() => frameOf(layout, []).scaled("F0.Mean"), DewarError, 'No column "PCAP.SAMPLES.Value"');
  assertThrows(() => frameOf(new RowLayout(start("int96")), []).scaled("F0.Value"), DewarError, "F0.Mean");
});

/** Numbers of a type as they are on the wire, and what reads one. */
const TYPES: Readonly<Record<WireType, (view: DataView, at: number) => number | bigint>> = {
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => view.getBigInt64(at, true),
  uint64: (view, at) => view.getBigUint64(at, true),
  double: (view, at) => view.getFloat64(at, true),
  int96: (view, at) => view.getBigUint64(at, true) + (BigInt(view.getUint32(at + 8, true)) << 64n),
};
const types = fc.array(fc.constantFrom(...Object.keys(WIRE_BYTES) as WireType[]), {
  minLength: 1,
  maxLength: 6,
});
const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 });

Deno.test("FrameData gives any packed rows back, in whatever pieces they came", () => {
  fc.assert(
    fc.property(types, fc.nat({ max: 80 }), fc.integer(), sizes, (types, rows, seed, sizes) => {
      const layout = new RowLayout(start(...types));
      const bytes = noise(rows * layout.start.sampleBytes, seed);
      const frame = frameOf(layout, cut(bytes, ...sizes));
      assertEquals(frame.rows, rows);
      assertEquals(frame.bytes, bytes);
      const view = new DataView(bytes.buffer);
      for (const [row, values] of [...frame].entries()) {
        for (const [name, { field, at }] of layout.columns) {
          assertEquals(values[name], TYPES[field.type](view, row * layout.start.sampleBytes + 4 * at));
        }
      }
      for (const [name, { field }] of layout.columns) {
        if (field.type === "int96") continue;
        assertEquals(frame.scaled(name), Float64Array.from(frame.column(name) as Int32Array, Number));
      }
    }),
    { numRuns: 1000 },
  );
});

const scale = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

Deno.test("FrameData scales with one rounding for each operation, in the order of the server", () => {
  const value = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const samples = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, samples)),
      scale,
      scale,
      fc.nat({ max: 3 }),
      (rows, scale, offset, at) => {
        const fields = [
          { name: "PCAP.SAMPLES", capture: "Value", type: "uint32", scale, offset },
          { name: "A", capture: "Sum", type: "int64", scale, offset },
          { name: "A", capture: "Mean", type: "int64", scale, offset },
          { name: "B", capture: "Value", type: "int32", scale, offset },
        ] as const;
        const layout = new RowLayout({ ...start(), fields, sampleBytes: 24 });
        const bytes = new Uint8Array(at + 24 * rows.length);
        const view = new DataView(bytes.buffer, at); // anywhere in memory
        for (const [row, [value, samples]] of rows.entries()) {
          view.setUint32(24 * row, samples, true);
          view.setBigInt64(24 * row + 4, value, true);
          view.setBigInt64(24 * row + 12, value, true);
          view.setInt32(24 * row + 20, Number(BigInt.asIntN(32, value)), true);
        }
        const frame = new FrameData(layout, [{ bytes, from: at, to: bytes.length }], rows.length);
        const expected = (of: (value: bigint, samples: number) => number) =>
          Float64Array.from(rows, ([value, samples]) => of(value, samples));
        assertEquals(frame.scaled("PCAP.SAMPLES.Value"), expected((_, samples) => scale * samples + offset));
        assertEquals(frame.scaled("A.Sum"), expected((value) => scale * Number(value) + offset));
        assertEquals(
          frame.scaled("A.Mean"),
          expected((value, samples) => samples === 0 ? NaN : scale * Number(value) / samples + offset),
        );
        assertEquals(
          frame.scaled("B.Value"),
          expected((value) => scale * Number(BigInt.asIntN(32, value)) + offset),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("FrameData gives any of its rows as a frame, in whatever pieces they came", () => {
  const part = fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 80 }));
  fc.assert(
    fc.property(types, fc.nat({ max: 80 }), fc.integer(), sizes, part, (types, rows, seed, sizes, [a, b]) => {
      const layout = new RowLayout(start(...types));
      const frame = frameOf(layout, cut(noise(rows * layout.start.sampleBytes, seed), ...sizes));
      const [from, to] = [Math.min(a, b, rows), Math.min(Math.max(a, b), rows)];
      const slice = frame.slice(from, to);
      assertEquals(slice.rows, to - from);
      assertEquals([...slice], [...frame].slice(from, to));
    }),
    { numRuns: 1000 },
  );
});

/** Bytes that look random and come out the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 1664525) + 1013904223) >>> 24);
}
