/** What is known of a frame beside its pixels. @module */
import type { Geometry } from "../../lib/archon/mod.ts";
import type { ImageType } from "./integration.ts";

/** What was asked for, as it stood when the exposure began. */
export interface ExposureInfo {
  /** Number of the image. */
  readonly number: number;
  /** What it is of. */
  readonly type: ImageType;
  /** How long the timing script integrates, seconds. */
  readonly seconds: number;
  /** When it was begun, unix seconds by the clock of this machine. */
  readonly began: number;
  /** Number of the controller's last frame before it. */
  readonly after: number;
  /** How many frames the controller was told to take. */
  readonly count: number;
  /** Whether they follow each other without a pause. */
  readonly isStream: boolean;
  /** Whether the trigger input begins it. */
  readonly isTriggered: boolean;
  /** What is looked at. */
  readonly object: string;
  /** The run it belongs to. */
  readonly run: string;
  /** The configuration. */
  readonly acf: string;
  /** Parameters of the timing script. */
  readonly parameters: Readonly<Record<string, number>>;
  /** What MONITOR told of the lab. */
  readonly keywords: Readonly<Record<string, string>>;
}

/** A frame that was read out. */
export interface TakenFrame {
  /** What was asked for. */
  readonly exposure: ExposureInfo;
  /** Number the controller gave it. */
  readonly frame: number;
  /** The buffer it was in. */
  readonly buffer: number;
  /** When the shutter opened, unix seconds. */
  readonly start: number;
  /** For how long it was exposed, seconds. */
  readonly seconds: number;
  /** When its first pixel was read, unix seconds. */
  readonly readAt: number;
  /** How much the moments may be off, seconds. */
  readonly uncertainty: number;
  /** The controller's own stamp of that, ticks of 10 ns. */
  readonly timestamp: bigint;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Row after row, from the first that was read. */
  readonly pixels: Uint16Array | Uint32Array;
  /** What belongs to which amplifier. */
  readonly geometry: Geometry;
  /** What the controller measured last, by its names. */
  readonly status: ReadonlyMap<string, string>;
  /** Whether it was found again after the daemon, the connection or the disk failed. */
  readonly isRecovered: boolean;
}
