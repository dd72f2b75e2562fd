/** Making sense of the status lines of a peer that cannot describe itself. @module */
import { channelsByName } from "../../lib/device/channel.ts";
import { channelsOfDescription, type Description } from "../../lib/device/description.ts";
import { readingOf } from "../../lib/device/grade.ts";
import { inferDescription } from "../../lib/device/infer.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import { parseValue } from "../../lib/device/text.ts";

/** Reads the status lines of one peer; what it is becomes clear from what it says. */
export class StatusReader {
  readonly #name: string;
  #description: Description | undefined;

  /** Begins to know a peer of this name. */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Takes a status.
   *
   * @param values Its values in words.
   * @param time When it came, unix seconds.
   * @returns The values as a complete update; and what the peer is, where that is news.
   */
  read(
    values: Readonly<Record<string, string>>,
    time: number,
  ): { description?: Description; update: Update } {
    const description = inferDescription(this.#name, values, this.#description);
    const channels = channelsByName(channelsOfDescription(description));
    const readings = new Map<string, Reading>();
    for (const [name, words] of Object.entries(values)) {
      const channel = channels.get(name);
      if (channel) readings.set(channel.key, readingOf(channel, parseValue(channel.param, words), time));
    }
    const update = { time, complete: true, readings };
    const isNews = description !== this.#description;
    this.#description = description;
    return isNews ? { description, update } : { update };
  }
}
