/** What comes out of the data port. @module */
import type { CaptureField } from "./capture_field.ts";
import type { FrameData } from "./frame_data.ts";

/** The server took our options; from now on no acquisition is missed. */
export interface ReadyData {
  /** Says which event it is. */
  readonly kind: "ready";
}

/** An acquisition begins. The next one may have other fields. */
export interface StartData {
  /** Says which event it is. */
  readonly kind: "start";
  /** The columns, in their order in a row. */
  readonly fields: readonly CaptureField[];
  /** Rows that came before we joined. */
  readonly missed: number;
  /** Whether the numbers are what was counted, or scaled by the server. */
  readonly process: "Raw" | "Scaled";
  /** How they come, in the server's words: `"Framed"`, `"Unframed"`, `"Base64"`, `"ASCII"`. */
  readonly format: string;
  /** Bytes of a row, once it is out of its format. */
  readonly sampleBytes: number;
  /** When it was armed: ISO 8601 with nanoseconds; old servers do not say. */
  readonly armTime?: string;
  /** When it began: ISO 8601 with nanoseconds; old servers do not say. */
  readonly startTime?: string;
  /** What the hardware's clock is ahead of the system's, ns. */
  readonly hwTimeOffset?: number;
}

/** Reasons for the end of an acquisition that servers are known to give; later ones may give others. */
export type EndReason =
  | "Ok"
  | "Disarmed"
  | "Early disconnect"
  | "Data overrun"
  | "Framing error"
  | "Driver data overrun"
  | "DMA data error"
  | "Unexpected completion error"
  // deno-lint-ignore ban-types -- keeps the known ones in sight of an editor
  | (string & {});

/** An acquisition has ended. */
export interface EndData {
  /** Says which event it is. */
  readonly kind: "end";
  /** Rows the server says it sent. */
  readonly samples: number;
  /** Rows that came. */
  readonly received: number;
  /** Why. */
  readonly reason: EndReason;
}

/** What comes out of the data port, in this order: ready, then for each acquisition start, frames and end. */
export type DataEvent = ReadyData | StartData | FrameData | EndData;
