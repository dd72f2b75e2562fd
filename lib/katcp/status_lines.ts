/** `#sensor-status` lines, written once for all clients that are told the same reading. @module */
import type { Reading } from "./reading.ts";
import { formatReading, type Sensor } from "./sensor.ts";
import type { Version } from "./types.ts";
import { MessageWriter } from "./writer.ts";

/** Writes them. Clients are told of a reading one after the other, so the last line is all that has to be remembered. */
export class StatusLines {
  readonly #version: Version;
  readonly #writer = new MessageWriter();
  #reading: Reading<unknown> | undefined;
  #line: Uint8Array = new Uint8Array(0);

  /** Makes one for a version of the protocol. */
  constructor(version: Version) {
    this.#version = version;
  }

  /** The line for a reading. */
  line(sensor: Sensor, reading: Reading<unknown>): Uint8Array {
    if (reading !== this.#reading) {
      const { timestamp, status, value } = formatReading(sensor.type, reading, this.#version);
      this.#writer.write("inform", "sensor-status", undefined, [timestamp, "1", sensor.name, status, value]);
      this.#line = this.#writer.take();
      this.#reading = reading;
    }
    return this.#line;
  }
}
