import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import h5wasm from "h5wasm/node";
import { CommandError, ConfigError, DewarError } from "../../lib/errors.ts";
import type { PandaRecordOptions } from "../../lib/panda/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { withBox } from "./fake_box.ts";
import { inFolder, long, recordAll, ROWS, stream } from "./recording.ts";
import { bytesOf, framesOf, recorded } from "./recordings.ts";

interface ReadBack {
  readonly names: string[];
  column(name: string): ArrayLike<number | bigint> & ArrayBufferView;
  attribute(name: string): unknown;
  units(name: string): unknown;
}

/** Reads a file with the library that wrote it; others do so below. */
async function readBack(path: string, look: (file: ReadBack) => void): Promise<void> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, "r");
  try {
    const dataset = (name: string) => file.get(name) as InstanceType<typeof h5wasm.Dataset>;
    look({
      names: file.keys(),
      column: (name) => dataset(name).value as ReturnType<ReadBack["column"]>,
      attribute: (name) => file.attrs[name]?.value,
      units: (name) => dataset(name).attrs["units"]?.value,
    });
  } finally {
    file.close();
  }
}

Deno.test("record() writes raw data scaled to the bit as the server does, and bits as they are", () =>
  inFolder(async (folder) => {
    const [file] = await recordAll([stream("basic_all_raw")], { scheme: `${folder}/scan.h5` });
    const [scaled] = framesOf(recorded("basic_all_scaled"), {});
    assertEquals([file!.path, file!.rows, file!.end.reason], [`${folder}/scan.h5`, 7, "Ok"]);
    await readBack(file!.path, ({ names, column, attribute, units }) => {
      assertEquals(names.toSorted(), [...scaled!.names, "PCAP.SAMPLES.Value"].toSorted());
      for (const name of scaled!.names) {
        assertEquals(bytesOf(column(name)), bytesOf(scaled!.column(name)), name);
      }
      assertEquals(attribute("arm_time"), file!.start.armTime);
      assertEquals(attribute("start_time"), file!.start.startTime);
      assertEquals(attribute("hw_time_offset_ns"), undefined);
      assertEquals(units("PCAP.TS_START.Value"), "s");
    });
  }));

Deno.test("record() writes what the server has scaled as it came", () =>
  inFolder(async (folder) => {
    const options = { scheme: `${folder}/scan.hdf5`, process: "scaled" } as const;
    const [file] = await recordAll([stream("basic_all_samples_scaled")], options);
    const [frame] = framesOf(recorded("basic_all_samples_scaled"), {});
    await readBack(file!.path, ({ names, column }) => {
      assertEquals(names.toSorted(), frame!.names.toSorted());
      for (const name of names) assertEquals(column(name), frame!.column(name));
    });
  }));

Deno.test("record() writes each acquisition with its own columns, and arms for each", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    const pieces = [stream("basic_value_raw"), stream("basic_stddev_raw"), stream("disarm_immediate")];
    const seen: unknown[] = [];
    const options: PandaRecordOptions = {
      scheme: `${folder}/100%%_%03d.h5`,
      count: 2,
      first: 7,
      onProgress: (progress) => seen.push(progress),
    };
    const files = await recordAll(pieces, options, { lines });
    const names = ["007", "008"].map((number) => `${folder}/100%_${number}.h5`);
    assertEquals(files.map(({ path, rows }) => [path, rows]), [[names[0], 7], [names[1], 7]]);
    assertEquals(lines, ["*PCAP.DISARM=", "*PCAP.ARM=", "*PCAP.ARM="]);
    assertEquals(seen.at(-1), { path: names[1], rows: 7 });
    const [scaled] = framesOf(recorded("basic_stddev_scaled"), {});
    await readBack(names[0]!, (file) => assertEquals(file.names, ["COUNTER1.OUT.Value"]));
    await readBack(names[1]!, ({ column }) => {
      for (const name of scaled!.names) {
        assertEquals(bytesOf(column(name)), bytesOf(scaled!.column(name)), name);
      }
    });
  }));

Deno.test("record() makes a file of an acquisition without rows", () =>
  inFolder(async (folder) => {
    const [file] = await recordAll([stream("disarm_immediate")], { scheme: `${folder}/scan.h5` });
    await readBack(file!.path, ({ names, column }) => {
      assert(names.length > 0);
      for (const name of names) assertEquals(column(name).length, 0);
    });
  }));

/** Checks the columns of {@linkcode long}. */
function checkLong({ column }: ReadBack, rows: number): void {
  const [bits, sums] = [column("PCAP.BITS0.Value"), column("INENC1.VAL.Sum")];
  assertEquals([bits.length, sums.length], [rows, rows]);
  assert(bits instanceof Uint32Array && bits.every((value, row) => value === row));
  assert(sums instanceof Float64Array && sums.every((value, row) => value === row + 1));
}

Deno.test("record() writes many rows, whatever the sizes in which they come", () =>
  inFolder(async (folder) => {
    const [file] = await recordAll(long(), { scheme: `${folder}/scan.h5` });
    assertEquals(file!.rows, ROWS);
    await readBack(file!.path, (file) => checkLong(file, ROWS));
  }));

Deno.test("record() overwrites nothing: neither what is there at the beginning, which it says before it arms", () =>
  inFolder(async (folder) => {
    const lines: string[] = [];
    await Deno.writeTextFile(`${folder}/scan_2.h5`, "precious");
    const options: PandaRecordOptions = { scheme: `${folder}/scan_%d.h5`, count: 3 };
    const error = await assertRejects(() => recordAll([], options, { lines }), DewarError);
    assertEquals(error.message, `Cannot write ${folder}/scan_2.h5: it is there already`);
    assertEquals(lines, ["*PCAP.DISARM="]);
    assertEquals(await Deno.readTextFile(`${folder}/scan_2.h5`), "precious");
  }));

