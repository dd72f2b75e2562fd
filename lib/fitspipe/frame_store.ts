/** The frames that a server keeps. @module */
import { PeerProtocolError } from "../errors.ts";
import type { FeedInfo } from "./codec.ts";
import { bytesOf, type IncomingFrame, type StoredFrame } from "./stored_frame.ts";

/** Bounds of a {@linkcode FrameStore}. */
export interface FrameStoreOptions {
  /** Frames kept of a feed, at most (default 10). */
  depth?: number;
  /** Bytes kept of all feeds together, at most, as long as each keeps its newest frame (default 1 GiB). */
  bytes?: number;
  /** Feeds, at most (default 1000). */
  feeds?: number;
}

interface StoredFeed {
  readonly name: string;
  readonly frames: StoredFrame[];
  readonly waiting: Set<() => void>;
  newest: number;
}

/**
 * Feeds by name, each with its newest frames. A frame that comes never waits: the oldest go instead. Memory of dropped
 * frames is used again.
 */
export class FrameStore {
  readonly #depth: number;
  readonly #limit: number;
  readonly #mostFeeds: number;
  readonly #feeds = new Map<string, StoredFeed>();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;

  /** Makes one without feeds. */
  constructor({ depth = 10, bytes = 1024 ** 3, feeds = 1000 }: FrameStoreOptions = {}) {
    this.#depth = depth;
    this.#limit = bytes;
    this.#mostFeeds = feeds;
  }

  /** Bytes of all frames that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The feeds, in the order in which they came to be. */
  list(): FeedInfo[] {
    return [...this.#feeds.values()].map(({ name, newest, frames }) => ({
      feed: name,
      newest,
      depth: frames.length,
    }));
  }

  /** Memory for the pixels of a frame; it need not be empty. */
  allocate(bytes: number): Uint8Array<ArrayBuffer> {
    const at = this.#spare.findIndex(({ length }) => length === bytes);
    if (at >= 0) return this.#spare.splice(at, 1)[0]!;
    this.#spare.length = 0;
    return new Uint8Array(bytes);
  }

  /**
   * Adds a frame to a feed, which comes to be with its first one.
   *
   * @returns The frame with its number.
   * @throws {PeerProtocolError} If there is no room for another feed.
   */
  put(name: string, frame: IncomingFrame): StoredFrame {
    const feed = this.#feeds.get(name) ?? this.#begin(name, frame);
    const stored: StoredFrame = { ...frame, number: ++feed.newest, users: 0, isReusable: true };
    feed.frames.push(stored);
    this.#bytes += bytesOf(frame);
    if (feed.frames.length > this.#depth) this.#drop(feed);
    while (this.#bytes > this.#limit && this.#dropFromLargest());
    for (const wake of [...feed.waiting]) wake();
    return stored;
  }

  /**
   * The frame that a reader gets.
   *
   * @param name The feed.
   * @param number The frame it asks for; undefined for the newest. Of those that were dropped it gets the oldest that is
   * left (choice).
   * @returns `"future"` if there is no such frame yet, undefined if there is no such feed.
   */
  get(name: string, number?: number): StoredFrame | "future" | undefined {
    const feed = this.#feeds.get(name);
    if (!feed) return undefined;
    if (number === undefined) return feed.frames.at(-1);
    if (number > feed.newest) return "future";
    return feed.frames.find((frame) => frame.number >= number);
  }

  /** Calls `wake` at every frame of a feed until it is disposed of. */
  wait(name: string, wake: () => void): Disposable {
    const waiting = this.#feeds.get(name)?.waiting;
    waiting?.add(wake);
    return { [Symbol.dispose]: () => void waiting?.delete(wake) };
  }

  #begin(name: string, frame: IncomingFrame): StoredFeed {
    if (this.#feeds.size >= this.#mostFeeds) {
      throw new PeerProtocolError(`no more than ${this.#mostFeeds} feeds`);
    }
    // Each feed keeps its newest frame: their sum has to stay within the limit, too.
    const newest = [...this.#feeds.values()].reduce((sum, { frames }) => sum + bytesOf(frames.at(-1)!), 0);
    if (newest + bytesOf(frame) > this.#limit) throw new PeerProtocolError("no memory for another feed");
    const feed: StoredFeed = { name, frames: [], waiting: new Set(), newest: 0 };
    this.#feeds.set(name, feed);
    return feed;
  }

  #drop({ frames }: StoredFeed): void {
    const frame = frames.shift()!;
    this.#bytes -= bytesOf(frame);
    if (frame.users === 0 && frame.isReusable && this.#spare.length < 2) this.#spare.push(frame.data);
  }

  /** Drops the oldest frame of the feed that takes most; false if every feed has only one. */
  #dropFromLargest(): boolean {
    let largest: StoredFeed | undefined;
    let most = 0;
    for (const feed of this.#feeds.values()) {
      if (feed.frames.length < 2) continue;
      const bytes = feed.frames.length * bytesOf(feed.frames[0]!);
      if (bytes > most) [largest, most] = [feed, bytes];
    }
    if (largest) this.#drop(largest);
    return largest !== undefined;
  }
}
