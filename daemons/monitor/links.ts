/** The links to the clients: opened, followed, and closed when a client goes. @module */
import type { Link, LinkOptions } from "../../lib/link/link.ts";
import { followLink, linkFeed } from "./feed.ts";
import type { LiveClient } from "./live_client.ts";
import { type LiveLab, MONITOR_NAME } from "./live_lab.ts";

/** Lines a second that are taken of one client in the long run: one that runs wild shall not hold up the others. */
const LINES = 2000;

/** Opens the link to an address. */
export type OpenLink = (address: string, options: LinkOptions) => Link | Promise<Link>;

interface Followed {
  link: Link | undefined;
  isWanted: boolean;
  readonly done: Promise<void>;
}

/** The links of a lab. */
export class Links implements AsyncDisposable {
  readonly #lab: LiveLab;
  readonly #open: OpenLink;
  readonly #also: (client: LiveClient, link: Link) => Promise<void>;
  readonly #followed = new Map<LiveClient, Followed>();

  /** Begins with none; `also` follows each link beside the lab, until it is closed. */
  constructor(lab: LiveLab, open: OpenLink, also: (client: LiveClient, link: Link) => Promise<void>) {
    this.#lab = lab;
    this.#open = open;
    this.#also = also;
  }

  /** Those that are connected. */
  get connected(): Link[] {
    return [...this.#followed.values()].flatMap(({ link }) =>
      link?.state.status === "connected" ? [link] : []
    );
  }

  /** Opens the link of a client that has an address and is to be watched. */
  follow(client: LiveClient): void {
    if (!client.enabled || client.address === "") return;
    const followed: Followed = {
      link: undefined,
      isWanted: true,
      done: this.#follow(client, () => followed),
    };
    this.#followed.set(client, followed);
  }

  /** Closes the link of a client. */
  async drop(client: LiveClient): Promise<void> {
    const followed = this.#followed.get(client);
    if (!followed) return;
    this.#followed.delete(client);
    followed.isWanted = false;
    await followed.link?.close();
    await followed.done;
  }

  /** Closes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#followed.keys()].map((client) => this.drop(client)));
  }

  async #follow(client: LiveClient, own: () => Followed): Promise<void> {
    const lab = this.#lab;
    try {
      const { clock } = lab;
      const link = await this.#open(client.address, { name: MONITOR_NAME, clock, linesPerSecond: LINES });
      if (!own().isWanted) return await link.close();
      own().link = link;
      const feed = linkFeed(link);
      await Promise.all([followLink(link, lab.attach(client, feed)), this.#also(client, link)]);
      lab.detach(client, feed);
    } catch (error) {
      lab.say("error", `${client.name} (${client.address}) cannot be watched: ${(error as Error).message}`);
    }
  }
}
