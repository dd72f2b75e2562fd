import { assert, assertEquals } from "@std/assert";
import { decodeTable, parseFits, type Table, verifyChecksums } from "../../lib/fits/mod.ts";
import { astropy, judgeFile, run } from "../fits/judges.ts";
import { fitsverify, testWith } from "../needs.ts";
import { recordLimited } from "./limited_record.ts";
import { inFolder, long, recordAll, ROWS, stream } from "./recording.ts";
import { framesOf, recorded } from "./recordings.ts";

/** Reads the table of a capture. */
async function readTable(path: string): Promise<Table> {
  const bytes = await Deno.readFile(path);
  assertEquals(bytes.length % 2880, 0);
  const [primary, table] = parseFits(bytes);
  for (const hdu of [primary!, table!]) {
    assertEquals(verifyChecksums(bytes, hdu), { data: "right", hdu: "right" });
  }
  return decodeTable(table!);
}

Deno.test("record() writes a capture as a binary table of FITS", () =>
  inFolder(async (folder) => {
    const [file] = await recordAll([stream("basic_all_raw")], { scheme: `${folder}/scan.fits` });
    const table = await readTable(file!.path);
    const [scaled] = framesOf(recorded("basic_all_scaled"), {});
    for (const name of scaled!.names) assertEquals(table.column(name).values, scaled!.column(name), name);
    assertEquals(table.column("PCAP.TS_START.Value").unit, "s");
    assertEquals(table.header.string("EXTNAME"), "CAPTURE");
    assertEquals(`${table.header.string("DATE-OBS")}Z`, file!.start.startTime);
    assertEquals(table.header.number("MISSED"), 0);
  }));

Deno.test("record() writes many rows, and none, as a binary table of FITS", () =>
  inFolder(async (folder) => {
    await recordAll(long(), { scheme: `${folder}/many.fits` });
    const { rows, column } = await readTable(`${folder}/many.fits`);
    assertEquals(rows, ROWS);
    assert((column("PCAP.BITS0.Value").values as Uint32Array).every((value, row) => value === row));
    assert((column("INENC1.VAL.Sum").values as Float64Array).every((value, row) => value === row + 1));
    await recordAll([stream("disarm_immediate")], { scheme: `${folder}/none.fits` });
    assertEquals((await readTable(`${folder}/none.fits`)).rows, 0);
  }));

for (const blocks of [100, 777, 1234]) {
  Deno.test(`record() leaves a whole FITS file when the system takes no more than ${blocks} KB`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/scan.fits`;
      const safe = await recordLimited(path, blocks);
      const { rows, column } = await readTable(path);
      assertEquals(rows, safe);
      assert((column("A.OUT.Value").values as Float64Array).every((value, row) => value === row));
    }));
}

const LOOK = `
import json, sys
from astropy.io import fits
with fits.open(sys.argv[1], checksum=True) as file:
    data = file["CAPTURE"].data
    print(json.dumps({column.name: [column.format, column.unit, data[column.name].tolist()] for column in file[1].columns}))
`;

testWith(
  "fitsverify and astropy read what record() writes",
  [fitsverify, astropy],
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/scan.fits`;
      await recordAll([stream("basic_value_raw")], { scheme: path });
      await judgeFile(path);
      assertEquals(JSON.parse(await run(astropy.found!, "-c", LOOK, path)), {
        "COUNTER1.OUT.Value": ["D", null, [0, 13, 26, 39, 52, 65, 78]],
      });
    }),
);
