import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type OpenFile, openFile, segmentPath } from "../../../daemons/monitor/store/segments.ts";
import { Spool, type SpoolOptions } from "../../../daemons/monitor/store/spool.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const entry = (n: number) => encoder.encode(`value ${String(n).padStart(6, "0")}`);

interface Bench {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly reports: string[];
  open(options?: Partial<SpoolOptions>): Promise<Spool>;
}

async function bench(work: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = new VirtualClock();
  const reports: string[] = [];
  const report = (_type: string, message: string) => void reports.push(message);
  const open = (options = {}) => Spool.open({ folder, clock, report, ...options });
  try {
    await work({ folder, clock, reports, open });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readAll(spool: Spool, from = spool.start, bytes = 1 << 20) {
  const records: string[] = [];
  const damaged: { start: number; end: number }[] = [];
  for (let at = from; at < spool.durable;) {
    const part = await spool.read(at, bytes);
    records.push(...part.records.map(({ payload }) => decoder.decode(payload)));
    damaged.push(...part.damaged);
    at = part.next;
  }
  return { records, damaged };
}

const expected = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => decoder.decode(entry(from + i)));

Deno.test("Spool counts values as stored only when they are on disk", () =>
  bench(async ({ open }) => {
    const spool = await open();
    for (let n = 0; n < 10; n++) spool.append(entry(n), { values: 3 });
    assertEquals([spool.stored, spool.durable], [0, 0]);
    assert(await spool.flush());
    assertEquals(spool.stored, 30);
    assertEquals((await readAll(spool)).records, expected(0, 10));
    await spool.close();
  }));

Deno.test("Spool syncs a group by itself when its time has come or enough waits", () =>
  bench(async ({ open, clock }) => {
    let groups = 0;
    const durable = () => Promise.withResolvers<void>();
    let next = durable();
    const onDurable = () => (groups++, next.resolve());
    const spool = await open({ onDurable, commitEvery: "80 ms", commitBytes: 1000 });
    for (let n = 0; n < 5; n++) spool.append(entry(n), { values: 1 });
    await clock.advance(79);
    assertEquals(groups, 0);
    await clock.advance(1);
    await next.promise;
    assertEquals([groups, spool.stored], [1, 5]);
    next = durable();
    spool.append(new Uint8Array(2000), { values: 1 });
    await next.promise;
    assertEquals([groups, spool.stored], [2, 6]);
    await spool.close();
  }));

Deno.test("Spool goes on where it was when it is opened again", () =>
  bench(async ({ open }) => {
    for (let round = 0; round < 3; round++) {
      const spool = await open();
      for (let n = 0; n < 10; n++) spool.append(entry(round * 10 + n));
      await spool.close();
    }
    const spool = await open();
    assertEquals((await readAll(spool)).records, expected(0, 30));
    const { records } = await spool.read(0, 1);
    assertEquals((await readAll(spool, records[0]!.end)).records, expected(1, 30));
    await spool.close();
  }));

Deno.test("Spool cuts off a last record that was torn at any byte, and tells where", () =>
  bench(async ({ folder, open, reports }) => {
    const first = await open();
    for (let n = 0; n < 3; n++) first.append(entry(n));
    await first.close();
    const path = segmentPath(folder, 0);
    const whole = await Deno.readFile(path);
    const size = whole.length / 3;
    for (let cut = 2 * size + 1; cut < whole.length; cut++) {
      await Deno.writeFile(path, whole.subarray(0, cut));
      reports.length = 0;
      const spool = await open();
      assertStringIncludes(
        reports[0]!,
        `${cut - 2 * size} bytes of an unfinished record at byte ${2 * size}`,
      );
      spool.append(entry(7));
      assert(await spool.flush());
      assertEquals(await readAll(spool), { records: [...expected(0, 2), ...expected(7, 8)], damaged: [] });
      await spool.close();
    }
  }));

Deno.test("Spool skips a damaged record in the middle and says which bytes", () =>
  bench(async ({ folder, open }) => {
    const first = await open();
    for (let n = 0; n < 5; n++) first.append(entry(n));
    await first.close();
    const path = segmentPath(folder, 0);
    const bytes = await Deno.readFile(path);
    const size = bytes.length / 5;
    bytes[2 * size + 5]! ^= 0xff;
    await Deno.writeFile(path, bytes);
    const spool = await open();
    for (const step of [1, 40, 1 << 20]) {
      assertEquals(await readAll(spool, 0, step), {
        records: [...expected(0, 2), ...expected(3, 5)],
        damaged: [{ start: 2 * size, end: 3 * size }],
      });
    }
    await spool.close();
  }));

Deno.test("Spool reports an older file that ends in damage, and reads on in the next", () =>
  bench(async ({ folder, open }) => {
    const first = await open({ segmentBytes: 96 });
    for (let n = 0; n < 12; n++) {
      first.append(entry(n));
      await first.flush();
    }
    await first.close();
    const path = segmentPath(folder, 0);
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await Deno.writeFile(path, bytes);
    const spool = await open();
    const { records, damaged } = await readAll(spool);
    assertEquals(records, [...expected(0, 3), ...expected(4, 12)]);
    assertEquals(damaged, [{ start: 72, end: 96 }]);
    await spool.close();
  }));

Deno.test("Spool deletes the files whose records are all released, never the last", () =>
  bench(async ({ folder, open }) => {
    const spool = await open({ segmentBytes: 96 });
    for (let n = 0; n < 12; n++) {
      spool.append(entry(n));
      await spool.flush();
    }
    const names = () =>
      [...Deno.readDirSync(folder)].map(({ name }) => Number.parseInt(name)).sort((a, b) => a - b);
    assertEquals(names(), [0, 96, 192]);
    await spool.release(191);
    assertEquals(names(), [96, 192]);
    assertEquals((await readAll(spool)).records, expected(4, 12));
    await spool.release(spool.durable);
    assertEquals(names(), [192]);
    await spool.close();
    const again = await open();
    assertEquals([again.start, again.durable, again.recovered], [192, 288, 288]);
    await again.close();
  }));

/** A disk that is full after so many more bytes, in the middle of a write. */
function smallDisk(): { room: number; readonly openFile: OpenFile } {
  const disk = {
    room: Infinity,
    openFile: async (path: string) => {
      const file = await openFile(path);
      return {
        truncate: (length?: number) => file.truncate(length),
        seek: (offset: number | bigint, whence: Deno.SeekMode) => file.seek(offset, whence),
        syncData: () => file.syncData(),
        close: () => file.close(),
        write(bytes: Uint8Array) {
          if (disk.room === 0) return Promise.reject(new Error("No space left on device (os error 28)"));
          const part = bytes.subarray(0, disk.room);
          disk.room -= part.length;
          return file.write(part);
        },
      };
    },
  };
  return disk;
}

Deno.test("Spool keeps what comes first while the disk is full, drops and counts the rest, and mends itself", () =>
  bench(async ({ open, reports, clock }) => {
    const disk = smallDisk();
    const spool = await open({ openFile: disk.openFile, memoryBytes: 250 });
    spool.append(entry(0), { values: 1 });
    assert(await spool.flush());
    disk.room = 35;
    const taken = [];
    for (let n = 1; n <= 20; n++) taken.push(spool.append(entry(n), { values: 1 }));
    assertEquals(await spool.flush(), false);
    assertEquals(taken, [...Array(10).fill(true), ...Array(10).fill(false)]);
    assertEquals([spool.stored, spool.dropped], [1, 10]);
    assertMatch(spool.problem!, /^Cannot write to .*: No space left on device/);
    assertEquals(spool.append(entry(21), { values: 1 }), false);
    assertEquals(spool.append(entry(99), { first: true }), true, "the log has room of its own");
    await clock.advance("1 s");
    assertEquals(await spool.flush(), false);

    disk.room = Infinity;
    assert(await spool.flush());
    assertEquals(spool.problem, undefined);
    assertEquals([spool.stored, spool.dropped], [11, 11]);
    assertEquals(await readAll(spool), { records: [...expected(0, 11), ...expected(99, 100)], damaged: [] });
    assertEquals(reports.length, 2, "one report of the trouble, one of its end");
    await spool.close();
  }));

Deno.test("Spool tries again by itself when the disk was full", () =>
  bench(async ({ open, clock }) => {
    const disk = smallDisk();
    const done = Promise.withResolvers<void>();
    const spool = await open({ openFile: disk.openFile, onDurable: done.resolve });
    disk.room = 0;
    spool.append(entry(0), { values: 1 });
    assertEquals(await spool.flush(), false);
    disk.room = Infinity;
    await clock.advance("1 s");
    await done.promise;
    assertEquals(spool.stored, 1);
    await spool.close();
  }));

Deno.test("Spool.close() says what is lost when the disk is still full", () =>
  bench(async ({ open, reports }) => {
    const disk = smallDisk();
    disk.room = 0;
    const spool = await open({ openFile: disk.openFile });
    spool.append(entry(0), { values: 4 });
    await spool.close();
    assertEquals([spool.stored, spool.dropped], [0, 4]);
    assertStringIncludes(reports.at(-1)!, "4 values that were in memory are lost");
  }));
