/** The images of the lab: those in files, and those that cameras show while they work. @module */
import type { Link, LogLine } from "../../../lib/link/link.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Images } from "../store/image_store.ts";
import { ImageFolders } from "./folders.ts";
import { Indexer } from "./indexer.ts";
import { ClientFeeds } from "./client_feeds.ts";
import type { LiveFeed } from "./live_feed.ts";

/** What {@linkcode LabImages} stands on. */
export interface LabImagesOptions {
  /** Folders with images. */
  readonly folders: readonly string[];
  /** Where images are kept; without it none is. */
  readonly store: Images | undefined;
  /** The clock. */
  readonly clock: Clock;
  /** For the log. */
  readonly report: (type: LogLine["type"], message: string) => void;
  /** Told when there is a new image. */
  readonly onImage: () => void;
}

/** All there is of images. */
export class LabImages implements AsyncDisposable {
  /** Where images are kept; undefined where MONITOR stores nothing. */
  readonly store: Images | undefined;
  /** Where their files are. */
  readonly folders: ImageFolders;
  readonly #feeds = new Map<string, ClientFeeds>();
  readonly #indexer: Indexer | undefined;
  readonly #options: LabImagesOptions;

  /** Begins to look through the folders. */
  constructor(options: LabImagesOptions) {
    const { folders, store, clock, report, onImage } = options;
    this.#options = options;
    this.store = store;
    this.folders = new ImageFolders(folders);
    if (store && folders.length > 0) {
      this.#indexer = new Indexer({ folders: this.folders, images: store, clock, report, onImage });
    }
  }

  /** What is shown now: clients, and the feeds of each; of a camera one without a name. */
  get feeds(): readonly (readonly [client: string, feed: string])[] {
    return [...this.#feeds].flatMap(([client, { names }]) => names.map((feed) => [client, feed] as const));
  }

  /** A feed of a client (default: its first); undefined where there is none. */
  feed(client: string, name?: string): LiveFeed | undefined {
    return this.#feeds.get(client)?.feed(name);
  }

  /**
   * Follows a client until its link is closed.
   *
   * @param name The client.
   * @param link Its link.
   */
  async follow(name: string, link: Link): Promise<void> {
    const { clock, report } = this.#options;
    using feeds = new ClientFeeds(name, link, clock, (problem) => {
      report("warning", `The pictures of ${name} cannot be shown: ${problem}`);
    });
    this.#feeds.set(name, feeds);
    await Promise.all([feeds.follow(), this.#followImages(name, link), this.#followStates(link)]);
    this.#feeds.delete(name);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const feeds of this.#feeds.values()) feeds[Symbol.dispose]();
    await this.#indexer?.[Symbol.asyncDispose]();
  }

  async #followImages(name: string, link: Link): Promise<void> {
    const { report } = this.#options;
    let isTold = false;
    for await (const image of link.images?.() ?? []) {
      if (this.#indexer) this.#indexer.announce(name, image);
      else if (!isTold) {
        isTold = true;
        report(
          "warning",
          `${name} tells of images; to see them say in which folder they are: --images FOLDER`,
        );
      }
    }
  }

  /** What was told while a link was away was not heard. */
  async #followStates(link: Link): Promise<void> {
    for await (const { status } of link.states()) if (status === "connected") this.#indexer?.look();
  }
}
