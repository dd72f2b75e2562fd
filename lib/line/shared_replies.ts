/** Replies that are made once and sent to every peer. @module */
import type { Description } from "../device/description.ts";
import type { Update } from "../device/reading.ts";
import { oneLine, toAscii } from "./quote.ts";
import type { LineService } from "./service.ts";
import { StatusReply } from "./status_reply.ts";
import { formatUpdate } from "./update.ts";

/** What every peer of a server may get. */
export class SharedReplies {
  readonly #service: LineService;
  readonly #base: StatusReply;
  readonly #modern: StatusReply;
  #update: Update | undefined;
  #updateText = "";
  #described: Description | undefined;
  #description = { bytes: new Uint8Array(0), revision: "" };

  /** Makes those of one service. */
  constructor(service: LineService) {
    this.#service = service;
    const status = () => service.status();
    this.#base = new StatusReply(status, (text) => oneLine(toAscii(text)));
    this.#modern = new StatusReply(status, oneLine);
  }

  /** The answer to `get_status`: in ASCII for peers of the base protocol, who drop anything else. */
  status(modern: boolean): StatusReply {
    return modern ? this.#modern : this.#base;
  }

  /** An update as its lines. */
  update(update: Update): string {
    if (update !== this.#update) {
      const values = this.#service.values!;
      this.#updateText = formatUpdate(update, (key, value) => values.format(key, value));
      this.#update = update;
    }
    return this.#updateText;
  }

  /** The description as JSON, where the service has one. */
  description(): { bytes: Uint8Array; revision: string } | undefined {
    const description = this.#service.describe?.();
    if (!description) return undefined;
    if (description !== this.#described) {
      const bytes = new TextEncoder().encode(JSON.stringify(description));
      this.#description = { bytes, revision: description.revision };
      this.#described = description;
    }
    return this.#description;
  }
}
