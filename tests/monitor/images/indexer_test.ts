import { assert, assertEquals } from "@std/assert";
import { ImageFolders } from "../../../daemons/monitor/images/folders.ts";
import { type ImageKeeper, Indexer } from "../../../daemons/monitor/images/indexer.ts";
import type { ImageRow } from "../../../daemons/monitor/store/image.ts";
import { ConnectionError } from "../../../lib/errors.ts";
import { eventually } from "../../../lib/testing/mod.ts";
import { systemClock } from "../../../lib/time/mod.ts";
import { writeFrame } from "./frames.ts";

/** A store in memory. */
class Shelf implements ImageKeeper {
  readonly rows = new Map<string, ImageRow>();
  kept = 0;
  hasRoom = true;
  isAway = false;
  /** What the database waits for. */
  holdsUp: PromiseWithResolvers<void> | undefined;

  keep(row: ImageRow): boolean {
    if (!this.hasRoom) return false;
    this.kept += 1;
    this.rows.set(row.path, row);
    return true;
  }

  async known(paths: readonly string[]): Promise<Set<string>> {
    if (this.isAway) throw new ConnectionError("the database is away");
    const known = new Set(paths.filter((path) => this.rows.has(path)));
    await this.holdsUp?.promise;
    return known;
  }
}

interface Bench {
  readonly root: string;
  readonly shelf: Shelf;
  readonly reports: string[];
  readonly indexer: Indexer;
  write(name: string, seconds?: number): Promise<string>;
}

async function withIndexer(
  prepare: (write: Bench["write"], shelf: Shelf) => Promise<void>,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  const shelf = new Shelf();
  const reports: string[] = [];
  const write = async (name: string, seconds = 60) => {
    const path = `${root}/${name}`;
    await writeFrame(path, { width: 20, height: 10, overscan: 4, cards: { IMAGETYP: "flat", FRAMENO: 1 } });
    const time = systemClock.time() - seconds;
    await Deno.utime(path, time, time);
    return path;
  };
  await prepare(write, shelf);
  const indexer = new Indexer({
    folders: new ImageFolders([root]),
    images: shelf,
    clock: systemClock,
    report: (type, message) => reports.push(`${type} ${message}`),
  });
  try {
    await test({ root, shelf, reports, indexer, write });
  } finally {
    await indexer[Symbol.asyncDispose]();
    await Deno.remove(root, { recursive: true });
  }
}

const nothing = () => Promise.resolve();

Deno.test("Indexer brings in what a client tells of, with what it knows", () =>
  withIndexer(nothing, async ({ shelf, indexer, write }) => {
    const path = await write("a.fits", 0);
    indexer.announce("camera", { path, number: 1204, time: 1000, run: "r1", feed: "ccd" });
    await eventually(() => shelf.rows.has(path));
    const row = shelf.rows.get(path)!;
    assertEquals([row.source, row.number, row.time, row.run, row.feed], ["camera", 1204, 1000, "r1", "ccd"]);
    assertEquals(row.problem, null);
  }));

Deno.test("Indexer does not wait for the database with what it is told, and then knows that it has it", () =>
  withIndexer(
    (_, shelf) => Promise.resolve(void (shelf.holdsUp = Promise.withResolvers())),
    async (bench) => {
      const { shelf, indexer, write } = bench;
      const path = await write("a.fits");
      indexer.announce("camera", { path, number: 1204 });
      await eventually(() => shelf.rows.has(path));
      shelf.holdsUp!.resolve();
      await write("b.fits");
      indexer.look();
      await eventually(() => shelf.rows.size === 2);
      assertEquals([shelf.kept, shelf.rows.get(path)!.source], [2, "camera"]);
    },
  ));

Deno.test("Indexer finds what nobody told of, once", () =>
  withIndexer(async (write) => {
    for (let n = 0; n < 5; n++) await write(`${n}.fits`);
  }, async ({ shelf, indexer, write }) => {
    await eventually(() => shelf.rows.size === 5);
    await write("later.fits");
    indexer.look();
    await eventually(() => shelf.rows.size === 6);
    indexer.look();
    await systemClock.sleep(50);
    assertEquals(shelf.kept, 6);
  }));

Deno.test("Indexer leaves a file alone that is being written, unless it was told of", () =>
  withIndexer(async (write) => void await write("fresh.fits", 0), async ({ shelf, indexer, root }) => {
    await systemClock.sleep(50);
    assertEquals(shelf.kept, 0);
    const old = systemClock.time() - 60;
    await Deno.utime(`${root}/fresh.fits`, old, old);
    indexer.look();
    await eventually(() => shelf.rows.size === 1);
  }));

Deno.test("Indexer says what it may not read, and what is not there", () =>
  withIndexer(nothing, async ({ root, shelf, reports, indexer }) => {
    indexer.announce("camera", { path: "/etc/passwd" });
    indexer.announce("camera", { path: `${root}/../x.fits` });
    indexer.announce("camera", { path: `${root}/none.fits` });
    await Deno.writeTextFile(`${root}/garbage.fits`, "garbage");
    indexer.announce("camera", { path: `${root}/garbage.fits` });
    await eventually(() => reports.length === 4);
    assertEquals(
      reports[0],
      `warning camera told of an image: /etc/passwd is not read: it is in no folder of images (${root})`,
    );
    assert(reports[3]!.startsWith(`warning An image cannot be read: ${root}/garbage.fits, HDU 0`));
    assertEquals([...shelf.rows.values()].map(({ problem }) => problem !== null), [true]);
  }));

Deno.test("Indexer looks again when the database was away", () =>
  withIndexer(async (write, shelf) => {
    shelf.isAway = true;
    await write("a.fits");
  }, async ({ shelf, indexer, reports }) => {
    await systemClock.sleep(50);
    assertEquals(shelf.kept, 0);
    shelf.isAway = false;
    indexer.look();
    await eventually(() => shelf.rows.size === 1);
    assertEquals(reports, []);
  }));
