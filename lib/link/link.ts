/**
 * A link: all that MONITOR and the SDK know of the world outside. Neither knows protocols.
 *
 * Each protocol has a `link.ts` that makes one; `openLink` chooses by address.
 * @module
 */
import type { Description } from "../device/description.ts";
import type { Model } from "../device/model.ts";
import type { Update } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import type { Header } from "../fits/header.ts";
import type { Pixels } from "../fits/pixels.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { Transport } from "../net/connection.ts";

/** Who alone may command a device, for as long as they renew it. */
export interface ClaimHeld {
  /** Their name. */
  readonly by: string;
  /** Why, for the others. */
  readonly note?: string;
}

/** How a link stands. */
export interface LinkState {
  /** `connected` only after the protocol's greeting. */
  readonly status: "connecting" | "connected" | "lost" | "closed";
  /** Since when, unix seconds. */
  readonly since: number;
  /** Why it is not connected, for people. */
  readonly why?: string;
  /** When the next attempt is due, unix seconds. */
  readonly nextTry?: number;
  /** Clock of the peer minus ours, seconds, where the peer tells. */
  readonly offset?: number;
  /** What the peer calls itself. */
  readonly peerName?: string;
  /** The peer's role word (`"ccd"`). */
  readonly peerType?: string;
  /** Who has claimed the device, where it tells. */
  readonly claim?: ClaimHeld;
}

/** What is asked of a device. */
export type LinkCommand =
  /** Set parameters, by channel key (the drivable's own key for targets). */
  | { readonly kind: "set"; readonly values: Readonly<Record<string, Value>> }
  /** Run a command with named arguments. */
  | { readonly kind: "call"; readonly name: string; readonly args?: Readonly<Record<string, Value>> }
  /** A line as typed by a person, in the protocol's own grammar. */
  | { readonly kind: "line"; readonly line: string }
  /** Claim the device for `seconds`; renews when held already. */
  | { readonly kind: "claim"; readonly seconds: number; readonly note?: string }
  /** Give the claim back. */
  | { readonly kind: "release" };

/** What came of a command that succeeded. A command that did not rejects with a `CommandError`. */
export interface Answer {
  /** Updates with a `seq` above this one were read after the command; absent where nobody can tell. */
  readonly seq?: number;
  /** Values as read back, by channel key. */
  readonly values: ReadonlyMap<string, Value>;
  /** What a command returned. */
  readonly result?: Value;
  /** The answer as text, where it is one (a line typed by a person). */
  readonly text?: string;
  /** False when the peer cannot answer: it was sent, no more is known. */
  readonly confirmed: boolean;
}

/** How far a long command has come. */
export interface Progress {
  /** 0 to 1. */
  readonly fraction?: number;
  /** For people. */
  readonly note?: string;
}

/** Options of {@linkcode Link.command}. */
export interface CommandOptions {
  /** How long to wait for the answer (default `"10 s"`); progress starts it anew. */
  timeout?: Duration;
  /** Stops waiting; what was sent stays sent. */
  signal?: AbortSignal;
  /** Told of progress. */
  onProgress?: (progress: Progress) => void;
}

/** Options of {@linkcode Link.updates}. */
export interface UpdateOptions {
  /** Only these channels. */
  keys?: readonly string[];
  /** At most one update in this time (newest values); 0 pushes every change at once. */
  period?: Duration;
  /** Ends the iteration. */
  signal?: AbortSignal;
}

/** A line for the log. */
export interface LogLine {
  /** When it came, unix seconds. */
  readonly time: number;
  /** Who said it. */
  readonly source: string;
  /** How bad it is. */
  readonly type: "debug" | "info" | "message" | "warning" | "error" | "success";
  /** What was said. */
  readonly message: string;
}

/** A picture that a device has written to a FITS file. */
export interface ImageNotice {
  /** Where it is, on the device's machine: an absolute path. */
  readonly path: string;
  /** The number of the frame, as the device counts. */
  readonly number?: number;
  /** When its exposure began, unix seconds. */
  readonly time?: number;
  /** The feed on which it was also sent. */
  readonly feed?: string;
  /** The run it belongs to. */
  readonly run?: string;
}

