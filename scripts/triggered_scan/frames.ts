/** The images of a triggered scan. @module */
import { readHeaders } from "../../lib/fits/mod.ts";

/** What the clocks of two machines may differ by, s. */
const CLOCKS = 60;

/** An image of the run. */
export interface Frame {
  /** Its file. */
  readonly path: string;
  /** Its number. */
  readonly number: number | undefined;
  /** When its exposure ended by the camera, unix s. */
  readonly closed: number;
}

/**
 * The images of a run, in their order: the controller's own stamps say what lies between them.
 *
 * @param folder Where they are.
 * @param run The run.
 * @param since When the run began, unix s: older files are not looked at.
 */
export async function framesOf(folder: string, run: string, since: number): Promise<Frame[]> {
  const found: (Frame & { stamp: bigint })[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^[^.].*\.fits$/.test(name)) continue;
    const path = `${folder}/${name}`;
    const { mtime } = await Deno.stat(path);
    if (mtime && mtime.getTime() / 1000 < since - CLOCKS) continue;
    const [{ header }] = await readHeaders(path) as [Awaited<ReturnType<typeof readHeaders>>[number]];
    if (header.get("RUNID") !== run) continue;
    const stamp = BigInt(`0x${header.string("ARCHTIME") ?? "0"}`);
    const closed = (header.number("TIMEUNIX") ?? NaN) + (header.number("EXPTIME") ?? NaN);
    found.push({ path, number: header.number("FRAMENO"), closed, stamp });
  }
  found.sort((a, b) => a.stamp < b.stamp ? -1 : 1);
  const [first] = found;
  return found.map(({ path, number, stamp }) => ({
    path,
    number,
    closed: first!.closed + Number(stamp - first!.stamp) / 1e8,
  }));
}
