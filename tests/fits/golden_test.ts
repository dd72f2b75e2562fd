/** Files made by astropy and fpack read with the values they are known to have. */
import { assert, assertEquals } from "@std/assert";
import { decodeImage, encodeFits, type FitsWarning, parseFits, verifyChecksums } from "@dewar/sdk/fits";
import { DATA } from "./data.ts";

interface Known {
  readonly BITPIX: number;
  readonly shape: readonly number[] | null;
  readonly DATASUM: string;
  readonly EXTNAME?: string;
  readonly sum?: number;
  readonly first4?: readonly number[];
  readonly nan?: number;
}

const index: Record<string, { size?: number; hdus: Known[] }> = JSON.parse(
  await Deno.readTextFile(`${DATA}/index.json`),
);

for (const [name, { size, hdus }] of Object.entries(index)) {
  Deno.test(`parseFits() reads ${name} with the values astropy found in it`, async () => {
    const file = await Deno.readFile(`${DATA}/${name}`);
    if (size !== undefined) assertEquals(file.length, size);
    const warnings: FitsWarning[] = [];
    const found = parseFits(file, { onWarning: (warning) => warnings.push(warning) });
    assertEquals(warnings, []);
    assertEquals(found.length, hdus.length);
    found.forEach((hdu, at) => {
      const known = hdus[at]!;
      assertEquals(verifyChecksums(file, hdu), { data: "right", hdu: "right" });
      assertEquals(hdu.header.get("DATASUM"), known.DATASUM);
      assertEquals(hdu.bitpix, known.BITPIX);
      assertEquals(hdu.name, known.EXTNAME);
      if (!known.shape) return;
      const { pixels, shape } = decodeImage(hdu);
      assertEquals(shape, known.shape.toReversed());
      const values = Array.from(pixels as ArrayLike<number | bigint>, Number);
      assertEquals(values.slice(0, 4), known.first4);
      assertEquals(values.filter(Number.isNaN).length, known.nan);
      const sum = values.reduce((total, value) => Number.isNaN(value) ? total : total + value, 0);
      assert(Math.abs(sum - known.sum!) <= 1e-12 * Math.abs(known.sum!), `${sum}, not ${known.sum}`);
    });
  });
}

Deno.test("parseFits() reads a header with everything that headers may have", async () => {
  const [hdu] = parseFits(await Deno.readFile(`${DATA}/header.fits`));
  const { header } = hdu!;
  assertEquals(header.get("OBJECT"), "it's a 'test'");
  assertEquals(header.card("OBJECT")?.comment, "quoted quotes");
  assertEquals(header.get("LONGSTR"), `${"x".repeat(60)}&'yyyy${"y".repeat(96)}`);
  assertEquals(header.card("LONGSTR")?.comment, "long string uses CONTINUE");
  assertEquals(header.get("ESO DET CHIP1 ID"), "CCD-42");
  assertEquals(header.get("MOD2 HEATERA OUTPUT V"), 3.12);
  assertEquals([header.get("EXPTIME"), header.unit("EXPTIME")], [1.5, "s"]);
  assertEquals(header.get("BOOL"), true);
  assertEquals(header.get("BIGI"), 12345678901234);
  assertEquals(header.get("FLT"), -1.234567890123e-7);
  assertEquals([header.has("UNDEF"), header.get("UNDEF")], [true, undefined]);
  assertEquals(header.get("CPLX"), { re: 1, im: -2 });
  assertEquals(header.get("EMPTY"), "");
  assertEquals(header.texts("HISTORY"), [`h1 ${"z".repeat(69)}`, "z".repeat(31)]);
  assertEquals(header.texts("COMMENT"), ["c1"]);
  assertEquals(header.texts(""), ["blank card"]);
  assertEquals(header.size, 25);
});

Deno.test("encodeFits() gives the files of astropy again, apart from their headers' words", async () => {
  for (const name of ["u16", "i16", "u8", "i32", "u32", "f32nan", "f64cube", "ccd1k"]) {
    const file = await Deno.readFile(`${DATA}/${name}.fits`);
    const [hdu] = parseFits(file);
    const [again] = parseFits(encodeFits([decodeImage(hdu!)]));
    assertEquals(again!.header.get("DATASUM"), hdu!.header.get("DATASUM"), name);
    assertEquals(again!.data, hdu!.data, name);
  }
});
