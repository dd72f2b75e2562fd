/** Recording what a box sends, in tests. */
import type { PandaRecordOptions, Recorded } from "../../lib/panda/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { withBox } from "./fake_box.ts";

/** Gives a folder for the length of a test. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a box sends is recorded. */
export async function recordAll(
  pieces: readonly Uint8Array[],
  options: PandaRecordOptions,
  { end = false, lines = [] as string[] } = {},
): Promise<Recorded[]> {
  let files: Recorded[] = [];
  const answer = (line: string) => {
    lines.push(line);
    return "OK\n";
  };
  await withBox(answer, async ({ panda, data }) => {
    const recording = panda.record(options);
    let hasFailed = false;
    recording.catch(() => hasFailed = true); // awaited below
    await eventually(() => data.length === 1 || hasFailed);
    for (const piece of pieces) data[0]?.write(piece);
    if (end) data[0]?.end();
    files = await recording;
  }, { clock: systemClock });
  return files;
}
