/** What a line server serves: a device or MONITOR. The server owns framing, introduction, liveness and push. @module */
import type { Description } from "../device/description.ts";
import type { Update } from "../device/reading.ts";
import type { Value } from "../device/types.ts";
import type { Progress } from "../link/link.ts";
import type { ParsedLine } from "./parse.ts";

export type { ParsedLine } from "./parse.ts";

/** Who is at the other end of a connection to a line server. */
export interface Peer {
  /** What it calls itself, or `anonymousNNN`. */
  readonly name: string;
  /** Its role word. */
  readonly type: string;
  /** Its address, for the log. */
  readonly address: string;
  /** Whether it said `proto=dewar/1`. Only such a peer is sent anything the base protocol does not have. */
  readonly modern: boolean;
  /** The token it has shown, if it is one that counts. Without one it is {@linkcode Peer.trusted} for where it is. */
  readonly token: string | undefined;
  /** Whether it may do more than look: local, or with the token, or the network is trusted. */
  readonly trusted: boolean;
  /** Aborted when it is gone. */
  readonly gone: AbortSignal;
  /** Sends one line (without terminator; a `\r` at its end stays, as instruments' replies have one). */
  send(line: string): void;
}

/** What the answer of a command may carry. */
export interface Outcome {
  /** The `seq` above which updates were read after the command. */
  readonly seq?: number;
  /** Values as read back: what is printed after `done`, already in the words of the wire, by name. */
  readonly values?: Readonly<Record<string, string>>;
  /** What a command returns, in the words of the wire: printed as `@result=`. */
  readonly result?: string;
  /** The hardware's reply to a line passed through; also sent alone to peers of the base protocol. */
  readonly text?: string;
}

/** What a command is carried out for. */
export interface Caller {
  /** Who asks. */
  readonly peer: Peer;
  /** Aborted when the peer is gone or gave up. */
  readonly signal: AbortSignal;
  /** Tells the peer how far it has come, if it wants to know. */
  progress(progress: Progress): void;
}

/** Values to be pushed; the daemon's state, or MONITOR's lab. */
export interface ValueSource {
  /** The number of the last update. */
  readonly seq: number;
  /** All values as they are now, as one complete update. */
  snapshot(): Update;
  /** The updates after `seq`, or undefined if they are no longer kept. */
  since(seq: number): readonly Update[] | undefined;
  /** Calls `listener` with every update until disposed. */
  watch(listener: (update: Update) => void): Disposable;
  /** Whether the source itself holds a channel, so that its last reading is its present value; see `Description.held`. */
  isHeld?(key: string): boolean;
  /** A value in the words of the wire, unquoted. */
  format(key: string, value: Value): string;
}

/** What a line server serves. */
export interface LineService {
  /** Name in `id name=`. */
  readonly name: string;
  /** Role word in `id type=`. */
  readonly role: string;
  /** `model@version` for the introduction. */
  readonly model?: string;
  /** The status after the word `status `. The same string as long as nothing changed: the server caches its bytes. */
  status(): string;
  /** The status as JSON for `get_status format=json`, where there is one. */
  statusJson?(): string;
  /** What `describe` answers. */
  describe?(): Description;
  /** Calls `listener` when the description has changed. */
  onDescribed?(listener: () => void): Disposable;
  /** What `subscribe` pushes. */
  readonly values?: ValueSource;
  /**
   * Carries out a line that is none of the server's own (`get_id id get_status describe subscribe unsubscribe`):
   * `set`, `claim`, `release`, `exit`, commands, anything. May finish at once (without a promise) or later.
   *
   * Throws a `CommandError` to refuse; a peer of the base protocol is told nothing, one that gave a mid gets `failed`.
   * Returns undefined where there is nothing to say to a peer without a mid.
   */
  command(line: ParsedLine, caller: Caller): Outcome | undefined | Promise<Outcome | undefined>;
  /** A peer came or gave its name. */
  joined?(peer: Peer): void;
  /** A peer is gone. */
  left?(peer: Peer): void;
}
