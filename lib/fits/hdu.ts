/** HDUs with their data. @module */
import type { HduInfo } from "./layout.ts";

/** An HDU with its data as they are stored: big-endian, padding not among them. */
export interface StoredHdu extends HduInfo {
  /** The data. */
  readonly data: Uint8Array;
}