/** A picture as a camera shows it while it works, ready to be looked at. */
export interface Picture {
  /** How it is encoded: `"jpeg"`. */
  readonly format: string;
  /** When it was taken, unix seconds; when it came where the camera does not say. */
  readonly time: number;
  /** What the camera says of it: `mean`, `flux`. */
  readonly values: Readonly<Record<string, string>>;
  /** The encoded picture. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An image as numbers, one of a feed. */
export interface Frame {
  /** The feed it belongs to. */
  readonly feed: string;
  /** Its number in the feed, one more than the one before: a gap tells of frames that were missed. */
  readonly number: number;
  /** When it was taken, unix seconds; when it came where its header does not say. */
  readonly time: number;
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The pixels, row after row from the bottom of the picture as FITS has it. */
  readonly pixels: Pixels;
  /** Its header. */
  readonly header: Header;
}

/** Options of {@linkcode Link.frames}. */
export interface FrameOptions {
  /** Which feed (default: the one the link's address names). */
  feed?: string;
  /** Which frame is the first: the newest there is (default), the next one to come, or that number. */
  from?: "newest" | "next" | number;
  /** Ends the iteration. */
  signal?: AbortSignal;
}

/** A source of values that takes commands and mends itself. Loss is a state, not an error: iterations go on after it. */
export interface Link extends AsyncDisposable {
  /** Where it goes, as given. */
  readonly address: string;
  /** How it stands now. */
  readonly state: LinkState;
  /** Every change of {@linkcode Link.state}, the present one first. Ends when the link is closed. */
  states(options?: { signal?: AbortSignal }): AsyncIterable<LinkState>;
  /** What the device is; waits for the connection. */
  describe(options?: { signal?: AbortSignal; timeout?: Duration }): Promise<Description>;
  /** Every change of the description, the present one first. */
  descriptions(options?: { signal?: AbortSignal }): AsyncIterable<Description>;
  /**
   * Values as they come. The first update after each connection is complete. A slow consumer finds several updates
   * merged into one; none is lost silently.
   */
  updates(options?: UpdateOptions): AsyncIterable<Update>;
  /**
   * Asks something of the device, at most once: nothing is re-sent by itself.
   *
   * @throws {CommandError} With the code of the failure; `unknown_outcome` when the link was lost in between.
   */
  command(command: LinkCommand, options?: CommandOptions): Promise<Answer>;
  /** Log lines of the device, where it sends any. */
  log?(options?: { signal?: AbortSignal }): AsyncIterable<LogLine>;
  /** Pictures that the device has written to files, as it tells of them; those before this call are not told. */
  images?(options?: { signal?: AbortSignal }): AsyncIterable<ImageNotice>;
  /** Whether it is a camera that can be asked for pictures now. */
  readonly showsPictures?: boolean;
  /**
   * The pictures of a camera that shows any, one after the other, for as long as somebody iterates. A slow consumer
   * misses some.
   */
  pictures?(options?: { signal?: AbortSignal }): AsyncIterable<Picture>;
  /**
   * Frames of a feed, one after the other and across lost connections. Who is too slow misses some, and sees it by their
   * numbers.
   */
  frames?(options?: FrameOptions): AsyncIterable<Frame>;
  /** Ends it; every iteration ends, every open command fails with `unknown_outcome`. */
  close(): Promise<void>;
}

/** What every link is opened with. */
export interface LinkOptions {
  /** The model, where it is known beforehand: an old daemon cannot describe itself. */
  model?: Model;
  /** What we call ourselves. */
  name?: string;
  /** Token for peers that ask for one. */
  token?: string;
  /** For addresses with `tls://`: certificates to believe, as PEM, instead of the authorities that this runtime knows. */
  ca?: string;
  /**
   * Lines a second that are taken of a peer of the line protocol in the long run (default: all that come). One that sends
   * more is read more slowly, and that is said in the log.
   */
  linesPerSecond?: number;
  /** Clock (default: the system's). */
  clock?: Clock;
  /** Transport (default: by address). */
  transport?: Transport;
}
