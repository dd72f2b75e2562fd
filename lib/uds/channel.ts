/** The server's end of a channel: questions to one script, each with one answer. @module */
import { ConnectionError } from "../errors.ts";
import { type Clock, type Duration, withDeadline } from "../time/mod.ts";
import { brief, type ChannelSettings, type Endpoint, type Incoming, QUIT, show } from "./endpoint.ts";

/** Options of {@linkcode ScriptChannel.request} and {@linkcode ScriptChannel.quit}. */
export interface RequestOptions {
  /** How long the script may take (default: the server's `timeouts.reply`). */
  timeout?: Duration | undefined;
  /** Stops waiting; what was sent stays sent. */
  signal?: AbortSignal | undefined;
}

/**
 * A script that has said READY. One message at a time is out: requests wait for their turn.
 *
 * An answer is never taken for that of another request: after one that was given up, the next is sent only when the
 * answer still owed has come and been dropped.
 */
export class ScriptChannel implements AsyncDisposable {
  /** Resolves when the script has left, or this end was closed. */
  readonly closed: Promise<void>;
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #timeout: Duration;
  #turn: Promise<void> = Promise.resolve();
  #unanswered: string | undefined;

  /** Made by {@linkcode ScriptServer.accept}. */
  constructor(endpoint: Endpoint, settings: ChannelSettings, timeout: Duration) {
    this.#endpoint = endpoint;
    this.#clock = settings.clock;
    this.#log = settings.log;
    this.#timeout = timeout;
    this.closed = endpoint.ended;
    endpoint.ended.then(() => endpoint.close());
  }

  /**
   * Sends a message and waits for the script's answer to it.
   *
   * @param text The message.
   * @param options Timeout, signal.
   * @returns The answer.
   * @throws {TimeoutError} If it does not come in time.
   * @throws {ConnectionError} If the script leaves instead of answering.
   * @throws {PeerProtocolError} If the answer cannot be read.
   * @throws {LocalProtocolError} If the text must not be sent.
   */
  request(text: string, options: RequestOptions = {}): Promise<string> {
    return this.#inTurn(() => {
      const what = `answer of the ${this.#endpoint.who} to ${brief(text)}`;
      return this.#withDeadline(what, options, (signal) => this.#exchange(text, signal));
    });
  }

  /**
   * Says {@linkcode QUIT}, waits until the script has left, and closes. What it still sends is dropped.
   *
   * @param options Timeout, signal.
   * @throws {TimeoutError} If it does not leave in time; the channel is closed even so.
   */
  async quit(options: RequestOptions = {}): Promise<void> {
    try {
      await this.#inTurn(async () => {
        if (this.#endpoint.over) return;
        this.#endpoint.send(QUIT);
        const what = `end of the ${this.#endpoint.who} after ${QUIT}`;
        await this.#withDeadline(what, options, async (signal) => {
          while (await this.#endpoint.receive(signal));
        });
      });
    } finally {
      await this.close();
    }
  }

  /** Ends the channel; the script finds it closed. A script that does not leave within a second is left. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }

  /** The same as {@linkcode ScriptChannel.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #exchange(text: string, signal: AbortSignal): Promise<string> {
    if (this.#unanswered !== undefined) {
      const late = await this.#answer(signal);
      this.#log(`Dropped a late answer of the ${this.#endpoint.who}: ${show(late)}`);
    }
    while (this.#endpoint.waiting > 0) {
      const stray = await this.#answer(signal);
      this.#log(`Dropped what the ${this.#endpoint.who} sent without being asked: ${show(stray)}`);
    }
    this.#endpoint.send(text);
    this.#unanswered = text;
    const answer = await this.#answer(signal);
    if (answer.type === "invalid") throw answer.error;
    return answer.text;
  }

  async #answer(signal: AbortSignal): Promise<Incoming> {
    const answer = await this.#endpoint.receive(signal);
    if (!answer) {
      const instead = this.#unanswered === undefined
        ? ""
        : ` instead of answering ${brief(this.#unanswered)}`;
      throw new ConnectionError(`The ${this.#endpoint.who} closed the channel${instead}`);
    }
    this.#unanswered = undefined;
    return answer;
  }

  #withDeadline<T>(
    what: string,
    options: RequestOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { timeout = this.#timeout, signal } = options;
    return withDeadline(work, { clock: this.#clock, timeout, signal, what });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
