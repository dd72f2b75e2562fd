/** The official client of PandABlocks against our box, and beside our client. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FieldInfo } from "../../lib/panda/mod.ts";
import { connectPanda } from "../../lib/panda/mod.ts";
import { MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { simulatePanda } from "../../daemons/panda/simulator.ts";
import { networkNamespace, python, pythonWith, testWith } from "../needs.ts";
import { ROOT } from "../processes.ts";
import { decode, recordings, reduced, told } from "./recordings.ts";

const official = pythonWith("pandablocks.hdf", "pandablocks[hdf5]");

async function printed(program: string, ...args: string[]): Promise<unknown[]> {
  const command = new Deno.Command(program, { args });
  const { code, stdout, stderr } = await command.output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(code, 0, `${lines.join("\n")}\n${new TextDecoder().decode(stderr)}`);
  return lines.map((line) => JSON.parse(line));
}

/** What the official client knows of a field. */
type OfficialField = Readonly<Record<string, unknown>>;

function theirs(info: OfficialField): unknown {
  const { type, subtype, description } = info;
  return {
    type,
    subtype,
    description,
    max: info["max_val"] ?? info["max_delay"],
    labels: info["labels"] ?? info["units_labels"] ?? info["capture_labels"],
    bits: info["bits"],
    captured: info["capture_word"] && [info["capture_word"], info["offset"]],
    scalar: info["scale"] && [info["scale"], info["offset"], info["units"]],
  };
}

function ours(info: FieldInfo): unknown {
  const { type, subtype = null, description, scalar, captured } = info;
  return {
    type,
    subtype,
    description,
    max: info.max ?? info.maxDelay,
    labels: info.labels ?? info.timeUnits ?? info.captures,
    bits: info.bits,
    captured: captured && [captured.word, captured.bit],
    scalar: scalar && [scalar.scale, scalar.offset, scalar.units],
  };
}

/** What our client is told by the same box. */
async function ourFields(): Promise<Map<string, ReadonlyMap<string, FieldInfo>>> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  await using _box = await simulatePanda({ clock, transport });
  const panda = await clock.runUntil(connectPanda("127.0.0.1", { transport, clock }));
  const fields = new Map<string, ReadonlyMap<string, FieldInfo>>();
  for (const block of (await clock.runUntil(panda.blocks())).keys()) {
    fields.set(block, await clock.runUntil(panda.fields(block)));
  }
  await clock.runUntil(panda.close());
  return fields;
}

testWith(
  "the official client cannot tell the simulated PandA from a box: blocking, asyncio, and its command line",
  [official, networkNamespace],
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const session = `${ROOT}tests/panda/official_session.py`;
      const simulator = `${ROOT}daemons/panda/simulator.ts`;
      const steps = new Map(
        (await printed("unshare", "-rn", python.found!, session, Deno.execPath(), simulator, folder))
          .map((line) => Object.values(line as Record<string, unknown>) as [string, unknown]),
      );
      const fields = steps.get("fields") as Record<string, Record<string, OfficialField>>;
      const own = await ourFields();
      assertEquals(Object.keys(fields), [...own.keys()].sort());
      for (const [block, infos] of own) {
        const seen = Object.entries(fields[block]!).map(([name, info]) => [name, theirs(info)]);
        assertEquals(seen, [...infos].map(([name, info]) => [name, ours(info)]), block);
      }
      assertStringIncludes(steps.get("no description") as string, "ERR No description set for block");
      assertEquals((steps.get("get") as string[]).slice(0, 2), ["mm<&>", "SEQ1.OUTA"]);
      const table = steps.get("table") as Record<string, string[]>;
      assertEquals(["REPEATS", "TIME1", "OUTA1", "OUTB2", "OUTC2"].map((name) => table[name]), [
        ["500"],
        ["3"],
        ["1"],
        ["1"],
        ["0"],
      ]);
      assertEquals(steps.get("append"), ["STREAMING_LAST", ["ERR Last streaming table was sent"]]);
      assertEquals((steps.get("labels") as Record<string, unknown>)["PCAP.BITS0"], [
        "ZERO",
        "ONE",
        "TTLIN1.VAL",
        "TTLIN2.VAL",
      ]);
      assertEquals(steps.get("changes"), [{ "PULSE1.DELAY": "1.25" }, [], []]);
      assertEquals((steps.get("start") as unknown[])[3], [
        "COUNTER1.OUT",
        "float64",
        "Value",
        0.5,
        0,
        "mm<&>",
      ]);
      assertEquals(steps.get("end"), [500, "Ok"]);
      assertEquals(steps.get("events"), ["EndData", "FrameData", "ReadyData", "StartData"]);
      assertEquals(steps.get("counted"), [500, [0, 0.5, 1], true]);
      assertEquals(steps.get("gathered"), [160, true]);
      const same = { mean: true, min: true, value: true, bits: true, within: true };
      assertEquals(steps.get("both"), [500, 500, same]);
      const [lines, isSame] = steps.get("state") as [number, boolean];
      assert(lines > 600 && isSame);
      assertEquals(steps.get("save"), [0, lines, true, true]);
      assertEquals(steps.get("load"), [0, 10, "1e-06"]); // as with the real server, ten attributes are read only
      const names = ["COUNTER1.OUT.Value", "INENC2.VAL.Max", "INENC2.VAL.Mean", "INENC2.VAL.Min"]
        .concat("PCAP.BITS1.Value", "PCAP.SAMPLES.Value", "PCAP.TS_START.Value");
      const file = [names, 500, true, ["arm_time", "start_time"]];
      assertEquals(steps.get("hdf"), [0, [file, file]]);
      const control = "< OK =s\n< < < OK\n< !1\n!2\n!3\n!4\n.\n< ERR Unknown command\n< \n";
      assertEquals(steps.get("control"), control);
      assertEquals(steps.get("tutorial"), 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testWith("the official client and ours decode every recorded stream alike", [official], async () => {
  const streams = new Map(recordings().map(({ file, bytes }) => [file, bytes]));
  const script = `${ROOT}tests/panda/official_recordings.py`;
  const results = await printed(python.found!, script, ...streams.keys());
  assert(results.length >= 10);
  for (const result of results as { file: string; events: Record<string, unknown>[] }[]) {
    const bytes = streams.get(result.file)!;
    // The process of the header, not what was asked for, says how rows are read.
    const { events, error } = decode([bytes], { process: "scaled" });
    assertEquals(error, undefined);
    assertEquals(events.map(told), result.events.map(reduced), result.file);
  }
});
