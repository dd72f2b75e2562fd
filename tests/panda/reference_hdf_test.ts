/** Our files beside those of the reference client, made of the same recorded streams and opened by h5py. */
import { assertEquals } from "@std/assert";
import { CommandError } from "../../lib/errors.ts";
import type { RecordProgress } from "../../lib/panda/record.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { pythonWith, testWith } from "../needs.ts";
import { withBox } from "./fake_box.ts";
import { inFolder, recordAll } from "./recording.ts";
import { recorded, recordings } from "./recordings.ts";

const pandablocks = pythonWith("pandablocks.hdf", "pandablocks h5py");

/** Lets the reference client write each stream, and says what is different in ours. */
const COMPARE = `
import json, sys
import h5py, numpy
from pandablocks.connections import DataConnection
from pandablocks.hdf import create_default_pipeline, stop_pipeline

for case in json.load(sys.stdin):
    pipeline = create_default_pipeline(iter([case["theirs"]]), {})
    connection = DataConnection()
    connection.connect(case["scaled"])
    with open(case["stream"], "rb") as file:
        for data in connection.receive_bytes(file.read()):
            pipeline[0].queue.put_nowait(data)
    stop_pipeline(pipeline)
    with h5py.File(case["theirs"]) as theirs, h5py.File(case["ours"]) as ours:
        assert list(ours) == list(theirs), (list(ours), list(theirs))
        for name in theirs:
            a, b = ours[name], theirs[name]
            for what in ("dtype", "shape", "maxshape"):
                assert getattr(a, what) == getattr(b, what), (case["ours"], name, what, getattr(a, what))
            assert numpy.array_equal(a[:], b[:], equal_nan=a.dtype.kind == "f"), (case["ours"], name)
        assert dict(ours.attrs) == dict(theirs.attrs), dict(ours.attrs)
        for name in theirs.attrs:
            assert type(ours.attrs[name]) is type(theirs.attrs[name]), name
        print(case["ours"], len(ours), "datasets", len(next(iter(ours.values()))), "rows")
`;

/** Runs Python with something to read. */
async function python(script: string, input: unknown): Promise<string> {
  const child = new Deno.Command(pandablocks.found!, {
    args: ["-c", script],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

testWith(
  "record() writes what the reference client writes, as h5py sees it",
  [pandablocks],
  () =>
    inFolder(async (folder) => {
      const cases = [];
      for (const { name, bytes } of recordings()) {
        const [kind] = name.split(".");
        if (name.includes(".end.")) continue; // the same stream
        const header = new TextDecoder("latin1").decode(bytes.subarray(0, 500));
        const scaled = header.includes('process="Scaled"');
        const ours = `${folder}/${kind}_ours.h5`;
        const stream = `${folder}/${kind}.bin`;
        await Deno.writeFile(stream, bytes);
        try {
          await recordAll([bytes.subarray(3)], { scheme: ours, process: scaled ? "scaled" : "raw" });
        } catch (error) {
          if (!(error instanceof CommandError)) throw error; // those that end badly are in their files
        }
        cases.push({ stream, scaled, ours, theirs: `${folder}/${kind}_theirs.h5` });
      }
      const told = await python(COMPARE, cases);
      assertEquals(told.trim().split("\n").length, cases.length, told);
    }),
);

/** Opens a file that is being written, as a reader that follows it. */
const FOLLOW = `
import sys, json, h5py
with h5py.File(json.load(sys.stdin), swmr=True) as file:
    print([(name, file[name].shape[0], float(file[name][-1])) for name in file])
`;

testWith(
  "record() lets h5py follow a file while it is written",
  [pandablocks],
  () =>
    inFolder(async (folder) => {
      const path = `${folder}/scan.h5`;
      await withBox(() => "OK\n", async ({ panda, data }) => {
        let rows = 0;
        const onProgress = (progress: RecordProgress) => void (rows = progress.rows);
        const recording = panda.record({ scheme: path, writeEvery: "10 ms", onProgress });
        recording.catch(() => {}); // awaited below
        await eventually(() => data.length === 1);
        const bytes = recorded("basic_value_raw").subarray(3);
        data[0]!.write(bytes.subarray(0, -"END 7 Ok\n".length));
        await eventually(() => rows === 7);
        await systemClock.sleep("50 ms");
        assertEquals((await python(FOLLOW, path)).trim(), "[('COUNTER1.OUT.Value', 7, 78.0)]");
        data[0]!.write("END 7 Ok\n");
        await recording;
      }, { clock: systemClock });
    }),
);
