/** Files on the disk: written whole or not at all, read without being loaded. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  encodeFits,
  FitsError,
  FitsFile,
  FitsWriter,
  Header,
  ImageStream,
  readHeaders,
  readImage,
  writeFits,
} from "@dewar/sdk/fits";
import { smallDisk, testWith } from "../needs.ts";
import { DATA } from "./data.ts";
import { judgeFile, judges, run } from "./judges.ts";

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
const pixels = Uint16Array.from({ length: 100 * 60 }, (_, at) => at * 7);

Deno.test("writeFits() writes a file that readImage() reads, and nothing else", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.fits`;
    await writeFits(path, [{}, { pixels, shape: [100, 60], name: "AMP1" }]);
    assertEquals(await names(folder), ["a.fits"]);
    assertEquals((await readImage(path)).pixels, pixels);
    assertEquals((await readImage(path, { hdu: "AMP1" })).shape, [100, 60]);
    await assertRejects(
      () => readImage(path, { hdu: "AMP2" }),
      FitsError,
      `${path}: there is not HDU "AMP2" in it`,
    );
    await assertRejects(() => readImage(path, { hdu: 7 }), FitsError, "(it has 0, AMP1)");
  }));

Deno.test("writeFits() leaves a file alone that exists, unless it may overwrite it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.fits`;
    await Deno.writeTextFile(path, "precious");
    await assertRejects(
      () => writeFits(path, [{ pixels }]),
      FitsError,
      `${path}: it exists already and is not overwritten`,
    );
    assertEquals(await Deno.readTextFile(path), "precious");
    await writeFits(path, [{ pixels }], { overwrite: true });
    assertEquals((await readImage(path)).pixels, pixels);
    assertEquals(await names(folder), ["a.fits"]);
  }));

Deno.test("FitsWriter.finish() refuses to replace a file that came while it was writing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.fits`;
    {
      await using file = await FitsWriter.create(path);
      await file.add({ pixels });
      await Deno.writeTextFile(path, "another");
      await assertRejects(() => file.finish(), FitsError, "exists already");
    }
    assertEquals(await Deno.readTextFile(path), "another");
    assertEquals(await names(folder), ["a.fits"]);
  }));

testWith(
  "FitsWriter writes an image by pieces, with the checksums it has when written at once",
  judges,
  () =>
    inFolder(async (folder) => {
      const header = new Header().set("EXPTIME", 2.5, { unit: "s" });
      const at = (name: string) => `${folder}/${name}.fits`;
      await writeFits(at("once"), [{ pixels, shape: [100, 60], header }, { pixels: Float64Array.of(1, 2) }]);
      await using file = await FitsWriter.create(at("pieces"));
      await file.begin({ shape: [100, 60], type: "uint16", header });
      // Odd numbers of pixels: pieces that end within a word of the sum.
      for (let from = 0; from < pixels.length; from += 777) {
        await file.write(pixels.subarray(from, from + 777));
      }
      await file.add({ pixels: Float64Array.of(1, 2) });
      await file.finish();
      assertEquals(await Deno.readFile(at("pieces")), await Deno.readFile(at("once")));
      await judgeFile(at("pieces"));
    }),
);

Deno.test("FitsWriter.write() has done with the pixels when it has resolved", () =>
  inFolder(async (folder) => {
    const row = new Float64Array(30_000);
    const all = Float64Array.from({ length: 100 * row.length }, (_, at) => at);
    await using file = await FitsWriter.create(`${folder}/rows.fits`);
    await file.begin({ shape: [row.length, 100], type: "float64" });
    for (let at = 0; at < all.length; at += row.length) {
      row.set(all.subarray(at, at + row.length));
      await file.write(row);
      row.fill(NaN);
    }
    await file.finish();
    await writeFits(`${folder}/once.fits`, [{ pixels: all, shape: [row.length, 100] }]);
    assertEquals((await readImage(`${folder}/rows.fits`)).pixels, all);
    assertEquals(await Deno.readFile(`${folder}/rows.fits`), await Deno.readFile(`${folder}/once.fits`));
  }));

Deno.test("FitsWriter removes a file that was not finished, or lacks pixels", () =>
  inFolder(async (folder) => {
    {
      await using file = await FitsWriter.create(`${folder}/a.fits`);
      await file.begin({ shape: [10, 10], type: "int16" });
      await file.write(new Int16Array(99));
      await assertRejects(() => file.write(new Int16Array(2)), FitsError, "more than 100 pixels");
      await assertRejects(
        () => file.write(new Uint16Array(1)),
        FitsError,
        "pixels of uint16 came, expected int16",
      );
      await assertRejects(() => file.finish(), FitsError, "only 99 of 100 pixels");
    }
    assertEquals(await names(folder), []);
  }));

testWith(
  "writeFits() tells of a full disk and leaves nothing there",
  [smallDisk],
  () =>
    inFolder(async (folder) => {
      const script = `
        import { writeFits, FitsError } from "@dewar/sdk/fits";
        try {
          await writeFits("${folder}/full/a.fits", [{ pixels: new Uint16Array(2 ** 20) }]);
        } catch (error) {
          if (!(error instanceof FitsError)) throw error;
          console.log(error.message);
        }
        console.log([...Deno.readDirSync("${folder}/full")].length);`;
      await Deno.writeTextFile(`${folder}/fill.ts`, script);
      await Deno.mkdir(`${folder}/full`);
      const program = `${Deno.execPath()} run -A --no-check --config deno.json ${folder}/fill.ts`;
      const mounted = `mount -t tmpfs -o size=1m none ${folder}/full && ${program}`;
      const said = (await run(smallDisk.found!, "-rm", "sh", "-c", mounted)).split("\n");
      assert(said[0]!.includes("a.fits: it cannot be written: No space left on device"), said[0]!);
      assertEquals(said[1], "0");
    }),
);

Deno.test("readHeaders() and FitsFile.rows() read 10 GB by their headers and the rows asked for", () =>
  inFolder(async (folder) => {
    const path = `${folder}/huge.fits`;
    {
      // A sparse file: headers, and nothing between them.
      using file = await Deno.open(path, { createNew: true, write: true });
      const [width, height] = [50_000, 100_000];
      const first = new ImageStream({ shape: [width, height], type: "uint16", name: "BIG" }, true, false)
        .header();
      await file.write(first);
      await file.seek(first.length + 2 * width * 70_000, Deno.SeekMode.Start);
      await file.write(Uint8Array.of(0x80, 5));
      const end = first.length + Math.ceil(2 * width * height / 2880) * 2880;
      await file.seek(end, Deno.SeekMode.Start);
      const second = new ImageStream({ shape: [2], type: "int16" }, false, false);
      await file.write(second.header());
      await file.write(second.push(Int16Array.of(8, 9)));
      await file.write(second.padding());
    }
    const hdus = await readHeaders(path);
    assertEquals(hdus.map(({ shape }) => shape), [[50_000, 100_000], [2]]);
    using file = await FitsFile.open(path);
    const { pixels, shape } = await file.rows("BIG", 70_000, 2);
    assertEquals([shape, pixels[0], pixels[1]], [[50_000, 2], 5, 32768]);
    assertEquals((await file.image(1)).pixels, Int16Array.of(8, 9));
    await assertRejects(
      () => file.rows("BIG", 99_999, 2),
      FitsError,
      "rows 99999 to 100000 are not in an image of 100000",
    );
    await assertRejects(
      () => file.image("BIG"),
      FitsError,
      "are not read into memory at once: read it by rows",
    );
  }));

Deno.test("FitsFile.open() names the file, HDU and byte of what is wrong", () =>
  inFolder(async (folder) => {
    const whole = await Deno.readFile(`${DATA}/mef.fits`);
    const path = `${folder}/cut.fits`;
    for (const cut of [0, 10, 100, 2880, 4000, 10_000, 36_000]) {
      await Deno.writeFile(path, whole.subarray(0, cut));
      const error = await FitsFile.open(path).then((file) => file[Symbol.dispose](), (error) => error);
      if (cut === 2880) assertEquals(error, undefined);
      else {
        assert(error instanceof FitsError, `${cut}: ${error}`);
        assertEquals([error.place.file, typeof error.place.hdu], [path, "number"]);
      }
    }
  }));
Deno.test("writeFits() writes a large image by pieces, to the same bytes as encodeFits()", () =>
  inFolder(async (folder) => {
    const shape = [1024, 700];
    for (const make of [Uint16Array, Int32Array, Float64Array]) {
      const pixels = new make(1024 * 700);
      for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 7919) % 65536;
      const header = new Header().set("EXPTIME", 1.5);
      const hdus = [{ header, pixels, shape }, { pixels, shape, name: "AGAIN" }];
      const path = `${folder}/${make.name}.fits`;
      await writeFits(path, hdus);
      assertEquals(Buffer.compare(await Deno.readFile(path), encodeFits(hdus)), 0);
    }
  }));
