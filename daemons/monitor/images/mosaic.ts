/** One picture of a file that has an HDU for each amplifier: they lie side by side as `DETSEC` has them, overscan and all. @module */
import type { HduInfo } from "../../../lib/fits/mod.ts";
import type { Amplifier } from "../image/frame.ts";
import { type Area, type RasterForm, SAMPLE_BYTES } from "../image/raster.ts";
import {
  checkData,
  fill,
  formOf,
  hasPicture,
  type Picture,
  type StripOptions,
  stripRows,
} from "./picture.ts";
import { amplifiersIn, sectionIn } from "./sections.ts";

/** An HDU and where it lies. */
interface Piece {
  readonly hdu: HduInfo;
  readonly area: Area;
  /** Whether its columns, its rows come in the other order. */
  readonly flip: { readonly x: boolean; readonly y: boolean };
}

/**
 * Puts the amplifiers of a file together.
 *
 * @param path The file.
 * @param hdus Its HDUs.
 * @returns The picture; undefined where they are no parts of one detector, or are not stored alike.
 * @throws {FitsError} If their data are cut off.
 */
export async function mosaicOf(path: string, hdus: readonly HduInfo[]): Promise<Picture | undefined> {
  const parts = hdus.filter(hasPicture);
  const pieces = parts.length > 1 && parts.every(isPlain) ? placed(parts) : undefined;
  if (!pieces) return undefined;
  for (const { hdu } of pieces) await checkData(path, hdu);
  const { hdu: first } = pieces[0]!;
  const form = { ...formOf(first), ...extent(pieces) };
  return {
    header: hdus[0]!.header,
    hdus,
    hdu: undefined,
    form,
    bitpix: first.bitpix,
    amplifiers: pieces.flatMap(amplifierOf),
    planes: 1,
    strips: (options) => strips(path, pieces, form, options),
  };
}

const isPlain = ({ kind, shape, bitpix }: HduInfo): boolean =>
  kind === "image" && bitpix !== 64 && shape.length === 2;

/** Where each lies in a grid that has the order of their places on the detector. */
function placed(hdus: readonly HduInfo[]): Piece[] | undefined {
  const found = hdus.map((hdu) => ({ hdu, on: sectionIn(hdu.header, "DETSEC"), form: formOf(hdu) }));
  const [first] = found;
  const isAlike = ({ form }: { readonly form: RasterForm }) =>
    (["type", "scale", "zero", "blank"] as const).every((key) => form[key] === first!.form[key]);
  if (!found.every((one) => one.on && isAlike(one))) return undefined;
  const starts = (axis: "x" | "y") =>
    [...new Set(found.map(({ on }) => Math.min(...on![axis])))].sort((a, b) => a - b);
  const [columns, rows] = [starts("x"), starts("y")];
  const cellOf = ({ on }: (typeof found)[number], axis: "x" | "y") =>
    (axis === "x" ? columns : rows).indexOf(Math.min(...on![axis]));
  const taken = new Set(found.map((one) => `${cellOf(one, "x")} ${cellOf(one, "y")}`));
  if (taken.size < found.length) return undefined;
  const sizes = (axis: "x" | "y", count: number) =>
    Array.from({ length: count }, (_, cell) => {
      const lengths = found.filter((one) => cellOf(one, axis) === cell);
      return Math.max(...lengths.map(({ form }) => axis === "x" ? form.width : form.height));
    });
  const before = (lengths: readonly number[], cell: number) =>
    lengths.slice(0, cell).reduce((sum, length) => sum + length, 0);
  const [widths, heights] = [sizes("x", columns.length), sizes("y", rows.length)];
  return found.map((one) => ({
    hdu: one.hdu,
    area: {
      x: before(widths, cellOf(one, "x")),
      y: before(heights, cellOf(one, "y")),
      width: one.form.width,
      height: one.form.height,
    },
    flip: { x: isFlipped(one.hdu, one.on!.x, "x"), y: isFlipped(one.hdu, one.on!.y, "y") },
  }));
}

/** Whether an axis of the HDU goes against that of the detector. */
function isFlipped(hdu: HduInfo, [from, to]: readonly [number, number], axis: "x" | "y"): boolean {
  const data = sectionIn(hdu.header, "DATASEC")?.[axis];
  return (from > to) !== (data !== undefined && data[0] > data[1]);
}

function extent(pieces: readonly Piece[]): { width: number; height: number } {
  return {
    width: Math.max(...pieces.map(({ area }) => area.x + area.width)),
    height: Math.max(...pieces.map(({ area }) => area.y + area.height)),
  };
}

function amplifierOf({ hdu, area, flip }: Piece): Amplifier[] {
  const [own] = amplifiersIn(hdu.header, formOf(hdu));
  const name = own?.name ?? hdu.name ?? `HDU ${hdu.index}`;
  if (!own) return [{ name, area, data: null, bias: null, ccd: null, gain: null, readNoise: null }];
  const moved = (part: Area | null): Area | null =>
    part && {
      ...part,
      x: area.x + (flip.x ? area.width - part.x - part.width : part.x),
      y: area.y + (flip.y ? area.height - part.y - part.height : part.y),
    };
  const turned = (axis: "x" | "y") => {
    const { from, step } = own.ccd![axis];
    const length = axis === "x" ? own.data!.width : own.data!.height;
    return flip[axis] ? { from: from + step * (length - 1), step: -step } : { from, step };
  };
  return [{
    ...own,
    area,
    data: moved(own.data),
    bias: moved(own.bias),
    ccd: own.ccd && own.data ? { x: turned("x"), y: turned("y") } : null,
  }];
}

async function* strips(path: string, pieces: readonly Piece[], form: RasterForm, options: StripOptions) {
  const length = SAMPLE_BYTES[form.type];
  using file = await Deno.open(path);
  const buffer = new Uint8Array(form.width * length * Math.min(options.rows, form.height));
  for (const [from, to] of stripRows(form.height, options)) {
    const bytes = buffer.subarray(0, form.width * length * (to - from)).fill(0);
    for (const piece of pieces) {
      await copyInto(bytes, form.width * length, from, to, piece, file, path, length);
    }
    yield { ...form, height: to - from, bytes };
  }
}

/** Copies what of a piece lies in the rows `from` to before `to` of the picture. */
async function copyInto(
  bytes: Uint8Array,
  perRow: number,
  from: number,
  to: number,
  { hdu, area, flip }: Piece,
  file: Deno.FsFile,
  path: string,
  length: number,
): Promise<void> {
  const [low, high] = [Math.max(from, area.y), Math.min(to, area.y + area.height)];
  if (high <= low) return;
  const own = area.width * length;
  const first = flip.y ? area.y + area.height - high : low - area.y;
  await file.seek(hdu.dataOffset + first * own, Deno.SeekMode.Start);
  const rows = new Uint8Array(own * (high - low));
  await fill(file, rows, path);
  for (let row = low; row < high; row++) {
    const at = (flip.y ? high - 1 - row : row - low) * own;
    const line = rows.subarray(at, at + own);
    if (flip.x) reverse(line, length);
    bytes.set(line, (row - from) * perRow + area.x * length);
  }
}

/** Reverses the pixels of a row, not the bytes of a pixel. */
function reverse(line: Uint8Array, length: number): void {
  line.reverse();
  if (length > 1) {
    for (let at = 0; at < line.length; at += length) {
      line.subarray(at, at + length).reverse();
    }
  }
}
