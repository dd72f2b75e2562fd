import { assert, assertEquals } from "@std/assert";
import { type Table, tableFromIPC } from "apache-arrow";
import { recordLimited } from "./limited_record.ts";
import { inFolder, long, recordAll, ROWS, stream } from "./recording.ts";
import { framesOf, recorded } from "./recordings.ts";

const read = async (path: string): Promise<Table> => tableFromIPC(await Deno.readFile(path));
const column = (table: Table, name: string) => table.getChild(name)!.toArray();

Deno.test("record() writes a capture as an Arrow file", () =>
  inFolder(async (folder) => {
    const [file] = await recordAll([stream("basic_all_raw")], { scheme: `${folder}/scan.arrow` });
    const table = await read(file!.path);
    const [scaled] = framesOf(recorded("basic_all_scaled"), {});
    for (const name of scaled!.names) assertEquals(column(table, name), scaled!.column(name), name);
    assertEquals(table.schema.metadata.get("arm_time"), file!.start.armTime);
    const field = table.schema.fields.find(({ name }) => name === "PCAP.TS_START.Value");
    assertEquals(field!.metadata.get("units"), "s");
  }));

Deno.test("record() writes many rows, and none, as an Arrow file", () =>
  inFolder(async (folder) => {
    await recordAll(long(), { scheme: `${folder}/many.feather` });
    const table = await read(`${folder}/many.feather`);
    assertEquals([table.numRows, table.batches.length], [ROWS, 10]);
    assert(column(table, "PCAP.BITS0.Value").every((value: number, row: number) => value === row));
    assert(column(table, "INENC1.VAL.Sum").every((value: number, row: number) => value === row + 1));
    await recordAll([stream("disarm_immediate")], { scheme: `${folder}/none.arrow` });
    assertEquals((await read(`${folder}/none.arrow`)).numRows, 0);
  }));

for (const blocks of [300, 777, 1600]) {
  Deno.test(`record() leaves a whole Arrow file when the system takes no more than ${blocks} KB`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/scan.arrow`;
      const rows = await recordLimited(path, blocks);
      const table = await read(path);
      assertEquals(table.numRows, rows);
      assert(
        table.numRows === 0 ||
          column(table, "A.OUT.Value").every((value: number, row: number) => value === row),
      );
    }));
}
