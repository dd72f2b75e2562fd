/** The data port on the wire, from the server's side: acquisitions in, bytes out. @module */
import type { DataSettings } from "./data_options.ts";
import type { EndReason, StartData } from "./data_event.ts";
import { joinBytes } from "../net/mod.ts";
import { formatG } from "./format_number.ts";
import { writeHeader } from "./header_writer.ts";

/** What one client has asked for. */
export type WriterSettings =
  & Pick<DataSettings, "process" | "transport" | "status" | "oneShot">
  & {
    /** Form of the headers, if there are to be any. */
    readonly header: "xml" | "text" | "none";
  };

const FORMATS = { framed: "Framed", unframed: "Unframed", base64: "Base64", ascii: "ASCII" } as const;

/** Bytes in a line of base64. */
const BASE64_LINE = 57;
/** Bytes of scaled rows in a frame, with its head. */
const SCALED_FRAME = 65536;
const HEAD = 8;
const BIN = 0x204e4942;
/** Digits of scaled numbers as text. */
const DIGITS = 10;

const encoder = new TextEncoder();

/** Writes acquisitions as one client wants them. */
export class DataWriter {
  readonly #settings: WriterSettings;
  #start!: StartData;
  #rows = 0;
  #residue: Uint8Array = new Uint8Array(0);

  /** Makes one. */
  constructor(settings: WriterSettings) {
    this.#settings = settings;
  }

  /**
   * Begins an acquisition.
   *
   * @param start What is captured; its format is replaced by what the client wants.
   * @returns What is to be sent.
   */
  begin(start: StartData): Uint8Array {
    const { transport, header } = this.#settings;
    this.#start = start;
    this.#rows = 0;
    this.#residue = new Uint8Array(0);
    return encoder.encode(
      header === "none" ? "" : writeHeader({ ...start, format: FORMATS[transport] }, header),
    );
  }

  /**
   * Writes rows.
   *
   * @param bytes Packed rows.
   * @returns What is to be sent.
   */
  rows(bytes: Uint8Array): Uint8Array {
    this.#rows += bytes.length / this.#start.sampleBytes;
    switch (this.#settings.transport) {
      case "framed":
        return this.#framed(bytes);
      case "unframed":
        return bytes;
      case "base64":
        return this.#base64(bytes);
      case "ascii":
        return this.#ascii(bytes);
    }
  }

  /**
   * Ends the acquisition.
   *
   * @param reason Why.
   * @returns What is to be sent.
   */
  end(reason: EndReason): Uint8Array {
    const rest = this.#residue.length > 0 ? base64Line(this.#residue) : "";
    return encoder.encode(rest + (this.#settings.status ? `END ${this.#rows} ${reason}\n` : ""));
  }

  #framed(bytes: Uint8Array): Uint8Array {
    const { process, sampleBytes } = this.#start;
    const most = process === "Raw" ? Infinity : SCALED_FRAME - HEAD - (SCALED_FRAME - HEAD) % sampleBytes;
    const frames: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += most) {
      const rows = bytes.subarray(at, Math.min(bytes.length, at + most));
      const head = new DataView(new ArrayBuffer(HEAD));
      head.setUint32(0, BIN, true);
      head.setUint32(4, HEAD + rows.length, true);
      frames.push(new Uint8Array(head.buffer), rows);
    }
    return joinBytes(frames);
  }

  #base64(bytes: Uint8Array): Uint8Array {
    const all = joinBytes([this.#residue, bytes]);
    const whole = all.length - all.length % BASE64_LINE;
    let lines = "";
    for (let at = 0; at < whole; at += BASE64_LINE) lines += base64Line(all.subarray(at, at + BASE64_LINE));
    this.#residue = all.slice(whole);
    return encoder.encode(lines);
  }

  #ascii(bytes: Uint8Array): Uint8Array {
    const { process, sampleBytes } = this.#start;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let lines = "";
    for (let row = 0; row < bytes.length; row += sampleBytes) {
      lines += process === "Raw" ? rawLine(view, row, sampleBytes) : this.#scaledLine(view, row);
    }
    return encoder.encode(lines);
  }

  #scaledLine(view: DataView, row: number): string {
    let line = "";
    let at = row;
    for (const { type } of this.#start.fields) {
      const isDouble = type === "double";
      line += ` ${isDouble ? formatG(view.getFloat64(at, true), DIGITS) : view.getUint32(at, true)}`;
      at += isDouble ? 8 : 4;
    }
    return `${line}\n`;
  }
}

/** Servers of 4.1 have a NUL before the line's end. */
function base64Line(bytes: Uint8Array): string {
  return ` ${bytes.toBase64()}\0\n`;
}

function rawLine(view: DataView, row: number, rowBytes: number): string {
  let line = "";
  for (let at = row; at < row + rowBytes; at += 4) {
    line += ` 0x${view.getUint32(at, true).toString(16).padStart(8, "0")}`;
  }
  return `${line}\n`;
}
