/** The images of the lab: those in files, and those that cameras show while they work. @module */
import type { Link, LogLine } from "../../../lib/link/link.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Images } from "../store/image_store.ts";
import { ImageFolders } from "./folders.ts";
import { Indexer } from "./indexer.ts";
import { LiveFeed, type Shot } from "./live_feed.ts";
import { shotOfPicture } from "./shots.ts";

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
  readonly #feeds = new Map<string, { readonly link: Link; readonly feed: LiveFeed }>();
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

  /** Clients that show pictures now. */
  get feeds(): readonly string[] {
    return [...this.#feeds]
      .filter(([, { link }]) => link.showsPictures && link.state.status === "connected").map(([name]) =>
        name
      );
  }

  /** The pictures of a client; undefined where it has never been a camera. */
  feed(name: string): LiveFeed | undefined {
    return this.#feeds.get(name)?.feed;
  }

  /**
   * Follows a client until its link is closed.
   *
   * @param name The client.
   * @param link Its link.
   */
  async follow(name: string, link: Link): Promise<void> {
    const { clock, report } = this.#options;
    using feed = new LiveFeed(
      (signal) => shotsOf(name, link, signal),
      clock,
      (problem) => report("warning", `The pictures of ${name} cannot be shown: ${problem}`),
    );
    this.#feeds.set(name, { link, feed });
    await Promise.all([this.#followImages(name, link), this.#followStates(link)]);
    this.#feeds.delete(name);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { feed } of this.#feeds.values()) feed[Symbol.dispose]();
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

async function* shotsOf(name: string, link: Link, signal: AbortSignal): AsyncGenerator<Shot> {
  for await (const picture of link.pictures?.({ signal }) ?? []) {
    const shot = shotOfPicture(name, picture);
    if (shot) yield shot;
  }
}
