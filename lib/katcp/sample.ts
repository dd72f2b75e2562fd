/** What a device tells of its sensors. @module */
import { PeerProtocolError } from "../errors.ts";
import type { Message } from "./message.ts";
import { parseStatus, type Status } from "./reading.ts";
import { integer, timestamp, type ValueType, type Version } from "./types.ts";

/** A reading of a sensor by its name, its value to be read by the type of the sensor. */
export class Sample {
  /** The sensor. */
  readonly name: string;
  /** When it was taken, unix seconds. */
  readonly timestamp: number;
  /** How to take it. */
  readonly status: Status;
  readonly #inform: Message;
  readonly #index: number;
  readonly #version: Version;

  /** {@linkcode readSamples} makes them. */
  constructor(inform: Message, index: number, timestamp: number, version: Version) {
    this.name = inform.text(index - 2);
    this.timestamp = timestamp;
    this.status = parseStatus(inform.text(index - 1), version);
    this.#inform = inform;
    this.#index = index;
    this.#version = version;
  }

  /** The value as it was sent. */
  get value(): Uint8Array {
    return this.#inform.bytes(this.#index);
  }

  /**
   * The value.
   *
   * @param type The type of the sensor.
   * @throws {PeerProtocolError} If it is none of this type.
   */
  as<T>(type: ValueType<T>): T {
    return this.#inform.value(this.#index, type, this.#version);
  }
}

/**
 * Reads a `#sensor-status` or `#sensor-value`, of one sensor or several.
 *
 * @throws {PeerProtocolError} If it cannot be read.
 */
export function readSamples(inform: Message, version: Version): Sample[] {
  const time = inform.value(0, timestamp, version);
  const count = Number(inform.value(1, integer, version));
  if (inform.length < 2 + 3 * count) {
    throw new PeerProtocolError(
      `Expected ${count} readings in ${inform.length} arguments of #${inform.name}`,
    );
  }
  if (count === 1) return [new Sample(inform, 4, time, version)];
  const samples: Sample[] = [];
  for (let index = 0; index < count; index++) samples.push(new Sample(inform, 4 + 3 * index, time, version));
  return samples;
}
