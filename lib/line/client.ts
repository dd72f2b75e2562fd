/** A client of the line protocol: connects, introduces itself, matches answers, and comes back after a loss. @module */
import { CommandError, LocalProtocolError } from "../errors.ts";
import type { LinkState } from "../link/link.ts";
import {
  type Connection,
  type ConnectionState,
  keepConnected,
  type KeptConnection,
  type Transport,
} from "../net/mod.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { ClientSession } from "./client_session.ts";
import { formatIntroduction, type Introduction } from "./greeting.ts";
import { type ParsedLine, readLine } from "./parse.ts";
import { formatLine, type LineParts } from "./quote.ts";
import { type RequestOptions, Requests } from "./requests.ts";

/** What a {@linkcode LineClient} tells its one owner. */
export interface LineListener {
  /** The state has changed. */
  state?(state: LinkState): void;
  /** The peer has introduced itself, after each connection. */
  connected?(peer: Introduction): void;
  /** A line came that is neither an answer nor part of the introduction: status, updates, log lines, device replies. */
  line?(line: ParsedLine): void;
  /** A piece of the payload that follows a line; valid as long as nobody changes it. */
  payload?(line: ParsedLine, data: Uint8Array, isLast: boolean): void;
  /** A line could not be read. */
  bad?(problem: string): void;
  /** The peer begins to send more lines than are taken of it, or ceases to. */
  flood?(isFlooding: boolean): void;
}

/** Options of {@linkcode LineClient}. */
export interface LineClientOptions {
  /** What we call ourselves (default `"dewar"`); daemons send their log to `"monitor"`. */
  name?: string;
  /** Our role word (default none). */
  type?: string;
  /** Token for peers that ask for one. */
  token?: string | undefined;
  /** Transport (default: by address). */
  transport?: Transport | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
  /** Longest line, bytes (default 1 MiB). */
  lineLimit?: number;
  /** A peer of the extended protocol is asked when it was silent for twice this time (default `"0.55 s"`). */
  silence?: Duration;
  /** Lines a second that are taken of the peer in the long run, ten times as many at once (default: all that come). */
  linesPerSecond?: number | undefined;
}

/**
 * Talks to one line server, old or new, for as long as it is not closed. To a peer that has not said that it knows the
 * extended protocol it sends nothing but its introduction and what its owner sends.
 *
 * @example Usage
 * ```ts
 * import { LineClient, serveLine } from "@dewar/sdk/line";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * const lamp = { name: "lamp", role: "", status: () => "flux=3", command: () => ({ values: { flux: "5" } }) };
 * await using server = await serveLine(lamp, { address: "lamp:7000", transport });
 *
 * const { promise: ready, resolve: connected } = Promise.withResolvers<unknown>();
 * await using client = new LineClient(server.address, { connected }, { transport });
 * await ready;
 * const answer = await client.request({ name: "set", options: { flux: "5" } });
 * assertEquals(answer.options.flux, "5");
 * ```
 */
export class LineClient implements AsyncDisposable {
  readonly #listener: LineListener;
  readonly #options: LineClientOptions;
  readonly #clock: Clock;
  readonly #requests: Requests;
  readonly #kept: KeptConnection;
  #peer: Introduction | undefined;
  #offset: number | undefined;
  /** Made when it is asked for: it is asked for with every update. */
  #state: { readonly of: ConnectionState; readonly whole: LinkState } | undefined;

