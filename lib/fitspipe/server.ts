/** Serves frames. @module */
import { bulk, type Connection, type Listener, type Transport } from "../net/mod.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { checkFeedName, type FeedInfo } from "./codec.ts";
import { compose, COMPOSITE_FEED, type Mosaic } from "./composite.ts";
import { FrameStore, type FrameStoreOptions } from "./frame_store.ts";
import { Session } from "./session.ts";
import type { IncomingFrame, StoredFrame } from "./stored_frame.ts";

/** Options of {@linkcode serveFitspipe}. */
export interface ServeFitspipeOptions extends FrameStoreOptions {
  /** Where to listen (default `"127.0.0.1:9999"`; port 0: any free one). */
  address?: string;
  /** Frames with more bytes of pixels are refused (default 256 MiB). */
  frameLimit?: number;
  /** How long a client is silent after a command without a newline until that counts as complete (default `"40 ms"`). */
  idleGap?: Duration;
  /** Whether clients on other machines may put frames (default: they may only look). */
  trustNetwork?: boolean;
  /** Whether clients on this machine may end the server (default: nobody may). */
  allowShutdown?: boolean;
  /** Told of what is worth a line in a log. */
  log?: (type: "info" | "warning", message: string) => void;
  /** Transport (default: TCP made for large amounts). */
  transport?: Transport;
  /** Clock (default: the system's). */
  clock?: Clock;
}

/** A running server of frames; {@linkcode serveFitspipe} makes one. */
export interface FitspipeServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** The true port. */
  readonly port: number;
  /** How many clients are connected. */
  readonly clients: number;
  /** Resolves when it has ended, by `close` or by a client's `shutdown`. */
  readonly closed: Promise<void>;
  /** The feeds there are. */
  feeds(): FeedInfo[];
  /**
   * Puts a frame into a feed, as a client would.
   *
   * @param feed The feed.
   * @param frame Header and pixels in bytes; they must not be changed afterwards. {@linkcode frameOf} makes one.
   * @returns Its number.
   * @throws {PeerProtocolError} If there is no room for another feed, or it has no such name.
   */
  put(feed: string, frame: IncomingFrame): number;
  /** Ends it and every connection. */
  close(): Promise<void>;
}

/**
 * Serves frames: producers put them into feeds, consumers get the newest ones or wait for those to come. Frames are kept
 * in memory only, so many of each feed as `depth` and `bytes` allow. A producer never waits for a consumer: who is too
 * slow misses frames, and sees it by their numbers.
 *
 * @param options Where, and bounds.
 * @throws {ConnectionError} If it cannot listen there.
 *
 * @example Usage
 * ```ts
 * import { connectFitspipe, serveFitspipe } from "@dewar/sdk/fitspipe";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using server = await serveFitspipe({ address: "images:9999", transport });
 * await using client = await connectFitspipe("images:9999", { transport });
 *
 * await client.put("camera", { pixels: Uint16Array.of(1, 2, 3, 4), shape: [2, 2] });
 * const frame = await client.get("camera");
 * assertEquals([frame.number, frame.width, frame.pixels], [1, 2, Uint16Array.of(1, 2, 3, 4)]);
 * ```
 */
export async function serveFitspipe(options: ServeFitspipeOptions = {}): Promise<FitspipeServer> {
  const { address = "127.0.0.1:9999", transport = bulk } = options;
  const server = new Server(options);
  await server.listen(address, transport);
  return server;
}

class Server implements FitspipeServer {
  readonly closed: Promise<void>;
  readonly #options: ServeFitspipeOptions;
  readonly #clock: Clock;
  readonly #frameLimit: number;
  readonly #store: FrameStore;
  readonly #connections = new Set<Connection>();
  readonly #over = Promise.withResolvers<void>();
  #listener!: Listener;
  #mosaic: Mosaic | undefined;
  #isClosing = false;

  constructor(options: ServeFitspipeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#frameLimit = options.frameLimit ?? 256 * 1024 ** 2;
    this.#store = new FrameStore(options);
    this.closed = this.#over.promise;
  }

  get address(): string {
    return this.#listener.address;
  }

  get port(): number {
    return this.#listener.port;
  }

  get clients(): number {
    return this.#connections.size;
  }

  async listen(address: string, transport: Transport): Promise<void> {
    this.#listener = await transport.listen(address, (connection) => this.#accept(connection));
  }

  feeds(): FeedInfo[] {
    return this.#store.list();
  }

  put(feed: string, frame: IncomingFrame): number {
    return this.#put(checkFeedName(feed), frame, false).number;
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      await this.#listener.close();
      this.#over.resolve();
    }
    await this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(connection: Connection): void {
    const { idleGap = "40 ms", trustNetwork = false, allowShutdown = false, log = () => {} } = this.#options;
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
    connection.receive(
      new Session({
        store: this.#store,
        clock: this.#clock,
        idleGap,
        frameLimit: this.#frameLimit,
        trustNetwork,
        allowShutdown,
        log,
        put: (feed, frame) => this.#put(feed, frame, true),
        compose: (mosaic) => this.#compose(mosaic),
        shutdown: () => {
          log("info", `${connection.peer} shuts it down`);
          // After the reply has left.
          this.#clock.after("100 ms", () => void this.close());
        },
      }, connection),
    );
  }

  #put(feed: string, frame: IncomingFrame, isOurs: boolean): StoredFrame {
    const stored = this.#store.put(feed, frame);
    if (!isOurs) stored.isReusable = false;
    if (this.#mosaic?.feeds.includes(feed)) this.#compose(this.#mosaic);
    return stored;
  }

  #compose(mosaic: Mosaic | undefined): void {
    this.#mosaic = mosaic;
    const frame = mosaic && compose(mosaic, this.#store, this.#frameLimit, this.#clock.time());
    if (frame) this.#store.put(COMPOSITE_FEED, frame);
  }
}
