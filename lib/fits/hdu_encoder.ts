/** An HDU on its way into a file. @module */
import { paddingAfter } from "./card.ts";
import { Checksum, sealHeader } from "./checksum.ts";
import type { Header } from "./header.ts";

/** An HDU ready to be written. */
export interface HduEncoder {
  /** The whole header. */
  readonly header: Header;
  /** Bytes of data, padding not among them. */
  readonly dataBytes: number;
  /** Writes the data, big-endian, and adds them to the sum. */
  write(target: Uint8Array, sum?: Checksum): void;
}

/** How long an HDU is, header and padding included. */
export function encodedLength({ header, dataBytes }: HduEncoder): number {
  return header.toBytes().length + dataBytes + paddingAfter(dataBytes);
}

/**
 * Writes an HDU.
 *
 * @param hdu The HDU.
 * @param target Where to: as long as the HDU, all zero.
 */
export function encodeHdu(hdu: HduEncoder, target: Uint8Array): void {
  const { header, dataBytes } = hdu;
  const sum = header.has("CHECKSUM") ? new Checksum() : undefined;
  const headerLength = header.toBytes().length;
  hdu.write(target.subarray(headerLength, headerLength + dataBytes), sum);
  target.set(sealedHeader(header, sum?.value ?? 0));
}

/** The bytes of a header, with checksums if it has room for them. */
export function sealedHeader(header: Header, dataSum: number): Uint8Array<ArrayBuffer> {
  if (!header.has("CHECKSUM")) return header.toBytes();
  const bytes = header.set("DATASUM", String(dataSum)).toBytes();
  sealHeader(bytes, dataSum);
  return bytes;
}
