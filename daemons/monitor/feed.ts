/** A way on which the values of a client come in and commands for it go out: a link, or a peer that called. @module */
import type { Description } from "../../lib/device/description.ts";
import type { Update } from "../../lib/device/reading.ts";
import type { Answer, CommandOptions, Link, LinkState, LogLine } from "../../lib/link/link.ts";

/** One way to a client. */
export interface Feed {
  /** How it stands now. */
  readonly state: LinkState;
  /**
   * Hands a line on to the client, in its own grammar.
   *
   * @throws {CommandError} With the code of the failure.
   */
  command(line: string, options?: CommandOptions): Promise<Answer>;
}

/** Who is told what a feed brings. */
export interface FeedListener {
  /** Its state has changed. */
  onState(): void;
  /** The client was described. */
  onDescription(description: Description): void;
  /** Values came. */
  onUpdate(update: Update): void;
  /** The client said something for the log. */
  onLog(line: LogLine): void;
}

/** The feed of a link. */
export function linkFeed(link: Link): Feed {
  return {
    get state() {
      return link.state;
    },
    command: (line, options) => link.command({ kind: "line", line }, options),
  };
}

/**
 * Follows a link until it is closed.
 *
 * @param link The link.
 * @param listener Who is told.
 * @returns When the link is closed and everything was told.
 */
export async function followLink(link: Link, listener: FeedListener): Promise<void> {
  await Promise.all([
    each(link.states(), () => listener.onState()),
    each(link.descriptions(), (description) => listener.onDescription(description)),
    each(link.updates(), (update) => listener.onUpdate(update)),
    link.log ? each(link.log(), (line) => listener.onLog(line)) : undefined,
  ]);
}

async function each<T>(items: AsyncIterable<T>, take: (item: T) => void): Promise<void> {
  for await (const item of items) take(item);
}
