/** What the browser is told of a picture. @module */
import type { FrameInfo } from "../image/frame.ts";
import { cardRows, detailIn, startIn } from "./describe.ts";
import { type Picture, textIn } from "./picture.ts";

/** Pixels of a picture that a browser can be expected to hold. */
const MOST_SHOWN = 2 ** 28;

/** Why a picture is too large for a browser, if it is. */
export function tooLarge({ form: { width, height } }: Picture): string | undefined {
  if (width * height <= MOST_SHOWN) return undefined;
  return `${width} x ${height} pixels are more than a browser can show: download the file`;
}

/** Describes a picture. */
export function frameInfoOf(picture: Picture, title: string): FrameInfo {
  const { header, hdu, hdus, form, amplifiers, planes } = picture;
  const [first] = hdus;
  const isFirst = hdu === undefined || hdu.index === first!.index;
  const detail = [
    detailIn(header) || detailIn(first!.header),
    ...planes > 1 ? [`plane 1 of ${planes}`] : [],
  ].filter(Boolean).join(", ");
  return {
    ...form,
    every: 1,
    title,
    detail,
    time: startIn(header) ?? startIn(first!.header) ?? null,
    number: 0,
    unit: textIn(header, "BUNIT") ?? "DN",
    amplifiers,
    // What holds for all HDUs stands in the first one.
    cards: [...cardRows(header), ...isFirst ? [] : cardRows(first!.header)],
    encoding: null,
  };
}