  /** Begins to connect; `address` is `"host:port"` or `"unix:/path"`. */
  constructor(address: string, listener: LineListener, options: LineClientOptions = {}) {
    const { transport, clock = systemClock } = options;
    this.#listener = listener;
    this.#options = options;
    this.#clock = clock;
    this.#requests = new Requests(clock, () => this.#who);
    this.#kept = keepConnected(address, {
      clock,
      ...(transport ? { transport } : {}),
      session: (connection, greeted) => this.#session(connection, greeted),
      onState: () => listener.state?.(this.state),
    });
  }

  /** How the link stands. */
  get state(): LinkState {
    const { state } = this.#kept;
    if (this.#state?.of !== state) this.#state = { of: state, whole: this.#stateWith(state) };
    return this.#state.whole;
  }

  /** What the peer said of itself; undefined while not connected. */
  get peer(): Introduction | undefined {
    return this.#kept.state.status === "connected" ? this.#peer : undefined;
  }

  /** Whether the peer knows the extended protocol, as far as is known. */
  get isModern(): boolean {
    return this.#peer?.isModern ?? false;
  }

  /**
   * Sends a line that is not answered under a mid.
   *
   * @param line The line, or its parts.
   * @throws {LocalProtocolError} If it is no line.
   * @throws {CommandError} `device`, when not connected; nothing was sent then.
   */
  send(line: string | LineParts): void {
    const text = typeof line === "string" ? checked(line) : formatLine(line);
    this.#connected(text).write(`${text}\n`);
  }

  /**
   * Sends a command and waits for its answer, at most once: nothing is ever sent again by itself.
   *
   * @param line The line, or its parts; without `@mid`.
   * @param options Timeout, signal, progress.
   * @returns The `done` line.
   * @throws {CommandError} What the peer refused and why; `timeout`; `unknown_outcome` when the connection was lost in
   * between; `device` when there was none, and nothing was sent.
   * @throws {LocalProtocolError} If it is no line.
   */
  request(line: string | LineParts, options: RequestOptions = {}): Promise<ParsedLine> {
    try {
      const text = typeof line === "string" ? checked(line) : formatLine(line);
      options.signal?.throwIfAborted();
      const connection = this.#connected(text);
      if (!this.#peer?.isModern) {
        throw new LocalProtocolError(`${this.#who} does not answer commands: send() is all that can be done`);
      }
      const { mid, answer } = this.#requests.open(text, options);
      connection.write(`${withMid(text, mid)}\n`);
      return answer;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Does nothing while connected.
   *
   * @param what What would be sent, for the message.
   * @throws {CommandError} `device`, when not connected.
   */
  mustBeConnected(what: string): void {
    this.#connected(what);
  }

  /** Drops the connection, to make it anew. */
  drop(reason: Error): void {
    this.#kept.connection?.destroy(reason);
  }

  /** Ends it; open requests fail with `unknown_outcome`. */
  async close(): Promise<void> {
    this.#requests.lost("closed here");
    await this.#kept.close();
  }

  /** As {@linkcode LineClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stateWith(state: ConnectionState): LinkState {
    const peer = this.#peer ? { peerName: this.#peer.name, peerType: this.#peer.type } : {};
    return { ...state, ...peer, ...(this.#offset === undefined ? {} : { offset: this.#offset }) };
  }

  get #who(): string {
    const { address } = this.#kept;
    return this.#peer?.name ? `${this.#peer.name} (${address})` : address;
  }

  #connected(text: string): Connection {
    const { state, connection } = this.#kept;
    if (connection && state.status === "connected") return connection;
    const why = state.why === undefined ? "" : `: ${state.why}`;
    throw new CommandError("device", `${this.#who} is not connected${why}; "${text}" was not sent`);
  }

  #session(connection: Connection, greeted: () => void): ClientSession {
    const { name = "dewar", type = "", token, lineLimit, silence, linesPerSecond } = this.#options;
    const introduction = formatIntroduction(name, type, token);
    const listener = this.#listener;
    const options = { introduction, clock: this.#clock, lineLimit, silence, linesPerSecond };
    return new ClientSession(connection, options, {
      introduced: (peer) => {
        this.#peer = peer;
        this.#state = undefined;
        greeted();
        listener.connected?.(peer);
      },
      line: (line) => {
        if (!this.#requests.take(line)) listener.line?.(line);
      },
      payload: (line, data, isLast) => listener.payload?.(line, data, isLast),
      bad: (problem) => listener.bad?.(problem),
      flood: (isFlooding) => listener.flood?.(isFlooding),
      offset: (seconds) => {
        this.#offset = seconds;
        this.#state = undefined;
        listener.state?.(this.state);
      },
      closed: (error) => {
        this.#offset = undefined;
        this.#state = undefined;
        this.#requests.lost(error?.message ?? "the peer ended it");
      },
    });
  }
}

/** What a first word has that is no plain one. */
const NOT_PLAIN = /[\s"'\\=]/;

/** A line as somebody typed it, if it is one. */
function checked(line: string): string {
  const text = line.trim();
  const problem = problemOf(text);
  if (problem === undefined) return text;
  throw new LocalProtocolError(`Cannot send ${JSON.stringify(text)}: ${problem}`);
}

function problemOf(text: string): string | undefined {
  if (/[\n\0]/.test(text)) return "a line has no line break and no NUL";
  const line = readLine(text);
  return "problem" in line ? line.problem : undefined;
}

/** Puts the mid behind the first word, so that it is found even if the line turns out to be too long. */
function withMid(text: string, mid: number): string {
  const blank = text.indexOf(" ");
  const end = blank < 0 ? text.length : blank;
  const isPlain = !NOT_PLAIN.test(text.slice(0, end));
  return isPlain ? `${text.slice(0, end)} @mid=${mid}${text.slice(end)}` : `${text} @mid=${mid}`;
}
