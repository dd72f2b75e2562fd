/** Making sense of the status lines of a peer that cannot describe itself. @module */
import type { Channel } from "../../lib/device/channel.ts";
import { channelsOfDescription, type Description, HW_CONNECTED } from "../../lib/device/description.ts";
import { readingOf } from "../../lib/device/grade.ts";
import type { Param } from "../../lib/device/model.ts";
import type { Update } from "../../lib/device/reading.ts";
import { parseValue } from "../../lib/device/text.ts";

/** A number that no other text stands for: `0101` is a pattern of bits, not a hundred and one. */
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const UNKNOWN = /^(?:-|[+-]?nan|none|)$/i;

const TEXT: Param = { type: "text" };
const REAL: Param = { type: "number" };
const FLAG: Param = { type: "flag" };

/** Reads the status lines of one peer; what it is becomes clear from what it says. */
export class StatusReader {
  readonly #name: string;
  #params: Record<string, Param> = {};
  #channels: readonly Channel[] = [];
  #revision = 0;

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
    const params = Object.fromEntries(
      Object.entries(values).map(([key, words]) => [key, kindOf(key, words, this.#params[key])]),
    );
    const keys = Object.keys(params);
    const isNews = keys.length !== this.#channels.length ||
      keys.some((key, place) => this.#channels[place]!.key !== key || this.#params[key] !== params[key]);
    const description = isNews || this.#revision === 0 ? this.#learn(params) : undefined;
    const readings = new Map(
      this.#channels.map((channel) => {
        const found = parseValue(channel.param, values[channel.key]!);
        return [channel.key, readingOf(channel, found, time)];
      }),
    );
    const update = { time, complete: true, readings };
    return description ? { description, update } : { update };
  }

  #learn(params: Record<string, Param>): Description {
    const description: Description = {
      model: {
        model: "unknown",
        description: "A device that does not describe itself",
        params,
        safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
      },
      revision: `1.${++this.#revision}`,
      name: this.#name,
      inferred: true,
    };
    this.#params = params;
    this.#channels = channelsOfDescription(description);
    return description;
  }
}

/** What a value is by its words, and by what it was before: once text, always text. */
function kindOf(key: string, words: string, before: Param | undefined): Param {
  if (key === HW_CONNECTED) return FLAG;
  if (before === TEXT) return TEXT;
  return NUMBER.test(words) || (UNKNOWN.test(words) && (before === REAL || /nan/i.test(words))) ? REAL : TEXT;
}
