/** Which pixels of a file belong to which amplifier, as its header says. @module */
import { DewarError } from "../errors.ts";
import { decodeImage, type Header, parseSection, type StoredHdu } from "../fits/mod.ts";
import type { Plane, Rect } from "./statistics.ts";

/** The pixels of one amplifier. */
export interface AmplifierImage {
  /** What it is called: `AMPNAME`, or its number. */
  readonly name: string;
  /** The image its pixels are in; amplifiers of one image share it. */
  readonly plane: Plane;
  /** Those that saw light. */
  readonly data: Rect;
  /** Its overscan; undefined where there is none. */
  readonly overscan: Rect | undefined;
}

/**
 * Finds the amplifiers of a file: of one image with `DATASEC1`, `DATASEC2`, … or of images with a `DATASEC` each. An image
 * that says nothing is one amplifier.
 *
 * @param hdus The file, as `parseFits` gives it.
 * @returns The amplifiers, in order.
 * @throws {DewarError} If there is no image, or a section lies outside of its image.
 */
export function amplifierImages(hdus: readonly StoredHdu[]): AmplifierImage[] {
  const images = hdus.filter(({ kind, shape }) => /^(image|compressed)$/.test(kind) && shape.length === 2);
  if (images.length === 0) throw new DewarError("The file has no image of two axes");
  return images.flatMap((hdu) => {
    const [width, height] = hdu.shape as [number, number];
    const plane: Plane = { pixels: decodeImage(hdu).pixels as ArrayLike<number>, width };
    return suffixesOf(hdu.header).map((suffix): AmplifierImage => {
      const section = (keyword: string) => rectOf(hdu.header, `${keyword}${suffix}`, width, height);
      return {
        name: hdu.header.string(`AMPNAME${suffix}`) ?? hdu.name ?? (suffix || "1"),
        plane,
        data: section("DATASEC") ?? { left: 0, right: width, top: 0, bottom: height },
        overscan: section("BIASSEC"),
      };
    });
  });
}

function suffixesOf(header: Header): string[] {
  const suffixes: string[] = [];
  for (let number = 1; header.has(`DATASEC${number}`); number++) suffixes.push(String(number));
  return suffixes.length > 0 ? suffixes : [""];
}

function rectOf(header: Header, keyword: string, width: number, height: number): Rect | undefined {
  const text = header.string(keyword);
  if (text === undefined) return undefined;
  const { x1, x2, y1, y2 } = parseSection(text);
  const rect = {
    left: Math.min(x1, x2) - 1,
    right: Math.max(x1, x2),
    top: Math.min(y1, y2) - 1,
    bottom: Math.max(y1, y2),
  };
  if (rect.left >= 0 && rect.top >= 0 && rect.right <= width && rect.bottom <= height) return rect;
  throw new DewarError(`${keyword} ${text} lies outside of its image of ${width} x ${height}`);
}
