/** What both ends of a script channel have in common: messages over a connection, in order, until one end leaves. @module */
import { ConnectionError, LocalProtocolError, PeerProtocolError } from "../errors.ts";
import type { Connection } from "../net/connection.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { Bell } from "./bell.ts";
import { Decoder, encode, type ScriptEvent } from "./codec.ts";

/** The first message of a script. */
export const READY = "READY";
/** What the server answers to it. */
export const OK = "OK";
/**
 * By convention the last message of a server: the script cleans up and closes. It is a message like any other,
 * the Python original knows it only as a word its users agree on.
 */
export const QUIT: string = "QUIT";

/** A peer that sends more than this unasked has lost the rhythm of question and answer. */
const INBOX = 64;
/** How long the peer may take to leave after we did. */
const GRACE: Duration = "1 s";

/** What both ends of a channel are given. */
export interface ChannelOptions {
  /** Longest text either way, in bytes of UTF-8 (default 8 MiB). */
  limit?: number | undefined;
  /**
   * Allows to send `""` (default false). Receiving it always works; but the Python original never delivers it, so
   * the other end would wait for ever: only for channels with this library at both ends.
   */
  emptyMessages?: boolean | undefined;
  /** Is told of what was skipped, ignored or refused (default `console.warn`). */
  log?: ((line: string) => void) | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** {@linkcode ChannelOptions} with the defaults filled in. */
export type ChannelSettings = ChannelOptions & {
  readonly log: (line: string) => void;
  readonly clock: Clock;
};

/** Fills in the defaults. */
export function settingsOf(options: ChannelOptions): ChannelSettings {
  const { limit, emptyMessages, log = (line) => console.warn(line), clock = systemClock } = options;
  return { limit, emptyMessages, log, clock };
}

/** A message that came, or the error it came as. */
export type Incoming =
  | { readonly type: "message"; readonly text: string }
  | { readonly type: "invalid"; readonly error: PeerProtocolError };

/** One end of a channel. */
export class Endpoint {
  /** Who is at the other end, for messages: `"script on unix:/run/x.sock"`. */
  readonly who: string;
  /** Resolves when nothing more will come. */
  readonly ended: Promise<void>;
  readonly #connection: Connection;
  readonly #settings: ChannelSettings;
  readonly #decoder: Decoder;
  readonly #inbox: Incoming[] = [];
  readonly #news = new Bell();
  readonly #end: () => void;
  #over = false;
  #gone = false;
  #error: Error | undefined;

  /** Takes over the connection. */
  constructor(who: string, connection: Connection, settings: ChannelSettings) {
    this.who = who;
    this.#connection = connection;
    this.#settings = settings;
    this.#decoder = new Decoder({ limit: settings.limit });
    ({ promise: this.ended, resolve: this.#end } = Promise.withResolvers<void>());
    connection.receive({
      data: (chunk) => this.#take(this.#decoder.push(chunk)),
      end: () => this.#finish(),
      closed: (error) => {
        this.#gone = true;
        this.#error = error;
        this.#finish();
      },
    });
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Sends a message.
   *
   * @throws {ConnectionError} If the channel is closed.
   * @throws {LocalProtocolError} If the text must not be sent.
   */
  send(text: string): void {
    if (text === "" && !this.#settings.emptyMessages) {
      throw new LocalProtocolError(
        `Cannot send an empty message to the ${this.who}: it may never be delivered (see emptyMessages)`,
      );
    }
    const bytes = encode(text, this.#settings);
    if (this.#gone) {
      const why = this.#error ? `: ${this.#error.message}` : "";
      throw new ConnectionError(
        `Cannot send ${brief(text)} to the ${this.who}: the channel is closed${why}`,
        {
          cause: this.#error,
        },
      );
    }
    this.#connection.write(bytes);
  }

  /**
   * Takes the next message; one call at a time.
   *
   * @param signal Stops waiting; nothing is lost by that.
   * @returns The message, or undefined when no more will come.
   * @throws {ConnectionError} If the connection did not end in order.
   * @throws {PeerProtocolError} If the peer sends and sends without waiting for us.
   */
  async receive(signal?: AbortSignal): Promise<Incoming | undefined> {
    for (;;) {
      const incoming = this.#inbox.shift();
      if (incoming) return incoming;
      if (this.#error) throw this.#error;
      if (this.#over) return undefined;
      await this.#news.rung(signal);
    }
  }

  /** How many messages have come that nobody has taken. */
  get waiting(): number {
    return this.#inbox.length;
  }

  /** Sends what is queued and closes; a peer that does not leave within a second is left. */
  async close(): Promise<void> {
    this.#gone = true;
    this.#finish();
    this.#connection.end();
    const patience = this.#settings.clock.after(GRACE, () => this.#connection.destroy());
    await this.#connection.closed;
    patience.stop();
  }

  #take(events: readonly ScriptEvent[]): void {
    if (this.#over) return;
    for (const event of events) {
      if (event.type === "message") {
        this.#inbox.push(event);
      } else if (event.type === "invalid") {
        const error = new PeerProtocolError(`The ${this.who} sent what is no message: ${event.reason}`, {
          cause: event.cause,
        });
        this.#inbox.push({ type: "invalid", error });
      } else {
        this.#settings.log(`The ${this.who} sent ${event.bytes} bytes that belong to no message`);
      }
    }
    if (this.#inbox.length > INBOX) {
      this.#connection.destroy(
        new PeerProtocolError(
          `The ${this.who} sent ${this.#inbox.length} messages without waiting for one of ours`,
        ),
      );
    }
    this.#news.ring();
  }

  #finish(): void {
    if (this.#over) return;
    this.#take(this.#decoder.end());
    this.#over = true;
    this.#end();
    this.#news.ring();
  }
}

/**
 * A message short enough for an error or a log line, in quotes.
 *
 * @param text The message.
 */
export function brief(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * What came, short enough for a log line.
 *
 * @param incoming A message or the error it came as.
 */
export function show(incoming: Incoming): string {
  return incoming.type === "message" ? brief(incoming.text) : incoming.error.message;
}
