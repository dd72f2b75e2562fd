/** What is kept of a FITS file. @module */
import { FitsError } from "../../../lib/fits/mod.ts";
import type { ImageNotice } from "../../../lib/link/link.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { ImageRow } from "../store/image.ts";
import { detailIn, headerJson, startIn } from "./describe.ts";
import { tooLarge } from "./frame_info.ts";
import { numberIn, openPicture, textIn } from "./picture.ts";
import { survey } from "./survey.ts";

/** What is known of an image beside its file. */
export interface Origin extends Omit<ImageNotice, "path"> {
  /** The client that wrote it; empty where nobody said. */
  readonly source: string;
}

/**
 * Looks at a file.
 *
 * @param path Where it is.
 * @param origin What is known of it.
 * @param clock Lets others work in between.
 * @returns What is kept of it; with `problem` if it cannot be read.
 * @throws If the file is not there or may not be read.
 */
export async function imageOf(path: string, origin: Origin, clock: Clock): Promise<ImageRow> {
  const { size, mtime } = await Deno.stat(path);
  const written = (mtime?.getTime() ?? 0) / 1000 || clock.time();
  const { source, feed = null, run } = origin;
  const base = { path, source, feed, bytes: size };
  try {
    const picture = await openPicture(path);
    const { header, hdus, form, bitpix } = picture;
    // What no browser can show is not looked at either: it would take minutes.
    const { statistics, thumbnail } = tooLarge(picture) === undefined
      ? await survey(picture, clock)
      : { statistics: [], thumbnail: undefined };
    // Of a file with an HDU for each amplifier the first header is about all of them.
    const [first] = hdus;
    const find = <T>(look: (from: typeof header) => T | undefined) => look(header) ?? look(first!.header);
    return {
      ...base,
      time: origin.time ?? find(startIn) ?? written,
      run: run ?? find((from) => textIn(from, "RUNID")) ?? null,
      number: origin.number ?? find((from) => numberIn(from, "FRAMENO")) ?? null,
      exposure: find((from) => numberIn(from, "EXPTIME") ?? numberIn(from, "EXPOSURE")) ?? null,
      type: find((from) => textIn(from, "IMAGETYP")) ?? (detailIn(header) || null),
      width: form.width,
      height: form.height,
      bitpix,
      header: { ...headerJson(first!.header), ...headerJson(header) },
      statistics,
      thumbnail: thumbnail?.toBase64() ?? null,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof FitsError)) throw error;
    return {
      ...base,
      time: origin.time ?? written,
      run: run ?? null,
      number: origin.number ?? null,
      exposure: null,
      type: null,
      width: null,
      height: null,
      bitpix: null,
      header: {},
      statistics: [],
      thumbnail: null,
      problem: error.message,
    };
  }
}
