/** Keeps a connection: makes it anew when it is lost. @module */
import { ConnectionError } from "../errors.ts";
import {
  type Clock,
  type Duration,
  formatDuration,
  milliseconds,
  systemClock,
  type Timer,
  withDeadline,
} from "../time/mod.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";
import type { Connection, Receiver, Transport } from "./connection.ts";
import { transportFor } from "./transport.ts";

/** How a kept connection stands; it is what `LinkState` says of a link. */
export interface ConnectionState {
  /** `connected` only after the greeting; `lost` while the next attempt is awaited. */
  readonly status: "connecting" | "connected" | "lost" | "closed";
  /** Since when, unix seconds. */
  readonly since: number;
  /** Why it is not connected, for people: of the last loss or failed attempt. */
  readonly why?: string;
  /** When the next attempt is due, unix seconds; only while lost. */
  readonly nextTry?: number;
}

/** Options of {@linkcode keepConnected}. */
export interface KeepConnectedOptions extends BackoffOptions {
  /**
   * Is given every new connection and returns what receives from it. `greeted` is to be called when the peer has said
   * who it is: before that the connection does not count as one.
   */
  session: (connection: Connection, greeted: () => void) => Receiver;
  /** Told of every change of the state, but not of the first `connecting`. */
  onState?: (state: ConnectionState) => void;
  /** How long an attempt to connect may take (default `"5 s"`). */
  connectTimeout?: Duration;
  /** How long the peer may take to greet (default `"10 s"`). */
  greetingTimeout?: Duration;
  /** Transport (default: by address). */
  transport?: Transport;
  /** Clock (default: the system's). */
  clock?: Clock;
}

/** A connection that comes back; {@linkcode keepConnected} makes one. */
export interface KeptConnection extends AsyncDisposable {
  /** Where it goes, as given. */
  readonly address: string;
  /** How it stands now. */
  readonly state: ConnectionState;
  /** The connection, from the moment it is made, greeted or not. */
  readonly connection: Connection | undefined;
  /** Sends what is queued, ends the connection and makes no other; a peer that does not end it within 1 s is cut off. */
  close(): Promise<void>;
}

/**
 * Connects, and connects again whenever the connection is lost or could not be made, until it is closed. The wait before
 * each attempt is random between zero and a bound that doubles from 0.2 s to 10 s and starts anew only after a greeting: a
 * peer that accepts and hangs up is not hammered. Nothing is ever sent by it, let alone sent again.
 *
 * @param address Where to.
 * @param options Session, clock and so on.
 * @returns The kept connection.
 * @throws {ConfigError} If the address is none, and no transport is given.
 */
export function keepConnected(address: string, options: KeepConnectedOptions): KeptConnection {
  return new Keeper(address, options);
}

class Keeper implements KeptConnection {
  readonly address: string;
  readonly #options: KeepConnectedOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #state: ConnectionState;
  #connection: Connection | undefined;
  #timer: Timer | undefined;
  #attempt: Promise<void>;

  constructor(address: string, options: KeepConnectedOptions) {
    this.address = address;
    this.#options = options;
    this.#transport = options.transport ?? transportFor(address);
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options);
    this.#state = { status: "connecting", since: this.#clock.time() };
    this.#attempt = this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      this.#timer?.stop();
      this.#enter({ status: "closed", since: this.#clock.time(), why: "closed here" });
    }
    await this.#attempt;
    const connection = this.#connection;
    if (!connection) return;
    connection.end();
    const cut = this.#clock.after("1 s", () => connection.destroy());
    await connection.closed;
    cut.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #connect(): Promise<void> {
    const { connectTimeout = "5 s" } = this.#options;
    let connection: Connection;
    try {
      connection = await withDeadline(async (signal) => {
        const made = await this.#transport.connect(this.address, { signal });
        if (signal.aborted) made.destroy();
        return made;
      }, {
        clock: this.#clock,
        timeout: connectTimeout,
        signal: this.#closing.signal,
        what: `connection to ${this.address}`,
      });
    } catch (error) {
      if (!this.#closed) this.#lost(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#closed) connection.destroy();
    else this.#use(connection);
  }

  #use(connection: Connection): void {
    this.#connection = connection;
    const { greetingTimeout = "10 s" } = this.#options;
    const patience = this.#clock.after(greetingTimeout, () => {
      const within = formatDuration(milliseconds(greetingTimeout));
      connection.destroy(new ConnectionError(`No greeting from ${this.address} within ${within}`));
    });
    const receiver = this.#options.session(connection, () => {
      if (this.#connection !== connection || this.#closed || this.#state.status === "connected") return;
      patience.stop();
      this.#backoff.reset();
      this.#enter({ status: "connected", since: this.#clock.time() });
    });
    connection.receive({
      data: (chunk) => receiver.data(chunk),
      end: () => receiver.end ? receiver.end() : connection.end(),
      drained: () => receiver.drained?.(),
      closed: (error) => {
        patience.stop();
        this.#connection = undefined;
        receiver.closed?.(error);
        if (!this.#closed) this.#lost(error?.message ?? `${this.address} ended the connection`);
      },
    });
  }

  #lost(why: string): void {
    const delay = this.#backoff.next();
    const since = this.#clock.time();
    this.#timer = this.#clock.after(delay, () => {
      this.#enter({ status: "connecting", since: this.#clock.time(), why });
      this.#attempt = this.#connect();
    });
    this.#enter({ status: "lost", since, why, nextTry: since + delay / 1000 });
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}