Deno.test("record() overwrites nothing: nor what comes to be there before the acquisition begins", () =>
  inFolder(async (folder) => {
    const path = `${folder}/scan.h5`;
    await withBox(() => "OK\n", async ({ panda, data, lines }) => {
      const recording = panda.record({ scheme: path });
      await eventually(() => lines.includes("1 *PCAP.ARM="));
      await Deno.writeTextFile(path, "precious");
      data[0]!.write(stream("basic_value_raw"));
      await assertRejects(() => recording, DewarError, `Cannot make ${path}: File exists`);
    }, { clock: systemClock });
    assertEquals(await Deno.readTextFile(path), "precious");
  }));

Deno.test("record() names what it cannot name or make", () =>
  inFolder(async (folder) => {
    const refused: [Partial<PandaRecordOptions>, string][] = [
      [{ scheme: "scan.txt" }, 'Cannot tell the format of "scan.txt" by its ending: there are .h5'],
      [{ scheme: "h5" }, "by its ending"],
      [{ scheme: "scan.toString" }, "by its ending"],
      [{ scheme: "scan.h5", count: 2 }, "it needs a %d"],
      [{ scheme: "%d%%_%02d.h5" }, "more than one %d"],
    ];
    for (const [options, message] of refused) {
      await assertRejects(() => recordAll([], options as PandaRecordOptions), ConfigError, message);
    }
    const nowhere = { scheme: `${folder}/none/scan.h5` };
    await assertRejects(
      () => recordAll([stream("basic_value_raw")], nowhere),
      DewarError,
      `Cannot make ${folder}/none/scan.h5: No such file or directory`,
    );
  }));

Deno.test("record() keeps the rows of an acquisition that ends badly, and fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/scan.h5`;
    const bad = () => recordAll(long(ROWS, `END ${ROWS} Data overrun\n`), { scheme: path });
    await assertRejects(bad, CommandError, `ended after ${ROWS} rows: Data overrun`);
    await readBack(path, (file) => checkLong(file, ROWS));
  }));

Deno.test("record() keeps what came before the connection was lost, and fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/scan.h5`;
    const cut = () => recordAll(long().slice(0, -1), { scheme: path }, { end: true });
    await assertRejects(cut, DewarError, "ended within the data");
    await readBack(path, (file) => checkLong(file, ROWS));
  }));

Deno.test("record() closes the file when it is aborted", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    const options: PandaRecordOptions = {
      scheme: `${folder}/scan.h5`,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    };
    await assertRejects(() => recordAll(long().slice(0, 3), options), Error, "enough");
    await readBack(options.scheme, (file) => checkLong(file, 2 * 7777));
  }));

/** Lets the disk be full after some bytes were written to it. */
async function withDiskOf(bytes: number, test: () => Promise<void>): Promise<void> {
  type Write = (stream: unknown, buffer: unknown, offset: number, length: number, position: number) => number;
  const { FS } = await h5wasm.ready as unknown as {
    FS: { write: Write; ErrnoError: new (code: number) => Error };
  };
  const { write } = FS;
  FS.write = (stream, buffer, offset, length, position) => {
    if (position + length > bytes) throw new FS.ErrnoError(51); // ENOSPC
    return write(stream, buffer, offset, length, position);
  };
  try {
    await test();
  } finally {
    FS.write = write;
  }
}

for (const bytes of [500_000, 4_000_000, 5_555_555, 6_900_000]) {
  Deno.test(`record() fails loudly when the disk is full after ${bytes} bytes, the file readable`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/scan.h5`;
      let safe = 0;
      await withDiskOf(bytes, async () => {
        const error = await assertRejects(() => recordAll(long(), { scheme: path }), DewarError);
        assertStringIncludes(error.message, "No space left on device");
        safe = Number(/beyond row (\d+):/.exec(error.message)![1]);
      });
      assert(safe % 262_144 === 0 && safe < ROWS && (bytes < 4e6 || safe > 0));
      await readBack(path, (file) => checkLong(file, safe));
    }));
}

Deno.test("record() gives columns other names, but no two the same", () =>
  inFolder(async (folder) => {
    const names = { "INENC1.VAL.Sum": "x" };
    await recordAll(long(10), { scheme: `${folder}/a.h5`, names });
    await readBack(`${folder}/a.h5`, (file) => assertEquals(file.names, ["PCAP.BITS0.Value", "x"]));
    const same = { scheme: `${folder}/b.h5`, names: { ...names, "PCAP.BITS0.Value": "x" } };
    await assertRejects(
      () => recordAll(long(10), same),
      ConfigError,
      'Cannot call both PCAP.BITS0.Value and INENC1.VAL.Sum "x"',
    );
  }));

Deno.test("record() needs permission for its files, and for nothing else", () =>
  inFolder(async (folder) => {
    for (const path of ["h5", "fits", "arrow"].map((ending) => `${folder}/scan.${ending}`)) {
      const own = ["--allow-read", "--allow-write"].map((permission) => `${permission}=${path}`);
      const args = ["run", "--no-prompt", "--no-check", ...own, "tests/panda/record_program.ts", path, "100"];
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
      assertEquals(new TextDecoder().decode(stdout), "100 rows\n", new TextDecoder().decode(stderr));
    }
  }));
