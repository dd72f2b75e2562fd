/** What a device tells of its sensors. @module */
import type { Message } from "./message.ts";
import { parseStatus, type Status } from "./reading.ts";
import { integer, timestamp, type Version } from "./types.ts";

/** A reading of a sensor by its name, its value as it was sent. */
export interface Sample {
  /** The sensor. */
  readonly name: string;
  /** When it was taken, unix seconds. */
  readonly timestamp: number;
  /** How to take it. */
  readonly status: Status;
  /** The value, to be read by the type of the sensor. */
  readonly value: Uint8Array;
}

/**
 * Reads a `#sensor-status` or `#sensor-value`, of one sensor or several.
 *
 * @throws {PeerProtocolError} If it cannot be read.
 */
export function readSamples(inform: Message, version: Version): Sample[] {
  const time = timestamp.parse(inform.bytes(0), version);
  const count = Number(integer.parse(inform.bytes(1), version));
  const samples: Sample[] = [];
  for (let index = 0; index < count; index++) {
    const at = 2 + 3 * index;
    const value = inform.bytes(at + 2);
    const status = parseStatus(inform.text(at + 1), version);
    samples.push({ name: inform.text(at), timestamp: time, status, value });
  }
  return samples;
}
