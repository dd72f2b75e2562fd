/** The amplifiers of a picture, as its header tells them. @module */
import { FitsError, type Header, parseSection } from "../../../lib/fits/mod.ts";
import type { Amplifier, Axis } from "../image/frame.ts";
import { type Area, within } from "../image/raster.ts";

/** Both ends of an axis of a section, counted from 1; the second is smaller where it is read out the other way. */
type Ends = readonly [from: number, to: number];

/** A section of a header: `[x1:x2,y1:y2]`. */
interface Section {
  readonly x: Ends;
  readonly y: Ends;
}

/** Most amplifiers of one picture. */
const MOST = 256;

/** Reads a section; undefined where there is none or it cannot be read: a picture is shown all the same. */
export function sectionIn(header: Header, keyword: string): Section | undefined {
  const value = header.get(keyword);
  if (typeof value !== "string") return undefined;
  try {
    const { x1, x2, y1, y2 } = parseSection(value);
    return { x: [x1, x2], y: [y1, y2] };
  } catch (error) {
    if (error instanceof FitsError) return undefined;
    throw error;
  }
}

/** The pixels of a section. */
export function areaOf({ x, y }: Section): Area {
  return {
    x: Math.min(...x) - 1,
    y: Math.min(...y) - 1,
    width: Math.abs(x[1] - x[0]) + 1,
    height: Math.abs(y[1] - y[0]) + 1,
  };
}

/**
 * Finds the amplifiers. Where the keywords stand once (`DATASEC`, `BIASSEC`, `CCDSEC`, `AMPSEC`, `AMPNAME`) there is one;
 * several have them numbered or lettered (`DATASEC1`, `DATASECB`).
 *
 * @param header The header of the picture.
 * @param size Its size; sections that reach beyond it are cut.
 * @returns The amplifiers; none where the header tells of none.
 */
export function amplifiersIn(
  header: Header,
  size: { readonly width: number; readonly height: number },
): Amplifier[] {
  const suffixes = new Set(
    header.keywords().flatMap((keyword) => {
      const suffix = /^(?:AMP|DATA|BIAS)SEC(\d{1,3}|[A-Z]?)$/.exec(keyword)?.[1];
      return suffix === undefined ? [] : [suffix];
    }),
  );
  // Beside those of each amplifier there may be one for all.
  if (suffixes.size > 1) suffixes.delete("");
  return [...suffixes].slice(0, MOST).flatMap((suffix) => amplifierIn(header, suffix, size) ?? []);
}

function amplifierIn(
  header: Header,
  suffix: string,
  { width, height }: { readonly width: number; readonly height: number },
): Amplifier | undefined {
  const cut = (section: Section | undefined): Area | null => {
    const area = section && within(areaOf(section), { width, height });
    return area && area.width > 0 && area.height > 0 ? area : null;
  };
  const dataSection = sectionIn(header, `DATASEC${suffix}`);
  const [data, bias] = [cut(dataSection), cut(sectionIn(header, `BIASSEC${suffix}`))];
  const whole = suffix === "" ? { x: 0, y: 0, width, height } : around(data, bias);
  const area = cut(sectionIn(header, `AMPSEC${suffix}`)) ?? whole;
  if (!area) return undefined;
  const onDetector = sectionIn(header, `CCDSEC${suffix}`);
  return {
    name: nameIn(header, suffix),
    // In a file of one HDU per amplifier AMPSEC tells which part of the detector it reads, not of the picture.
    area: suffix === "" ? whole! : area,
    data,
    bias,
    ccd: dataSection && onDetector
      ? { x: axis(dataSection.x, onDetector.x), y: axis(dataSection.y, onDetector.y) }
      : null,
    gain: numberIn(header, `GAIN${suffix}`) ?? numberIn(header, "GAIN"),
    readNoise: numberIn(header, `RDNOISE${suffix}`) ?? numberIn(header, "RDNOISE"),
  };
}

function nameIn(header: Header, suffix: string): string {
  for (const keyword of [`AMPNAME${suffix}`, `AMPNAM${suffix}`, ...suffix === "" ? ["EXTNAME"] : []]) {
    const name = header.get(keyword);
    if (typeof name === "string" && name.trim() !== "") return name.trim();
  }
  return suffix === "" ? "all" : `amplifier ${suffix}`;
}

function numberIn(header: Header, keyword: string): number | null {
  const value = header.get(keyword);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The smallest area with both in it. */
function around(a: Area | null, b: Area | null): Area | null {
  if (!a || !b) return a ?? b;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** Where the pixels of one axis are on the detector, from the lowest pixel on. */
function axis(data: Ends, ccd: Ends): Axis {
  const pixels = Math.abs(data[1] - data[0]);
  const [first, last] = data[0] <= data[1] ? ccd : [ccd[1], ccd[0]];
  const step = pixels === 0 ? 1 : Math.round((last - first) / pixels) || Math.sign(last - first) || 1;
  return { from: first, step };
}
