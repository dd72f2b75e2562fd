/** A disk that is really full, and has room again. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { smallDisk, testWith } from "../../needs.ts";
import { ROOT } from "../../processes.ts";
import { postgresPrograms } from "./cluster.ts";
import { giveDatabase } from "./made_database.ts";

const programs = { found: postgresPrograms(), enable: "apt-get install postgresql" };

/** What the child tells. */
interface Told {
  readonly when: string;
  readonly given: number;
  readonly stored: number;
  readonly dropped: number;
  readonly problem?: string;
}

interface End {
  readonly rows: number;
  readonly numbers: number;
  readonly gaps: number;
  readonly reports: readonly string[];
}

const child = (name: string, ...args: string[]) =>
  `${Deno.execPath()} run -A --no-check ${ROOT}tests/monitor/store/${name}_child.ts ${args.join(" ")}`;

/** Runs a script that may mount a disk; each line it writes is JSON. */
async function run(script: string): Promise<{ lines: { when: string }[]; log: string }> {
  const { stdout, stderr } = await new Deno.Command(smallDisk.found!, {
    args: ["-rm", "sh", "-c", script],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [output, log] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  return { lines: output.trim().split("\n").map((line) => JSON.parse(line)), log };
}

testWith(
  "Store on a full disk keeps all that it has counted as stored, counts what it drops, and goes on when there is room",
  [smallDisk],
  async () => {
    const made = await Deno.makeTempDir();
    try {
      await giveDatabase(made);
      await Deno.mkdir(`${made}/disk`);
      const script = `mount -t tmpfs -o size=160m none ${made}/disk && mkdir ${made}/disk/data &&
        mv ${made}/database ${made}/disk/data/database && exec ${child("full_disk", `${made}/disk`)}`;
      const { lines, log } = await run(script);
      assertEquals(
        lines.map(({ when }) => when),
        ["room", "full", "room again", "opened again", "end"],
        log,
      );
      const [, full, again, opened, end] = lines as [Told, Told, Told, Told, End];
      assertStringIncludes(full.problem!, "No space left on device");
      assert(full.dropped >= 1000);
      assertEquals([again.problem, opened.problem], [undefined, undefined]);
      assertEquals(again.stored + again.dropped, again.given, "each value is either stored or dropped");
      assertEquals(
        [end.numbers, end.rows - end.gaps],
        [again.stored, again.stored],
        "stored once, all of them",
      );
      assertEquals(end.gaps, 1, "what was dropped is a gap");
      assert(
        end.reports.some((one) => one.includes(`values dropped so far: ${again.dropped}`)),
        end.reports.join("\n"),
      );
      console.log(
        `${again.given} values given, ${again.stored} stored, ${again.dropped} dropped while the disk was full, ` +
          `${again.stored - end.numbers} lost, ${end.rows - end.gaps - end.numbers} doubled`,
      );
    } finally {
      await Deno.remove(made, { recursive: true });
    }
  },
);

testWith(
  "Store keeps on its own disk what its PostgreSQL on a full one cannot take, says so once, and goes on when there is room",
  [smallDisk, programs],
  async () => {
    const made = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${made}/disk`);
      await Deno.mkdir(`${made}/data`);
      // PostgreSQL will not be run by root, not even by one that is nobody outside.
      const script = `mount -t tmpfs -o size=160m none ${made}/disk &&
        exec unshare -U --map-user=1000 ${child("full_server", `${made}/data`, `${made}/disk`)}`;
      const { lines, log } = await run(script);
      assertEquals(
        lines.map(({ when }) => when),
        ["room", "full", "still full", "room again", "end"],
        log,
      );
      const [, full, still, again, end] = lines as [Told, Told, Told, Told, End];
      for (const { problem } of [full, still]) assertStringIncludes(problem!, "PostgreSQL at");
      assertEquals([again.stored, again.dropped, again.problem], [again.given, 0, undefined]);
      assertEquals([end.numbers, end.rows], [again.given, again.given], "stored once, all of them");
      // Room that the server finds by itself may bring it back for a moment; what it must not do is come and go all the time.
      const types = end.reports.map((one) => one.split(":")[0]);
      assert(types.length <= 6, end.reports.join("\n"));
      assertEquals(types, types.map((_, place) => place % 2 === 0 ? "error" : "info"));
      assertEquals(types.at(-1), "info");
      console.log(
        `${full.problem}: ${again.given} values given, ${again.given - end.numbers} lost, ${
          end.rows - end.numbers
        } doubled`,
      );
    } finally {
      await Deno.remove(made, { recursive: true });
    }
  },
);
