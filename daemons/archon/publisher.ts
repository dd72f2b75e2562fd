/** Pushes images to a fitspipe server, for whoever watches. @module */
import { ConfigError } from "../../lib/errors.ts";
import type { ImageInput } from "../../lib/fits/mod.ts";
import { connectFitspipe } from "../../lib/fitspipe/mod.ts";
import type { Transport } from "../../lib/net/mod.ts";
import { type Clock, withDeadline } from "../../lib/time/mod.ts";

/** How long a server may take for one image. */
const TIMEOUT = "20 s";

/** Where images are pushed to. */
export interface Feed {
  /** The server: `"host:port"`. */
  readonly server: string;
  /** The feed on it. */
  readonly name: string;
}

/** Reads `HOST:PORT/FEED`; undefined for nothing. */
export function feedOf(text: string): Feed | undefined {
  if (text === "") return undefined;
  const [, server, name] = /^([^/\s]+:\d+)\/([\w.-]+)$/.exec(text) ?? [];
  if (server === undefined) throw new ConfigError(`Option fitspipe: expected HOST:PORT/FEED, got "${text}"`);
  return { server, name: name! };
}

/** What a publisher needs. */
export interface PublisherOptions {
  /** How to connect. */
  readonly transport: Transport;
  /** The clock. */
  readonly clock: Clock;
  /** Where trouble is told. */
  log(type: "warning" | "success", message: string): void;
}

/** Pushes one image after another. A server that is slow, or not there, misses images; nothing waits for it. */
export class Publisher {
  readonly #feed: Feed;
  readonly #options: PublisherOptions;
  #waiting: ImageInput | undefined;
  #isBusy = false;
  #isTold = false;

  /** It pushes to that feed. */
  constructor(feed: Feed, options: PublisherOptions) {
    this.#feed = feed;
    this.#options = options;
  }

  /** Pushes an image; one that still waits is left out for it. */
  push(image: ImageInput): void {
    this.#waiting = image;
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    const { server, name } = this.#feed;
    const { clock, transport, log } = this.#options;
    try {
      await withDeadline(async (signal) => {
        await using client = await connectFitspipe(server, { transport, clock, signal });
        for (let image = this.#waiting; image; image = this.#waiting) {
          this.#waiting = undefined;
          await client.put(name, image, { signal });
        }
      }, { clock, timeout: TIMEOUT, what: `answer of the fitspipe server ${server}` });
      if (this.#isTold) log("success", `The feed ${name} at ${server} gets images again`);
      this.#isTold = false;
    } catch (error) {
      this.#waiting = undefined;
      const why = error instanceof Error ? error.message : String(error);
      if (!this.#isTold) log("warning", `The feed ${name} at ${server} gets no images: ${why}`);
      this.#isTold = true;
    } finally {
      this.#isBusy = false;
      if (this.#waiting) void this.#work();
    }
  }
}
