/** A client of KATCP devices. @module */
import { CommandError, ConnectionError, type FailureCode, LocalProtocolError } from "../errors.ts";
import {
  type Connection,
  type ConnectionState,
  heartbeat,
  keepConnected,
  type KeptConnection,
  type Receiver,
} from "../net/mod.ts";
import { type Clock, milliseconds, systemClock, withDeadline } from "../time/mod.ts";
import { InformListeners, Listeners } from "./client_listeners.ts";
import {
  type ConnectedOptions,
  type KatcpClientOptions,
  type RequestArguments,
  split,
} from "./client_options.ts";
import { ClientSession } from "./client_session.ts";
import { informStream } from "./inform_stream.ts";
import type { Message } from "./message.ts";
import { type Answer, PendingRequests } from "./pending_requests.ts";
import { type PeerRequestHandler, PeerRequests } from "./peer_requests.ts";
import { parseProtocol, type Protocol } from "./protocol.ts";
import { TimerWheel } from "./timer_wheel.ts";
import { float } from "./types.ts";
import { MessageWriter } from "./writer.ts";

/**
 * Talks to one device for as long as it is not closed, and connects again when the connection is lost. What a device can
 * do is learnt anew at each connection. No request is ever sent twice.
 *
 * | katcp-python | here |
 * |---|---|
 * | `BlockingClient.blocking_request` | `await client.request(name, ...args)`; `ask` does not throw for a refusal |
 * | `CallbackClient.callback_request` | the same, with `onInform` |
 * | `DeviceClient.send_message`, `send_request` | `client.send` |
 * | `inform_*`, `request_*` | `client.onInform(name, handler)`, `client.onRequest(name, handler)` |
 * | `reply_*`, `unhandled_*`, `handle_*` | the promise of the request; `onUnhandled` for all others |
 * | `wait_connected`, `wait_protocol` | `await client.connected()` |
 * | `is_connected`, `notify_connected` | `client.state`, `onState` |
 * | `preset_protocol_flags` | `protocol: "5.1-MIB"` |
 * | `use_mid` | `{ useMid: false }` of a request |
 * | `start`, `stop`, `join`, `running` | the constructor and `close()`; there are no threads |
 *
 * @example
 * ```ts
 * import { DeviceServer, text } from "@dewar/sdk/katcp";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "echo-1.0" });
 * server.request("echo", { help: "Reply with what is given.", rest: text }, (_, ...words) => words);
 * await server.listen("echo:5000", { transport });
 *
 * await using client = new KatcpClient("echo:5000", { transport });
 * await client.connected({ timeout: "1 s" });
 * const { reply } = await client.request("echo", "two words", { timeout: "2 s" });
 * assertEquals(reply.text(1), "two words");
 * const { reply: refusal } = await client.ask("nope");
 * assertEquals(refusal.text(0), "invalid");
 * ```
 */
export class KatcpClient implements AsyncDisposable {
  readonly #options: KatcpClientOptions;
  readonly #clock: Clock;
  readonly #pending: PendingRequests;
  readonly #kept: KeptConnection;
  readonly #informs = new InformListeners();
  readonly #connected = new Listeners<[]>();
  readonly #lost = new Listeners<[]>();
  readonly #requests = new PeerRequests();
  readonly #writer = new MessageWriter();
  readonly #timeout: number;
  readonly #closing = new AbortController();
  #whenConnected: PromiseWithResolvers<void> = Promise.withResolvers();
  #protocol: Protocol | undefined;
  #versions = new Map<string, readonly string[]>();
  #hints = new Map<string, number>();

