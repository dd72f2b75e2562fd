/** The script's end: takes messages and answers each. @module */
import { LocalProtocolError, PeerProtocolError } from "../errors.ts";
import type { Transport } from "../net/connection.ts";
import { unix } from "../net/mod.ts";
import { type Duration, withDeadline } from "../time/mod.ts";
import { brief, type ChannelOptions, Endpoint, OK, QUIT, READY, settingsOf, show } from "./endpoint.ts";

/** Options of {@linkcode connectScript}. */
export interface ConnectScriptOptions extends ChannelOptions {
  /** How long the server may take to accept us: it may do so late (default 30 s). */
  timeout?: Duration | undefined;
  /** Ends the attempt, and later the waiting for messages. */
  signal?: AbortSignal | undefined;
  /** How to connect (default: over Unix sockets). */
  transport?: Transport | undefined;
}

/**
 * Connects a script to what started it, {@linkcode serveScript} or the Python original.
 *
 * @param path The socket's path, as the server told it.
 * @param options Timeout, signal, limit.
 * @returns The channel, ready for the first message.
 * @throws {ConnectionError} If nothing listens there.
 * @throws {TimeoutError} If the server does not accept in time.
 * @throws {PeerProtocolError} If the server answers anything but OK: it serves another script, say.
 *
 * @example A script
 * ```ts
 * import { connectScript } from "@dewar/sdk/uds";
 *
 * async function main(path: string) {
 *   await using parent = await connectScript(path);
 *   for await (const message of parent) { // ends at QUIT, or when the parent is gone
 *     parent.reply(JSON.stringify({ result: JSON.parse(message).args }));
 *   }
 * }
 * ```
 */
export async function connectScript(path: string, options: ConnectScriptOptions = {}): Promise<ScriptClient> {
  const { timeout = "30 s", signal, transport = unix } = options;
  const settings = settingsOf(options);
  const connection = await transport.connect(`unix:${path}`, { signal });
  const endpoint = new Endpoint(`server on ${connection.peer}`, connection, settings);
  try {
    endpoint.send(READY);
    const first = await withDeadline(
      (ended) => endpoint.receive(ended),
      { clock: settings.clock, timeout, signal, what: `${OK} of the ${endpoint.who}` },
    );
    if (first?.type !== "message" || first.text !== OK) {
      const got = first ? show(first) : "the end of the channel";
      throw new PeerProtocolError(`Expected ${OK} of the ${endpoint.who} after ${READY}, got ${got}`);
    }
  } catch (error) {
    await endpoint.close();
    throw error;
  }
  return new ScriptClient(endpoint, signal);
}

/** A script's channel to its server: messages come one at a time, and each wants one answer before the next. */
export class ScriptClient implements AsyncIterable<string>, AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #signal: AbortSignal | undefined;
  #unanswered: string | undefined;
  #quit = false;

  /** Made by {@linkcode connectScript}. */
  constructor(endpoint: Endpoint, signal: AbortSignal | undefined) {
    this.#endpoint = endpoint;
    this.#signal = signal;
  }

  /**
   * Waits for the next message; one call at a time.
   *
   * @returns The message, or undefined at {@linkcode QUIT} and when the server has gone.
   * @throws {PeerProtocolError} If a message cannot be read; it wants an answer too, and the next call goes on.
   * @throws {LocalProtocolError} If the last message was not answered.
   * @throws {ConnectionError} If the connection did not end in order.
   */
  async receive(): Promise<string | undefined> {
    if (this.#unanswered !== undefined) {
      throw new LocalProtocolError(
        `The ${this.#endpoint.who} still waits for an answer to ${this.#unanswered}`,
      );
    }
    if (this.#quit) return undefined;
    const incoming = await this.#endpoint.receive(this.#signal);
    if (!incoming) return undefined;
    if (incoming.type === "message" && incoming.text === QUIT) {
      this.#quit = true;
      return undefined;
    }
    this.#unanswered = show(incoming);
    if (incoming.type === "invalid") throw incoming.error;
    return incoming.text;
  }

  /**
   * Answers the last message.
   *
   * @param text The answer.
   * @throws {LocalProtocolError} If no message waits for one, or the text must not be sent.
   * @throws {ConnectionError} If the channel is closed.
   */
  reply(text: string): void {
    if (this.#unanswered === undefined) {
      throw new LocalProtocolError(
        `Cannot send ${brief(text)} to the ${this.#endpoint.who}: it has asked nothing`,
      );
    }
    this.#endpoint.send(text);
    this.#unanswered = undefined;
  }

  /** The messages until {@linkcode QUIT} or until the server has gone; leaving the loop does not close the channel. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, unknown> {
    for (let message = await this.receive(); message !== undefined; message = await this.receive()) {
      yield message;
    }
  }

  /** Sends what is queued and closes the channel. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }

  /** The same as {@linkcode ScriptClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
