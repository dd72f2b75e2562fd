/** What a column of captured data is. @module */

/**
 * Types of numbers on the wire, all little endian: `double` is a float of 64 bits; `int96` is without a sign, a sum of squares.
 */
export type WireType = "int32" | "uint32" | "int64" | "uint64" | "double" | "int96";

/** Bytes that a number takes. */
export const WIRE_BYTES: Readonly<Record<WireType, number>> = {
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  double: 8,
  int96: 12,
};

/** A captured field, as the header of an acquisition describes it. */
export interface CaptureField {
  /** The field: `"COUNTER1.OUT"`. */
  readonly name: string;
  /** What of it is captured: `"Value"`, `"Diff"`, `"Sum"`, `"Min"`, `"Max"`, `"Mean"`, `"StdDev"`. */
  readonly capture: string;
  /** Its type on the wire. */
  readonly type: WireType;
  /** Factor from what was counted to units; undefined where nothing is scaled (bits). */
  readonly scale?: number;
  /** What is added after that, in units. */
  readonly offset?: number;
  /** Units; `""` where none were ever set. */
  readonly units?: string;
}

/** The name of a field's column: `"COUNTER1.OUT.Mean"`. */
export function columnName(field: Pick<CaptureField, "name" | "capture">): string {
  return `${field.name}.${field.capture}`;
}
