/** Which columns a row has. @module */
import type { CaptureField } from "../../../../lib/panda/server.ts";

/** What a column is made of. */
export type ColumnKind =
  | "Bits"
  | "Samples"
  | "TS_START"
  | "TS_END"
  | "TS_CAPTURE"
  | "Value"
  | "Diff"
  | "Sum"
  | "Min"
  | "Max"
  | "Mean"
  | "StdDev";

/** A column. */
export interface Column {
  /** What it is made of. */
  readonly kind: ColumnKind;
  /** 32-bit words it takes. */
  readonly words: number;
  /** Place on the bus of positions. */
  readonly position?: number;
  /** Which 32 bits of the bus of bits. */
  readonly word?: number;
  /** What the header says of it. */
  readonly field: CaptureField;
}

/** What shall be captured of a position. */
export interface CapturedPosition {
  /** Its name: `"COUNTER1.OUT"`. */
  readonly name: string;
  /** Place on the bus. */
  readonly place: number;
  /** What of it. */
  readonly captures: readonly string[];
  /** To units. */
  readonly scale: number;
  /** See {@linkcode CapturedPosition.scale}. */
  readonly offset: number;
  /** Undefined if nobody ever set them. */
  readonly units: string | undefined;
}

/** What shall be captured. */
export interface CaptureSettings {
  /** Positions, in the order of their bus. */
  readonly positions: readonly CapturedPosition[];
  /** Time stamps: `"TS_START"`. */
  readonly stamps: readonly string[];
  /** Whether samples are captured. */
  readonly samples: boolean;
  /** Words of bits. */
  readonly words: readonly number[];
}

/** Words that a row may have. */
const MOST_WORDS = 63;

/** A plan, or what is wrong with what shall be captured. */
export type CapturePlan =
  | { readonly columns: readonly Column[]; readonly hidden: ReadonlySet<string> }
  | { readonly refusal: string };

/** Time stamps and samples are in ticks. */
const SECONDS = { scale: 8e-9, offset: 0, units: "s" };

const SHORT = ["Value", "Diff", "Min", "Max"];

/**
 * Orders the columns of rows as the server does: samples that nobody asked for but others need, bits, what has 32 bits,
 * what has 64, means, deviations.
 */
export function planCapture({ positions, stamps, samples, words }: CaptureSettings): CapturePlan {
  const of = (captures: readonly string[]) =>
    positions.flatMap((position) =>
      captures.filter((capture) => position.captures.includes(capture))
        .map((capture) => positionColumn(position, capture as ColumnKind))
    );
  const deviations = positions.filter(({ captures }) => captures.includes("StdDev"));
  const isAveraged = ({ captures }: CapturedPosition) =>
    captures.includes("Mean") || captures.includes("StdDev");
  const isHidden = !samples && positions.some(isAveraged);
  const count: Column = {
    kind: "Samples",
    words: 1,
    field: { name: "PCAP.SAMPLES", type: "int32", capture: "Value", ...SECONDS },
  };
  const columns: Column[] = [
    ...(isHidden ? [count] : []),
    ...words.map((word): Column => ({
      kind: "Bits",
      words: 1,
      word,
      field: { name: `PCAP.BITS${word}`, type: "uint32", capture: "Value" },
    })),
    ...of(SHORT),
    ...(samples ? [count] : []),
    ...of(["Sum"]),
    ...stamps.map((name): Column => ({
      kind: name as ColumnKind,
      words: 2,
      field: { name: `PCAP.${name}`, type: "int64", capture: "Value", ...SECONDS },
    })),
    ...positions.filter((position) => !deviations.includes(position) && position.captures.includes("Mean"))
      .map((position) => positionColumn(position, "Mean")),
    ...deviations.flatMap((position) => [
      positionColumn(position, "Mean"),
      positionColumn(position, "StdDev"),
    ]),
  ];
  if (columns.length === 0) return { refusal: "Nothing configured for capture" };
  const size = columns.reduce((sum, column) => sum + column.words, 0);
  if (size > MOST_WORDS) return { refusal: "Too many captures for PCAP" };
  const hidden = [
    ...(isHidden ? ["PCAP.SAMPLES.Value"] : []),
    ...deviations.filter(({ captures }) => !captures.includes("Mean")).map(({ name }) => `${name}.Mean`),
  ];
  return { columns, hidden: new Set(hidden) };
}

function positionColumn(
  { name, place, scale, offset, units }: CapturedPosition,
  capture: ColumnKind,
): Column {
  const isShort = SHORT.includes(capture);
  const type = isShort ? "int32" : capture === "StdDev" ? "int96" : "int64";
  return {
    kind: capture,
    words: isShort ? 1 : capture === "StdDev" ? 3 : 2,
    position: place,
    field: { name, type, capture, scale, offset, ...(units === undefined ? {} : { units }) },
  };
}