  /**
   * Begins to connect.
   *
   * @param address `"host:port"`.
   * @throws {PeerProtocolError} If the protocol given is none.
   */
  constructor(address: string, options: KatcpClientOptions = {}) {
    const { transport, clock = systemClock, timeout = "5 s", firstDelay, maxDelay, random } = options;
    const preset = options.protocol === undefined ? undefined : parseProtocol(options.protocol);
    this.#options = options;
    this.#clock = clock;
    this.#timeout = milliseconds(timeout);
    this.#pending = new PendingRequests(new TimerWheel(clock), () => address);
    this.#kept = keepConnected(address, {
      clock,
      firstDelay,
      maxDelay,
      random,
      ...(transport ? { transport } : {}),
      session: (connection, greeted) => this.#session(connection, greeted, preset),
      onState: (state) => this.#entered(state),
    });
  }

  /** How the connection stands. */
  get state(): ConnectionState {
    return this.#kept.state;
  }

  /** What the device speaks; undefined while not connected. */
  get protocol(): Protocol | undefined {
    return this.#protocol;
  }

  /** What the device said of its versions when it was last connected: by role, the version and the build state. */
  get versions(): ReadonlyMap<string, readonly string[]> {
    return this.#versions;
  }

  /**
   * Waits until the device has said what it speaks.
   *
   * @throws {TimeoutError} If it does not in time.
   * @throws {CommandError} If the client is closed.
   */
  async connected(options: ConnectedOptions = {}): Promise<void> {
    const { timeout = "10 s", signal } = options;
    const what = `greeting of ${this.#kept.address}`;
    const ends = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    await withDeadline(() => this.#whenConnected.promise, {
      clock: this.#clock,
      timeout,
      signal: ends,
      what,
    });
  }

  /**
   * Asks, and gives the answer if it is `ok`.
   *
   * @param name The request.
   * @param args Its arguments; options behind them.
   * @throws {CommandError} `device` or `invalid` with what the device says; `timeout`; `unknown_outcome` when the
   * connection was lost in between; `device` when there was none, and nothing was sent.
   * @throws {LocalProtocolError} If that is not allowed by the protocol; nothing was sent.
   */
  async request(name: string, ...args: RequestArguments): Promise<Answer> {
    const answer = await this.#ask(name, args);
    const { reply } = answer;
    if (reply.ok) return answer;
    const code: FailureCode = reply.length > 0 && reply.text(0) === "invalid" ? "invalid" : "device";
    const why = reply.length > 1 ? reply.text(1) : String(reply);
    throw new CommandError(code, `?${name} failed at ${this.#kept.address}: ${why}`);
  }

  /**
   * Asks, and gives the answer whatever it says.
   *
   * @param name The request.
   * @param args Its arguments; options behind them.
   * @throws {CommandError} `timeout`; `unknown_outcome`; `device` when not connected.
   * @throws {LocalProtocolError} If that is not allowed by the protocol; nothing was sent.
   */
  async ask(name: string, ...args: RequestArguments): Promise<Answer> {
    return await this.#ask(name, args);
  }

  /**
   * Asks, and hands out the informs of the answer as they come: for long lists.
   *
   * @param name The request.
   * @param args Its arguments; options behind them.
   * @throws As {@linkcode KatcpClient.request}, when all that came is handed out.
   */
  async *stream(name: string, ...args: RequestArguments): AsyncGenerator<Message, void, unknown> {
    const [words, options] = split(args);
    yield* informStream((onInform, left) => {
      const signal = options.signal ? AbortSignal.any([options.signal, left]) : left;
      return this.request(name, ...words, { ...options, signal, onInform });
    });
  }

  /** Calls a function at each connection, when the device has said what it speaks, until what is returned is disposed. */
  onConnected(handler: () => void): Disposable {
    return this.#connected.add(handler);
  }

  /** Calls a function at each loss of a connection, until what is returned is disposed. */
  onLost(handler: () => void): Disposable {
    return this.#lost.add(handler);
  }

  /**
   * Calls a function with every inform of a name that belongs to no request, until what is returned is disposed. It
   * outlives connections.
   */
  onInform(name: string, handler: (inform: Message) => void): Disposable {
    return this.#informs.add(name, handler);
  }

  /**
   * Answers a request that the device sends, until what is returned is disposed. It outlives connections.
   *
   * @param handler Returns the arguments of the reply behind `ok`; what it throws is a failure.
   */
  onRequest(name: string, handler: PeerRequestHandler): Disposable {
    return this.#requests.on(name, handler);
  }

  /**
   * Sends a message of any kind, and waits for nothing.
   *
   * @throws {CommandError} `device`, when not connected.
   * @throws {LocalProtocolError} If that is not allowed by the protocol.
   */
  send(message: Message): void {
    const connection = this.#connection("", message);
    this.#writer.write(message.type, message.name, message.mid, message.args);
    connection.write(this.#writer.take());
  }

  /** Ends it; requests that wait fail with `unknown_outcome`. */
  async close(): Promise<void> {
    const why = `the client of ${this.#kept.address} was closed`;
    this.#closing.abort(new CommandError("device", why));
    this.#pending.lost(why);
    await this.#kept.close();
  }

  /** The same as {@linkcode KatcpClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #session(connection: Connection, greeted: () => void, preset: Protocol | undefined): Receiver {
    this.#versions = new Map();
    this.#hints = new Map();
    const session = new ClientSession(connection, {
      greeted: (protocol) => {
        this.#protocol = protocol;
        greeted();
        if (protocol.flags.has("T")) void this.#learnHints();
        this.#connected.tell();
      },
      version: (role, version) => this.#versions.set(role, version),
      message: (message) => this.#take(message),
      bad: (problem) => this.#options.onProblem?.(problem),
      closed: (error) => {
        this.#pending.lost(error?.message ?? "the device ended the connection");
        if (!this.#protocol) return;
        this.#protocol = undefined;
        this.#whenConnected = Promise.withResolvers();
        this.#lost.tell();
      },
    }, { limit: this.#options.lineLimit, preset });
    const { silence } = this.#options;
    if (silence === undefined) return session;
    const beat = heartbeat(connection, { silence, clock: this.#clock, ping: () => this.#areYouThere() });
    return {
      data: (chunk) => {
        beat.heard();
        session.data(chunk);
      },
      closed: (error) => session.closed(error),
    };
  }

  #areYouThere(): void {
    if (!this.#protocol) return;
    this.ask("watchdog").catch(() => {}); // what matters is whether anything comes; if not, the heartbeat says so
  }

  #entered(state: ConnectionState): void {
    if (state.status === "connected") this.#whenConnected.resolve();
    this.#options.onState?.(state);
  }

  #take(message: Message): void {
    if (message.type !== "request" && this.#pending.take(message)) return;
    if (message.type === "request" && this.#answers(message)) return;
    if (message.type !== "inform" || !this.#informs.tell(message)) this.#options.onUnhandled?.(message);
  }

  async #learnHints(): Promise<void> {
    const hints = this.#hints;
    try {
      const { informs } = await this.request("request-timeout-hint");
      for (const inform of informs) hints.set(inform.text(0), 1000 * float.parse(inform.bytes(1), 5));
    } catch (error) {
      this.#options.onProblem?.((error as Error).message);
    }
  }

  /** A reply goes to who has asked, not to a connection that was made meanwhile. */
  #answers(request: Message): boolean {
    const { connection } = this.#kept;
    const send = (reply: Message) => {
      if (connection !== this.#kept.connection) {
        throw new ConnectionError("the connection it came over is gone");
      }
      this.send(reply);
    };
    return this.#requests.take(request, send, (problem) => this.#options.onProblem?.(problem));
  }

  #ask(name: string, args: RequestArguments): Promise<Answer> {
    const [words, options] = split(args);
    options.signal?.throwIfAborted();
    const connection = this.#connection("?", name);
    const mid = this.#hasMid(name, options.useMid) ? this.#pending.nextMid() : undefined;
    this.#writer.write("request", name, mid, words);
    const timeout = options.timeout === undefined
      ? Math.max(this.#timeout, this.#hints.get(name) ?? 0)
      : milliseconds(options.timeout);
    const answer = this.#pending.wait(name, mid, timeout, options);
    connection.write(this.#writer.take());
    return answer;
  }

  #hasMid(name: string, wanted: boolean | undefined): boolean {
    const isKnown = this.#protocol!.flags.has("I");
    if (wanted === undefined || wanted === isKnown) return isKnown;
    if (!wanted) return false;
    throw new LocalProtocolError(`Cannot send ?${name} with an id to ${this.#kept.address}: it knows none`);
  }

  #connection(mark: string, what: string | Message): Connection {
    const { state, connection, address } = this.#kept;
    if (connection && state.status === "connected") return connection;
    const why = state.why === undefined ? "" : `: ${state.why}`;
    throw new CommandError("device", `${address} is not connected${why}; ${mark}${what} was not sent`);
  }
}
