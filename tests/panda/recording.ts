/** Recording what a box sends, in tests. */
import type { PandaRecordOptions, Recorded } from "../../lib/panda/mod.ts";
import { eventually } from "../../lib/testing/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import { withBox } from "./fake_box.ts";
import { recorded } from "./recordings.ts";

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

/** A recorded stream without the OK, which the box has said. */
export const stream = (name: string) => recorded(name).subarray(3);

/** Rows of {@linkcode long}. */
export const ROWS = 600_000;

/** Many rows of two columns, as a stream; they count up. */
export function long(rows = ROWS, end = `END ${rows} Ok\n`): Uint8Array[] {
  const header = `<header>
<data missed="0" process="Raw" format="Framed" sample_bytes="12" />
<fields>
<field name="PCAP.BITS0" type="uint32" capture="Value" />
<field name="INENC1.VAL" type="int64" capture="Sum" scale="0.5" offset="1" units="mm" />
</fields>
</header>

`;
  const encode = (text: string) => new TextEncoder().encode(text);
  const most = 7777;
  const pieces = [encode(header)];
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const frame = new DataView(new ArrayBuffer(8 + 12 * count));
    frame.setUint32(0, 0x204e4942, true);
    frame.setUint32(4, frame.byteLength, true);
    for (let n = 0; n < count; n++) {
      frame.setUint32(8 + 12 * n, row + n, true);
      frame.setBigInt64(12 + 12 * n, BigInt(2 * (row + n)), true);
    }
    pieces.push(new Uint8Array(frame.buffer));
  }
  return [...pieces, encode(end)];
}
