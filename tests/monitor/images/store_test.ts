import { assert, assertEquals } from "@std/assert";
import { readSearch } from "../../../daemons/monitor/images/query.ts";
import type { ImageRow } from "../../../daemons/monitor/store/image.ts";
import { openStore } from "../../../daemons/monitor/store/mod.ts";
import { giveDatabase } from "../store/made_database.ts";
import { testWithDatabase } from "../store/postgres.ts";

const START = 1_800_000_000;

/** An image, the `n`th of a thousand. */
function imageNo(n: number, more: Partial<ImageRow> = {}): ImageRow {
  const type = n % 2 === 0 ? "flat" : "dark";
  return {
    path: `/frames/${n}.fits`,
    time: START + n,
    source: n % 3 === 0 ? "camera" : "guider",
    feed: null,
    run: n < 500 ? "first" : "second",
    number: n,
    exposure: n / 10,
    type,
    width: 100,
    height: 50,
    bitpix: 16,
    bytes: 12960,
    header: {
      IMAGETYP: type,
      EXPTIME: n / 10,
      OBJECT: n === 7 ? `it's "50%_\\"` : "sky",
      COMMENT: ["one", "two"],
    },
    statistics: [{ name: "A", mean: 1, noise: 2, median: 3, min: 0, max: 9, overscan: null }],
    thumbnail: n === 7 ? new Uint8Array([1, 2, 3, 250]).toBase64() : null,
    problem: null,
    ...more,
  };
}

async function storeTests(t: Deno.TestContext, db?: string): Promise<void> {
  const data = await Deno.makeTempDir();
  if (db === undefined) await giveDatabase(data);
  let store = await openStore({ data, db });
  const numbers = async (search: string, count = 10) => {
    const { images, total } = await store.images.find({ terms: readSearch(search), count });
    return { total, numbers: images.map(({ number }) => number) };
  };

  await t.step("it keeps a thousand images and gives them page by page, newest first", async () => {
    for (let n = 0; n < 1000; n++) assert(store.images.keep(imageNo(n)));
    const { images, total } = await store.images.find({ count: 48, offset: 48 });
    assertEquals(total, 1000);
    assertEquals(images.map(({ number }) => number), Array.from({ length: 48 }, (_, n) => 951 - n));
    assertEquals((await store.images.find({ count: 48, offset: 990 })).images.length, 10);
    assertEquals(images[0]!.statistics, imageNo(951).statistics);
  });

  await t.step("it finds by run, client and time", async () => {
    assertEquals((await store.images.find({ run: "first", count: 1 })).total, 500);
    assertEquals((await store.images.find({ source: "camera", count: 1 })).total, 334);
    assertEquals((await store.images.find({ from: START + 10, to: START + 19, count: 1 })).total, 10);
    assertEquals(await store.images.sources(), { runs: ["second", "first"], sources: ["camera", "guider"] });
  });

  await t.step("it finds by the header: numbers as numbers, texts without regard to case", async () => {
    assertEquals(await numbers("EXPTIME>99.7"), { total: 2, numbers: [999, 998] });
    assertEquals(await numbers("EXPTIME<=0.1 imagetyp=FLAT"), { total: 1, numbers: [0] });
    assertEquals((await numbers("IMAGETYP!=flat")).total, 500);
    assertEquals(await numbers("OBJECT~IT'S"), { total: 1, numbers: [7] });
    assertEquals((await numbers("NOTHING=1")).total, 0);
    assertEquals(await numbers("/7.fits"), { total: 1, numbers: [7] });
  });

  await t.step("signs that mean something to the database are searched as they are", async () => {
    assertEquals(await numbers(`OBJECT~50%_\\`), { total: 1, numbers: [7] });
    assertEquals((await numbers(`OBJECT~%`)).total, 1);
    assertEquals((await numbers(`"'; drop table dewar.image; --"`)).total, 0);
    assertEquals((await store.images.find({ count: 1 })).total, 1000);
  });

  await t.step("it gives one image, its small picture and its neighbours of the same client", async () => {
    const [seven] = (await store.images.find({ terms: readSearch("/7.fits"), count: 1 })).images;
    assertEquals((await store.images.one(seven!.id))!.path, "/frames/7.fits");
    assertEquals(await store.images.thumbnail(seven!.id), new Uint8Array([1, 2, 3, 250]));
    const { older, newer } = await store.images.neighbours(seven!, 2);
    assertEquals([older, newer].map((side) => side.map(({ number }) => number)), [[5, 4], [8, 10]]);
    assertEquals(await store.images.one(999_999), undefined);
    assertEquals(await store.images.thumbnail(999_999), undefined);
  });

  await t.step("of a file that is known already the last word counts, also of two at once", async () => {
    const before = await store.images.find({ terms: readSearch("/7.fits"), count: 1 });
    for (const exposure of [11, 12]) store.images.keep(imageNo(7, { exposure, problem: "NUL \0 in it" }));
    const after = await store.images.find({ terms: readSearch("/7.fits"), count: 1 });
    assertEquals([after.images[0]!.id, after.images[0]!.exposure], [before.images[0]!.id, 12]);
    assertEquals(after.images[0]!.problem, "NUL \ufffd in it");
    assertEquals(await store.images.known(["/frames/7.fits", "/frames/x.fits"]), new Set(["/frames/7.fits"]));
  });

  await t.step("it has them when it was closed at once and opened again", async () => {
    store.images.keep(imageNo(1000));
    await store.close();
    store = await openStore({ data, db });
    assertEquals((await store.images.find({ count: 1 })).images[0]!.number, 1000);
  });

  await store.close();
  await Deno.remove(data, { recursive: true });
}

Deno.test("ImageStore keeps images and finds them, in the embedded database", (t) => storeTests(t));

testWithDatabase("ImageStore keeps images and finds them, in PostgreSQL", (db, t) => storeTests(t, db));
