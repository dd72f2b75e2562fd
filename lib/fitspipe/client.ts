/** Takes frames from a server, and puts some there. @module */
import { CommandError, ConnectionError, DewarError } from "../errors.ts";
import type { ImageInput } from "../fits/mod.ts";
import type { Frame, FrameOptions } from "../link/link.ts";
import { bulk, type Connection, type Receiver, type Transport } from "../net/mod.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { checkFeedName, type FeedInfo, formatCommand, parseFeed } from "./codec.ts";
import { frameOf, readFrame, type ReceivedFrame } from "./frame.ts";
import { type Expected, type Reply, ReplyReader } from "./reply_reader.ts";

/** Options of {@linkcode connectFitspipe}. */
export interface ConnectFitspipeOptions {
  /** Frames with more bytes of pixels are refused (default 256 MiB). */
  frameLimit?: number;
  /** Ends the attempt. */
  signal?: AbortSignal;
  /** Transport (default: TCP made for large amounts). */
  transport?: Transport;
  /** Clock (default: the system's). */
  clock?: Clock;
}

/** Options of one request. */
export interface RequestOptions {
  /** Gives up waiting, which ends the connection: a server cannot be told that an answer is not wanted any more. */
  signal?: AbortSignal;
}

/** Which frame. */
export interface GetOptions extends RequestOptions {
  /** Its number; one that is not there yet is waited for. Default: the newest there is. */
  number?: number;
}

interface Asked {
  readonly expected: Expected;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects to a server of frames.
 *
 * @param address `"host:port"`.
 * @param options Signal, transport, clock.
 * @throws {ConnectionError} If it cannot.
 */
export async function connectFitspipe(
  address: string,
  options: ConnectFitspipeOptions = {},
): Promise<FitspipeClient> {
  const { transport = bulk, signal } = options;
  const connection = await transport.connect(address, { signal });
  const client = new FitspipeClient(connection, options);
  connection.receive(client);
  return client;
}

/** A connection with a server of frames: one request at a time, others wait their turn. */
export class FitspipeClient implements Receiver, AsyncDisposable {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #reader: ReplyReader;
  #turn: Promise<unknown> = Promise.resolve();
  #asked: Asked | undefined;
  #drained = Promise.withResolvers<void>();
  #failure: Error | undefined;

  /** Takes over a connection, whose receiver it must become. {@linkcode connectFitspipe} does both. */
  constructor(connection: Connection, options: ConnectFitspipeOptions = {}) {
    const { frameLimit = 256 * 1024 ** 2, clock = systemClock } = options;
    this.#connection = connection;
    this.#clock = clock;
    this.#reader = new ReplyReader(frameLimit);
  }

