/** Which pixels of a frame belong to which amplifier. @module */
import { CommandError } from "../errors.ts";
import type { Acf } from "./acf.ts";
import type { FrameBuffer } from "./frame.ts";

/** A rectangle of pixels, counted from 1, both ends included, as FITS writes it. */
export interface Rectangle {
  /** First column. */
  readonly x1: number;
  /** Last column. */
  readonly x2: number;
  /** First row. */
  readonly y1: number;
  /** Last row. */
  readonly y2: number;
}

/** One tap of the controller and where its pixels lie. */
export interface Amplifier {
  /** What it is called: `"AD5"`. */
  readonly name: string;
  /** All of its pixels, in the frame. */
  readonly all: Rectangle;
  /** Those that saw light. */
  readonly data: Rectangle;
  /** The overscan beside them; undefined where there is none. */
  readonly overscan: Rectangle | undefined;
  /** Where its data lie on the detector, in unbinned pixels. */
  readonly detector: Rectangle;
}

/** Where everything lies. */
export interface Geometry {
  /** The amplifiers, in the order of the taps. */
  readonly amplifiers: readonly Amplifier[];
  /** Columns and rows of the detector, unbinned. */
  readonly detector: { readonly width: number; readonly height: number };
  /** Pixels of the detector in one of the frame. */
  readonly binning: { readonly x: number; readonly y: number };
}

/** The value of a parameter of the timing script; undefined where it has none of that name. */
export type ParameterValue = (name: string) => number | undefined;

interface Axis {
  /** Pixels per tap in the frame. */
  readonly count: number;
  /** Of these, at the end of the readout. */
  readonly overscan: number;
  readonly binning: number;
  /** On the detector: skipped before, read, and skipped after. */
  readonly before: number;
  readonly span: number;
  readonly total: number;
}

/**
 * Splits a frame into its amplifiers, as the taps of the configuration and the parameters of its script say.
 *
 * @param acf The configuration.
 * @param parameter The present values of the parameters.
 * @param frame The frame.
 * @throws {CommandError} `device` if the frame has another size than the configuration says.
 */
export function geometryOf(
  acf: Acf,
  parameter: ParameterValue,
  frame: Pick<FrameBuffer, "width" | "height" | "mode">,
): Geometry {
  const taps = acf.list("TAPLINE").map((text) => text.split(",")[0]!.trim()).filter((tap) => tap !== "");
  const isSplit = frame.mode === "split";
  const columns = isSplit ? Math.ceil(taps.length / 2) : taps.length;
  const rows = isSplit ? 2 : 1;
  if (columns === 0 || frame.width % columns !== 0 || frame.height % rows !== 0) {
    const size = `${frame.width} x ${frame.height}`;
    throw new CommandError(
      "device",
      `A frame of ${size} cannot be split among ${taps.length} taps (${frame.mode})`,
    );
  }
  const x = axis(frame.width / columns, "Pixels", "OverscanPixels", "HorizontalBinning", parameter);
  const y = axis(frame.height / rows, "Lines", "OverscanLines", "VerticalBinning", parameter);
  const amplifiers = taps.map((tap, index) => {
    const fromBottom = isSplit ? index >= columns : frame.mode === "bottom";
    const across = range(x, index % columns, tap.toUpperCase().endsWith("R"));
    const along = range(y, isSplit && fromBottom ? 1 : 0, fromBottom);
    return {
      name: tap.slice(0, -1).toUpperCase(),
      all: rectangle(across.all, along.all),
      data: rectangle(across.data, along.data),
      overscan: across.overscan && rectangle(across.overscan, along.data),
      detector: rectangle(across.detector, along.detector),
    };
  });
  return {
    amplifiers,
    detector: { width: columns * x.total, height: rows * y.total },
    binning: { x: x.binning, y: y.binning },
  };
}

function axis(
  count: number,
  name: "Pixels" | "Lines",
  overscanName: string,
  binningName: string,
  parameter: ParameterValue,
): Axis {
  const binning = Math.max(1, parameter(binningName) ?? 1);
  const overscan = Math.min(count, Math.floor((parameter(overscanName) ?? 0) / binning));
  const span = (count - overscan) * binning;
  const before = parameter(`PreSkip${name}`) ?? 0;
  const after = parameter(`PostSkip${name}`) ?? 0;
  return { count, overscan, binning, before, span, total: before + span + after };
}

type Span = readonly [first: number, last: number];

/** The pixels of one tap along one axis: it reads from its own edge, so its overscan is at the other. */
function range(axis: Axis, place: number, isReversed: boolean): Record<"all" | "data" | "detector", Span> & {
  overscan: Span | undefined;
} {
  const { count, overscan, before, span, total } = axis;
  const start = place * count;
  const data: Span = isReversed
    ? [start + overscan + 1, start + count]
    : [start + 1, start + count - overscan];
  const rest: Span = isReversed
    ? [start + 1, start + overscan]
    : [start + count - overscan + 1, start + count];
  const edge = place * total;
  const detector: Span = isReversed
    ? [edge + total - before - span + 1, edge + total - before]
    : [edge + before + 1, edge + before + span];
  return { all: [start + 1, start + count], data, detector, overscan: overscan > 0 ? rest : undefined };
}

function rectangle([x1, x2]: Span, [y1, y2]: Span): Rectangle {
  return { x1, x2, y1, y2 };
}
