/** Making sense of the status lines of a peer that does not push. @module */
import {
  type Channel,
  channelsByName,
  channelsOfDescription,
  type Description,
  descriptionOf,
  HW_CONNECTED,
  inferDescription,
  type Model,
  parseValue,
  type Reading,
  readingOf,
  type Update,
} from "../device/mod.ts";

/** What a status line says. */
export interface ReadStatus {
  /** What the device is, as far as is known now; the same object as long as nothing is new. */
  readonly description: Description;
  /** Its values; those of hardware that is not connected are stale. */
  readonly update: Update;
}

/** Reads the status lines of one peer. What it is becomes clear from its model, and from what it says. */
export class StatusReader {
  readonly #name: string;
  #description: Description | undefined;
  #channels: ReadonlyMap<string, Channel> = new Map();

  /** Begins to know a peer of this name; the model is there for one that cannot describe itself. */
  constructor(name: string, model?: Model) {
    this.#name = name;
    // It holds nothing that it would not say again in the next line.
    if (model) this.#learn({ ...descriptionOf(model, { name }), held: [] });
  }

  /**
   * Takes a status.
   *
   * @param status Its variables in words.
   * @param time When it came, unix seconds.
   * @returns What the device is and its values; under no key twice, old names under their keys.
   */
  read(status: Readonly<Record<string, string>>, time: number): ReadStatus {
    const description = inferDescription(this.#name, status, this.#description);
    if (description !== this.#description) this.#learn(description);
    const readings = new Map<string, Reading>();
    for (const name in status) {
      const channel = this.#channels.get(name);
      if (channel) {
        readings.set(channel.key, readingOf(channel, parseValue(channel.param, status[name]!), time));
      }
    }
    const isLost = readings.get(HW_CONNECTED)?.value === false;
    return {
      description,
      update: { time, complete: true, readings: isLost ? outdated(readings) : readings },
    };
  }

  #learn(description: Description): void {
    this.#description = description;
    this.#channels = channelsByName(channelsOfDescription(description));
  }
}

function outdated(readings: ReadonlyMap<string, Reading>): ReadonlyMap<string, Reading> {
  return new Map([...readings].map(([key, reading]) => {
    if (key === HW_CONNECTED || reading.quality !== "good") return [key, reading];
    return [key, { ...reading, quality: "stale", reason: "hardware not connected" }];
  }));
}