  /** The feeds there are. */
  async list(options: RequestOptions = {}): Promise<FeedInfo[]> {
    return (await this.#lines("ls", options)).map((line) => parseFeed(line));
  }

  /**
   * Sends a command as it is typed.
   *
   * @returns The lines of its answer.
   * @throws {CommandError} If the server refuses it.
   */
  command(line: string, options: RequestOptions = {}): Promise<readonly string[]> {
    return this.#lines(line, options);
  }

  /**
   * Gets a frame.
   *
   * @param feed Its feed.
   * @param options Which one; it is waited for.
   * @returns The frame; in place of one that was dropped the oldest that is left.
   * @throws {CommandError} If there is no such feed.
   * @throws {ConnectionError} If the connection is lost.
   */
  async get(feed: string, options: GetOptions = {}): Promise<Frame> {
    return readFrame(feed, await this.receive(feed, options), this.#clock.time());
  }

  /** As {@linkcode FitspipeClient.get}, with the bytes as they came. */
  async receive(feed: string, options: GetOptions = {}): Promise<ReceivedFrame> {
    const line = formatCommand("get", { feed: checkFeedName(feed), frame: options.number, fullheader: 1 });
    const reply = await this.#ask([line], "frame with header", options.signal);
    if (reply.kind === "frame") return reply.frame;
    throw this.#refused(line, reply);
  }

  /**
   * Frames of a feed, one after the other. Who is slower than they come misses some, and sees it by their numbers.
   *
   * @param feed The feed; it must be there.
   * @param options Which one is the first (default: the newest there is), and the end.
   */
  async *frames(feed: string, options: Omit<FrameOptions, "feed"> = {}): AsyncGenerator<Frame> {
    const { from = "newest", signal } = options;
    const request = signal ? { signal } : {};
    let number = typeof from === "number" ? from : undefined;
    if (from === "next") {
      const found = (await this.list(request)).find((one) => one.feed === feed);
      if (!found) throw new CommandError("invalid", `${this.#connection.peer} has no feed ${feed}`);
      number = found.newest + 1;
    }
    while (!signal?.aborted) {
      const frame = await this.get(feed, { ...request, ...number === undefined ? {} : { number } });
      yield frame;
      number = frame.number + 1;
    }
  }

  /**
   * Puts an image into a feed.
   *
   * @param feed The feed; it comes to be with its first frame.
   * @param image The image: 16 bits, two axes.
   * @throws {LocalProtocolError} If it is of another kind.
   * @throws {CommandError} If the server refuses it.
   * @throws {ConnectionError} If the connection is lost; the frame may have come or not.
   */
  async put(feed: string, image: ImageInput, options: RequestOptions = {}): Promise<void> {
    const { header, data } = frameOf(image);
    await this.putBytes(feed, [header, data], options);
  }

  /** Puts the bytes of a FITS file into a feed; what is missing of its last block is added. */
  async putBytes(feed: string, file: readonly Uint8Array[], options: RequestOptions = {}): Promise<void> {
    const line = formatCommand("put", { feed: checkFeedName(feed) });
    const length = file.reduce((sum, part) => sum + part.length, 0);
    const padding = new Uint8Array((2880 - length % 2880) % 2880);
    const reply = await this.#ask([line, ...file, padding], "lines", options.signal);
    if (reply.kind !== "done") throw this.#refused(line, reply);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#connection.destroy();
    await this.#connection.closed;
  }

  /** The same as {@linkcode FitspipeClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes bytes of the connection. */
  data(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length;) {
        if (!this.#asked) {
          throw new ConnectionError(`${this.#connection.peer} sent something it was not asked for`);
        }
        const { taken, reply } = this.#reader.take(chunk.subarray(at));
        at += taken;
        if (!reply) continue;
        const { resolve } = this.#asked;
        this.#asked = undefined;
        resolve(reply);
      }
    } catch (error) {
      if (!(error instanceof DewarError)) throw error;
      this.#fail(error);
    }
  }

  /** Takes the news that the connection is over. */
  closed(error?: Error): void {
    this.#fail(error ?? new ConnectionError(`${this.#connection.peer} ended the connection`));
  }

  /** Takes the news that more can be written. */
  drained(): void {
    this.#drained.resolve();
    this.#drained = Promise.withResolvers();
  }

  async #lines(line: string, { signal }: RequestOptions): Promise<readonly string[]> {
    const reply = await this.#ask([line.endsWith("\n") ? line : `${line}\n`], "lines", signal);
    if (reply.kind === "done") return reply.lines;
    throw this.#refused(line, reply);
  }

  #refused(line: string, reply: Reply): CommandError {
    const problem = reply.kind === "error" ? reply.problem : `it answered with a ${reply.kind}`;
    return new CommandError(
      "invalid",
      `${this.#connection.peer} refuses ${JSON.stringify(line.trim())}: ${problem}`,
    );
  }

  /** One request at a time. */
  #ask(
    parts: readonly (Uint8Array | string)[],
    expected: Expected,
    signal: AbortSignal | undefined,
  ): Promise<Reply> {
    const mine = this.#turn.then(() => this.#exchange(parts, expected, signal));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #exchange(
    parts: readonly (Uint8Array | string)[],
    expected: Expected,
    signal: AbortSignal | undefined,
  ): Promise<Reply> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#reader.expect(expected);
    this.#asked = { expected, resolve, reject };
    const abort = () => this.#fail(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      for (const part of parts) {
        if (!this.#connection.write(part)) await Promise.race([this.#drained.promise, promise]);
      }
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#asked?.reject(this.#failure);
    this.#asked = undefined;
    this.#connection.destroy();
  }
}
