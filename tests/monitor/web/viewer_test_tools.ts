/** What tests of the viewer have in common: frames, greys, and how near a colour is. */
import { assert } from "@std/assert";
import { brightness, type STRETCHES } from "../../../daemons/monitor/image/stretch.ts";
import { chromium, testWith } from "../../needs.ts";
import { type ViewerBench, withViewer } from "./viewer.ts";

/** Cards of a flat. */
export const FLAT = { IMAGETYP: "flat", EXPTIME: 4, "DATE-OBS": "2026-11-20T12:00:00", FRAMENO: 1204 };

/** Cards of a dark. */
export const DARK = { IMAGETYP: "dark", EXPTIME: 60, "DATE-OBS": "2026-11-20T12:05:00", FRAMENO: 1205 };

/** A test with a browser; skipped where there is none. */
export const viewerTest = (name: string, test: (bench: ViewerBench) => Promise<void>) =>
  testWith(name, [chromium], () => withViewer(test));

/** A grey of this brightness, 0 to 255. */
export const grey = (value: number) => [value, value, value] as [number, number, number];

/** The grey of a part of the limits. */
export const greyOf = (part: number, stretch: (typeof STRETCHES)[number] = "linear") =>
  grey(Math.round(255 * brightness(stretch, part)));

/** Fails where a colour is further off than that. */
export function assertNear(found: readonly number[], expected: readonly number[], off = 1, what = ""): void {
  const isNear = found.every((value, n) => Math.abs(value - expected[n]!) <= off);
  assert(isNear, `${what}: expected about ${expected}, got ${found}`);
}
