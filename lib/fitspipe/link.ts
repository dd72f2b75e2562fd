/** fitspipe as a link: what MONITOR and the SDK see of a server of frames. @module */
import type { Reading } from "../device/mod.ts";
import type { Model } from "../device/model.ts";
import { CommandError, ConfigError, DewarError } from "../errors.ts";
import type {
  Answer,
  CommandOptions,
  Frame,
  FrameOptions,
  Link,
  LinkCommand,
  LinkOptions,
  LinkState,
  LogLine,
} from "../link/link.ts";
import { PublishedLink } from "../link/published.ts";
import { bulk, keepConnected, type KeptConnection, type Transport } from "../net/mod.ts";
import { type Clock, type Duration, systemClock, withDeadline } from "../time/mod.ts";
import { connectFitspipe, FitspipeClient } from "./client.ts";
import { checkFeedName, type FeedInfo, isFeedName } from "./codec.ts";

/** How often the feeds are asked for. */
const PERIOD: Duration = "1 s";
/** A server that does not answer for so long is given up. */
const PATIENCE: Duration = "5 s";

/** Any server of frames: the newest number of each feed, by the feed's name. */
export const AnyFitspipeServer: Model = {
  model: "fitspipe",
  description: "A server of frames",
  params: {},
  groups: {
    feed: { dynamic: "[!-~]+", param: { type: "integer", description: "Number of the newest frame" } },
  },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

/**
 * Opens a link to a server of frames. Its values are the numbers of the newest frames, by feed; {@linkcode Link.frames}
 * are the frames themselves, over a connection of their own.
 *
 * @param address `"host:port"`, or `"host:port/feed"` for one feed.
 * @param options Clock, transport.
 * @returns The link, which connects by itself, again and again.
 * @throws {ConfigError} If the address names a feed that cannot be.
 *
 * @example Usage
 * ```ts
 * import { openFitspipeLink, serveFitspipe } from "@dewar/sdk/fitspipe";
 * import { frameOf } from "@dewar/sdk/fitspipe";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using server = await serveFitspipe({ address: "images:9999", transport });
 * server.put("camera", frameOf({ pixels: Uint16Array.of(1, 2, 3, 4), shape: [2, 2] }));
 *
 * await using link = openFitspipeLink("images:9999/camera", { transport });
 * for await (const frame of link.frames!()) {
 *   assertEquals([frame.number, frame.pixels[3]], [1, 4]);
 *   break;
 * }
 * ```
 */
export function openFitspipeLink(address: string, options: LinkOptions = {}): Link {
  const [, where = "", feed = ""] = /^([^/]*)\/?(.*)$/.exec(address)!;
  if (feed !== "" && !isFeedName(feed)) {
    throw new ConfigError(`Cannot open a link to "${address}": "${feed}" cannot be a feed`);
  }
  return new FitspipeLink(address, where, feed === "" ? undefined : feed, options);
}

class FitspipeLink extends PublishedLink {
  readonly address: string;
  readonly #where: string;
  readonly #feed: string | undefined;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #kept: KeptConnection;
  readonly #closing = new AbortController();
  #client: FitspipeClient | undefined;
  #state: LinkState;
  #names = "";
  #revision = 0;
  #seq: number;

  constructor(address: string, where: string, feed: string | undefined, options: LinkOptions) {
    const { clock = systemClock, transport = bulk } = options;
    super(address, clock);
    this.address = address;
    this.#where = where;
    this.#feed = feed;
    this.#clock = clock;
    this.#transport = transport;
    this.#seq = Math.floor(clock.time() * 1000);
    this.#state = { status: "connecting", since: clock.time() };
    this.#kept = keepConnected(where, {
      clock,
      transport,
      session: (connection, greeted) => {
        const client = new FitspipeClient(connection, { clock });
        void this.#follow(client, greeted);
        return client;
      },
      onState: (state) => {
        this.#state = { ...state, peerName: "fitspipe" };
        this.published.enter(this.#state);
      },
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  async command(command: LinkCommand, options: CommandOptions = {}): Promise<Answer> {
    if (command.kind !== "line" || /^\s*(get|put)\b/i.test(command.line)) {
      throw new CommandError(
        "invalid",
        `${this.address} serves frames: it takes lines like "ls", and none with frames`,
      );
    }
    const client = this.#client;
    if (!client) {
      throw new CommandError("unknown_outcome", `${this.address} is not connected: nothing was sent`);
    }
    const { timeout = "10 s", signal } = options;
    const lines = await withDeadline((signal) => client.command(command.line, { signal }), {
      clock: this.#clock,
      timeout,
      signal,
      what: `answer of ${this.address} to ${command.line}`,
    });
    return { values: new Map(), confirmed: true, text: lines.join("\n") };
  }

  async *frames(options: FrameOptions = {}): AsyncGenerator<Frame> {
    const { feed = this.#feed, from = "newest" } = options;
    if (feed === undefined) {
      throw new ConfigError(`${this.address} names no feed: write fitspipe://${this.#where}/FEED`);
    }
    checkFeedName(feed);
    const signal = AbortSignal.any([this.#closing.signal, ...options.signal ? [options.signal] : []]);
    let next = from;
    while (await this.#isThere(feed, signal)) {
      try {
        await using client = await connectFitspipe(this.#where, {
          transport: this.#transport,
          clock: this.#clock,
          signal,
        });
        // The server may have begun anew while it was away: then it counts from 1 again.
        const newest = (await client.list({ signal })).find((one) => one.feed === feed)?.newest ?? 0;
        const first = typeof next === "number" && next > newest + 1 && next !== from ? "newest" : next;
        for await (const frame of client.frames(feed, { from: first, signal })) {
          next = frame.number + 1;
          yield frame;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof DewarError)) throw error;
        this.#say("warning", `frames of ${feed} stopped: ${error.message}`);
        await this.#clock.sleep(PERIOD, { signal }).catch(() => {});
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#kept.close();
    this.published.close();
  }

  /** Waits until there is such a feed; false when it is over. */
  async #isThere(feed: string, signal: AbortSignal): Promise<boolean> {
    for await (const { readings } of this.updates({ signal })) {
      if (readings.get(feed)?.quality === "good" && this.#client) return !signal.aborted;
    }
    return false;
  }

  /** Asks for the feeds, again and again. */
  async #follow(client: FitspipeClient, greeted: () => void): Promise<void> {
    let isFirst = true;
    try {
      for (;;) {
        const feeds = await withDeadline((signal) => client.list({ signal }), {
          clock: this.#clock,
          timeout: PATIENCE,
          what: `feeds of ${this.address}`,
        });
        if (isFirst) {
          greeted();
          this.#client = client;
        }
        this.#tell(feeds, isFirst);
        isFirst = false;
        await this.#clock.sleep(PERIOD, { signal: this.#closing.signal });
      }
    } catch (error) {
      if (!this.#closing.signal.aborted && error instanceof DewarError) {
        this.#say("warning", `its feeds cannot be had: ${error.message}`);
      }
      if (this.#client === client) this.#client = undefined;
      await client.close();
    }
  }

  #tell(all: readonly FeedInfo[], isFirst: boolean): void {
    const feeds = this.#feed === undefined ? all : all.filter(({ feed }) => feed === this.#feed);
    const names = feeds.map(({ feed }) => feed).join(" ");
    const isNew = isFirst || names !== this.#names;
    if (names !== this.#names || this.#revision === 0) this.#describe(feeds, names);
    const time = this.#clock.time();
    const readings = feeds.map(({ feed, newest }): [string, Reading] => [
      feed,
      { value: newest, time, quality: "good", severity: "ok" },
    ]);
    this.published.update({ time, seq: ++this.#seq, complete: isNew, readings: new Map(readings) });
  }

  #describe(feeds: readonly FeedInfo[], names: string): void {
    this.#names = names;
    this.#revision += 1;
    const members = feeds.map(({ feed }) => [
      feed,
      { type: "integer", description: "Number of the newest frame", every: PERIOD } as const,
    ]);
    this.published.described({
      model: AnyFitspipeServer,
      name: this.#feed ?? "fitspipe",
      revision: `1.${this.#revision}`,
      dynamic: { feed: Object.fromEntries(members) },
      inferred: true,
    });
  }

  #say(type: LogLine["type"], message: string): void {
    this.published.say({ time: this.#clock.time(), source: this.#where, type, message });
  }
}
