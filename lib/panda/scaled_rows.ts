/**
 * Scales whole rows, as a server does for clients that want them so. Nothing here is shared with what decodes rows, so
 * that both can be wrong only separately.
 * @module
 */
import type { CaptureField, WireType } from "./capture_field.ts";
import type { StartData } from "./data_event.ts";

/** Bytes of a raw number. */
const BYTES: Readonly<Record<WireType, number>> = {
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  double: 8,
  int96: 12,
};

/** Writes a column of all rows. */
type ColumnWriter = (raw: DataView, scaled: DataView, rows: number) => void;

/** How a column is computed: where it is in raw rows, and where it goes to. */
interface Move {
  readonly from: number;
  readonly to: number;
  readonly rawBytes: number;
  readonly scaledBytes: number;
  readonly scale: number;
  readonly offset: number;
  /** Where the samples were counted that a mean is made of. */
  readonly samples: number;
}

/** Scales the rows of one acquisition. */
export class RowScaler {
  /** The header of the acquisition as it is for scaled rows. */
  readonly start: StartData;
  readonly #rawBytes: number;
  readonly #columns: readonly ColumnWriter[];

  /**
   * Makes one.
   *
   * @param raw The header for raw rows.
   * @param hidden Names of columns that are there only so that others can be computed.
   */
  constructor(raw: StartData, hidden: ReadonlySet<string>) {
    const places = raw.fields.map((field, at) => ({
      field,
      from: raw.fields.slice(0, at).reduce((sum, { type }) => sum + BYTES[type], 0),
    }));
    const shown = places.filter(({ field }) => !hidden.has(`${field.name}.${field.capture}`));
    const fields = shown.map(({ field }) => isPlain(field) ? field : { ...field, type: "double" as const });
    const scaledBytes = fields.reduce((sum, { type }) => sum + BYTES[type], 0);
    const samples = places.find(({ field }) => /^PCAP\.(SAMPLES|GATE_DURATION)$/.test(field.name))?.from ?? 0;
    let to = 0;
    this.#columns = shown.map(({ field, from }, at) => {
      const { scale = 1, offset = 0 } = field;
      const move = { from, to, rawBytes: raw.sampleBytes, scaledBytes, scale, offset, samples };
      to += BYTES[fields[at]!.type];
      return columnWriter(field, move);
    });
    this.#rawBytes = raw.sampleBytes;
    this.start = { ...raw, process: "Scaled", fields, sampleBytes: scaledBytes };
  }

  /**
   * Scales rows.
   *
   * @param bytes Raw rows, packed.
   * @returns Scaled rows, packed.
   */
  scale(bytes: Uint8Array): Uint8Array {
    const rows = bytes.length / this.#rawBytes;
    const raw = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const scaled = new Uint8Array(rows * this.start.sampleBytes);
    for (const write of this.#columns) write(raw, new DataView(scaled.buffer), rows);
    return scaled;
  }
}

/** Bits are handed on as they are. */
function isPlain({ scale }: CaptureField): boolean {
  return scale === undefined;
}

function columnWriter(field: CaptureField, move: Move): ColumnWriter {
  if (isPlain(field)) return (raw, scaled, rows) => copyWords(raw, scaled, rows, move);
  if (field.capture === "Mean") return (raw, scaled, rows) => writeMeans(raw, scaled, rows, move);
  if (field.capture === "StdDev") return (raw, scaled, rows) => writeDeviations(raw, scaled, rows, move);
  return BYTES[field.type] === 8
    ? (raw, scaled, rows) => writeLong(raw, scaled, rows, move)
    : (raw, scaled, rows) => writeShort(raw, scaled, rows, move);
}

function copyWords(raw: DataView, scaled: DataView, rows: number, move: Move): void {
  const { from, to, rawBytes, scaledBytes } = move;
  for (let row = 0; row < rows; row++) {
    scaled.setUint32(row * scaledBytes + to, raw.getUint32(row * rawBytes + from, true), true);
  }
}

function writeShort(raw: DataView, scaled: DataView, rows: number, move: Move): void {
  const { from, to, rawBytes, scaledBytes, scale, offset } = move;
  for (let row = 0; row < rows; row++) {
    const value = scale * raw.getInt32(row * rawBytes + from, true) + offset;
    scaled.setFloat64(row * scaledBytes + to, value, true);
  }
}

function writeLong(raw: DataView, scaled: DataView, rows: number, move: Move): void {
  const { from, to, rawBytes, scaledBytes, scale, offset } = move;
  for (let row = 0; row < rows; row++) {
    const value = scale * Number(raw.getBigInt64(row * rawBytes + from, true)) + offset;
    scaled.setFloat64(row * scaledBytes + to, value, true);
  }
}

function writeMeans(raw: DataView, scaled: DataView, rows: number, move: Move): void {
  const { from, to, rawBytes, scaledBytes, scale, offset, samples } = move;
  for (let row = 0; row < rows; row++) {
    const count = raw.getUint32(row * rawBytes + samples, true);
    const sum = Number(raw.getBigInt64(row * rawBytes + from, true));
    scaled.setFloat64(row * scaledBytes + to, count === 0 ? NaN : scale * sum / count + offset, true);
  }
}

/** The sum of squares stands behind the sum, in 96 bits. */
function writeDeviations(raw: DataView, scaled: DataView, rows: number, move: Move): void {
  const { from, to, rawBytes, scaledBytes, scale, samples } = move;
  for (let row = 0; row < rows; row++) {
    const at = row * rawBytes + from;
    const squares = [8, 4, 0].reduce((sum, word) => sum << 32n | BigInt(raw.getUint32(at + word, true)), 0n);
    const sum = raw.getBigInt64(at - 8, true);
    const count = raw.getUint32(row * rawBytes + samples, true);
    scaled.setFloat64(row * scaledBytes + to, scale * deviation(squares, sum < 0n ? -sum : sum, count), true);
  }
}

/** N S² = A - (B + R) D - R² / N, where B = D N + R: only the last term is no whole number. */
function deviation(squares: bigint, sum: bigint, count: number): number {
  if (count === 0) return NaN;
  const [quotient, rest] = [sum / BigInt(count), sum % BigInt(count)];
  const whole = BigInt.asUintN(96, squares - (sum + rest) * quotient);
  const words = [64n, 32n, 0n].map((shift) => Number(whole >> shift & 0xffffffffn));
  const value = words.reduce((total, word) => total * 2 ** 32 + word) - Number(rest * rest) / count;
  return value < 0 ? NaN : Math.sqrt(value / count);
}
