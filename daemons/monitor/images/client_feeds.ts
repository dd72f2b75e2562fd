/** What one client shows: the pictures of a camera, or the feeds of a server of frames. @module */
import type { Link } from "../../../lib/link/link.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import { LiveFeed, type Shot } from "./live_feed.ts";
import { shotOfFrame, shotOfPicture } from "./shots.ts";

/** The name of the only feed of a camera. */
const PICTURES = "";

/** The feeds of a client. */
export class ClientFeeds implements Disposable {
  readonly #client: string;
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #problem: (message: string) => void;
  readonly #feeds = new Map<string, LiveFeed>();
  #known: ReadonlySet<string> = new Set();

  /** `problem` is told why a feed cannot be read. */
  constructor(client: string, link: Link, clock: Clock, problem: (message: string) => void) {
    this.#client = client;
    this.#link = link;
    this.#clock = clock;
    this.#problem = problem;
  }

  /** The feeds that there are now; of a camera one without a name. */
  get names(): readonly string[] {
    if (this.#link.state.status !== "connected") return [];
    return this.#link.showsPictures ? [PICTURES] : [...this.#known];
  }

  /** A feed by its name, or the first one; undefined where there is none. */
  feed(name?: string): LiveFeed | undefined {
    const found = name ?? this.names[0];
    if (found === undefined) return undefined;
    const known = this.#feeds.get(found);
    if (known || !this.names.includes(found)) return known;
    const feed = new LiveFeed((signal) => this.#shots(found, signal), this.#clock, this.#problem);
    this.#feeds.set(found, feed);
    return feed;
  }

  /** Learns which feeds there are, until the link is closed. */
  async follow(): Promise<void> {
    if (!this.#link.frames) return;
    for await (const { complete, readings } of this.#link.updates()) {
      this.#known = new Set([...complete ? [] : this.#known, ...readings.keys()]);
    }
  }

  /** Ends all of them. */
  [Symbol.dispose](): void {
    for (const feed of this.#feeds.values()) feed[Symbol.dispose]();
  }

  async *#shots(name: string, signal: AbortSignal): AsyncGenerator<Shot> {
    if (name === PICTURES) {
      for await (const picture of this.#link.pictures?.({ signal }) ?? []) {
        const shot = shotOfPicture(this.#client, picture);
        if (shot) yield shot;
      }
    } else {
      for await (const frame of this.#link.frames?.({ feed: name, signal }) ?? []) {
        yield shotOfFrame(this.#client, frame);
      }
    }
  }
}
