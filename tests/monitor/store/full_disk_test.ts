/** A disk that is really full, and has room again. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { smallDisk, testWith } from "../../needs.ts";
import { ROOT } from "../../processes.ts";
import { giveDatabase } from "./made_database.ts";

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

testWith(
  "Store on a full disk keeps all that it has counted as stored, counts what it drops, and goes on when there is room",
  [smallDisk],
  async () => {
    const made = await Deno.makeTempDir();
    try {
      await giveDatabase(made);
      await Deno.mkdir(`${made}/disk`);
      const child =
        `${Deno.execPath()} run -A --no-check ${ROOT}tests/monitor/store/full_disk_child.ts ${made}/disk`;
      const script = `mount -t tmpfs -o size=160m none ${made}/disk && mkdir ${made}/disk/data &&
        mv ${made}/database ${made}/disk/data/database && exec ${child}`;
      const { stdout, stderr } = await new Deno.Command(smallDisk.found!, {
        args: ["-rm", "sh", "-c", script],
        cwd: ROOT,
        stdout: "piped",
        stderr: "piped",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      const lines = text(stdout).trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(
        lines.map(({ when }) => when),
        ["room", "full", "room again", "opened again", "end"],
        text(stderr),
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
