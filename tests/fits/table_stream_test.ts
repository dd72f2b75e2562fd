import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeTable,
  encodeFits,
  FitsError,
  Header,
  parseFits,
  TableStream,
  verifyChecksums,
} from "../../lib/fits/mod.ts";

const columns = [
  { name: "A", type: "float64", unit: "mm" },
  { name: "B", type: "uint32" },
  { name: "C", type: "int64" },
] as const;

Deno.test("TableStream writes in pieces what is written at once", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 5 }), (counts) => {
      const header = new Header().set("OBJECT", "dark");
      const stream = new TableStream({ columns, header, name: "T" });
      const primary = encodeFits([{ shape: [], pixels: new Uint8Array() }]);
      const parts = [primary, stream.header()];
      let rows = 0;
      for (const count of counts) {
        const from = rows;
        const numbers = Array.from({ length: count }, (_, row) => from + row);
        parts.push(stream.push([
          Float64Array.from(numbers, (n) => n / 3),
          Uint32Array.from(numbers, (n) => n * 7_777_777),
          BigInt64Array.from(numbers, (n) => BigInt(n) - 50n),
        ]));
        rows += count;
      }
      const file = Uint8Array.from([...parts, stream.padding()].flatMap((part) => [...part]));
      file.set(stream.header(), primary.length);
      const [, hdu] = parseFits(file);
      assertEquals(verifyChecksums(file, hdu!), { data: "right", hdu: "right" });
      const table = decodeTable(hdu!);
      assertEquals([table.rows, stream.rows, table.header.string("OBJECT")], [rows, rows, "dark"]);
      const values = table.columns.map(({ name, unit, values }) => ({
        name,
        ...(unit ? { unit } : {}),
        values,
      }));
      assertEquals(encodeFits([{ columns: values, header, name: "T" }]), file);
    }),
    { numRuns: 200 },
  );
});

Deno.test("TableStream refuses values that are of another type or missing", () => {
  const stream = new TableStream({ columns });
  const some = [new Float64Array(1), new Uint32Array(1), new BigInt64Array(1)] as const;
  assertThrows(() => stream.push(some.slice(1)), FitsError, "column A: uint32 values came, expected float64");
  assertThrows(() => stream.push(some.slice(0, 2)), FitsError, "column C: no values came");
  assertThrows(
    () => stream.push([some[0], some[1], new BigInt64Array(2)]),
    FitsError,
    "column C: it has 2 rows",
  );
});
