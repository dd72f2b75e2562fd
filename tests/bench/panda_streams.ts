/** Streams of a data port, made up. */

const SCALE = 'scale="0.5" offset="1" units="mm"';
const SECONDS = 'scale="8e-09" offset="0" units="s"';

const field = (name: string, type: string, capture: string, scale: string) =>
  `<field name="${name}" type="${type}" capture="${capture}" ${scale} />\n`;

const RAW = field("PCAP.SAMPLES", "int32", "Value", SECONDS) + field("PCAP.BITS0", "uint32", "Value", "") +
  field("COUNTER1.OUT", "int32", "Value", SCALE) + field("COUNTER2.OUT", "int32", "Min", SCALE) +
  field("COUNTER2.OUT", "int32", "Max", SCALE) + field("PCAP.TS_START", "int64", "Value", SECONDS) +
  field("INENC1.VAL", "int64", "Sum", SCALE) + field("INENC1.VAL", "int64", "Mean", SCALE);

const SCALED = field("PCAP.BITS0", "uint32", "Value", "") +
  Array.from({ length: 6 }, (_, n) => field(`INENC${n + 1}.VAL`, "double", "Value", SCALE)).join("");

/** A kind of rows. */
export type Process = "raw" | "scaled";

/** Bytes of a row. */
export const ROW_BYTES = { raw: 44, scaled: 52 } as const;

/** A stream of one acquisition. */
export interface Stream {
  /** From `OK` to the end of the header. */
  readonly head: Uint8Array;
  /** The frames. */
  readonly body: Uint8Array;
  /** Rows in them. */
  readonly rows: number;
}

/**
 * Makes a stream.
 *
 * @param process What its rows are like.
 * @param frameBytes Size of a frame, at most; a row at least.
 * @param bytes Size of the whole, about.
 */
export function makeStream(process: Process, frameBytes: number, bytes: number): Stream {
  const rowBytes = ROW_BYTES[process];
  const isRaw = process === "raw";
  const head = `OK\n<header>\n<data missed="0" process="${isRaw ? "Raw" : "Scaled"}" format="Framed" ` +
    `sample_bytes="${rowBytes}" />\n<fields>\n${isRaw ? RAW : SCALED}</fields>\n</header>\n\n`;
  const each = Math.max(1, Math.floor((frameBytes - 8) / rowBytes));
  const length = 8 + each * rowBytes;
  const frames = Math.floor(bytes / length);
  const body = new DataView(new ArrayBuffer(frames * length));
  for (let at = 0; at < body.byteLength; at += 4) body.setUint32(at, (at * 2654435761) >>> 3, true);
  for (let at = 0; at < body.byteLength; at += length) {
    body.setUint32(at, 0x204e4942, true); // "BIN "
    body.setUint32(at + 4, length, true);
  }
  return { head: new TextEncoder().encode(head), body: new Uint8Array(body.buffer), rows: frames * each };
}
