/** Instruments that answer each line with one line. @module */
import { ConnectionError, LocalProtocolError, PeerProtocolError, TimeoutError } from "../errors.ts";
import type { Connection } from "../net/connection.ts";
import { type Clock, type Duration, formatDuration, milliseconds } from "../time/mod.ts";

/** Options of {@linkcode AskAnswer}. */
export interface AskAnswerOptions {
  /** The clock of the deadlines. */
  clock: Clock;
  /** What it is called in messages, with its address: `"Cryo-con 24C (192.168.1.5:5000)"`. */
  name: string;
  /** What ends a line that is sent (default `"\n"`). Replies may end in `\n` or `\r\n`. */
  terminator?: string;
  /** Deadline of an exchange that names none (default `"3 s"`). */
  timeout?: Duration;
  /** Longest reply, bytes (default 64 KiB). */
  longest?: number;
  /**
   * Whether a reply can belong to a question (default: any can). One that cannot shows that questions and replies are out
   * of step.
   */
  fits?(question: string, reply: string): boolean;
  /** Told of lines that nobody asked for; they are dropped. */
  onStray?(line: string): void;
}

interface Exchange {
  readonly question: string;
  readonly reply: PromiseWithResolvers<string>;
}

/**
 * One question in flight at a time, each with its deadline; further ones wait their turn.
 *
 * A reply is never taken for that of another question. After a reply that did not come in time, or one that cannot belong
 * to its question, nobody can tell what the next line will answer; the connection is then given up ({@linkcode lost}
 * resolves) and whatever may still come goes down with it. A new connection is in step again.
 *
 * It is the daemon's hardware: see `Hardware` of `@dewar/sdk/daemon`.
 */
export class AskAnswer implements AsyncDisposable {
  /** Resolves, with the reason, when the connection is gone; undefined when we closed it or the instrument did in order. */
  readonly lost: Promise<Error | undefined>;
  readonly #connection: Connection;
  readonly #options: AskAnswerOptions;
  readonly #timeout: Duration;
  readonly #longest: number;
  readonly #decoder = new TextDecoder("latin1");
  #sent = 0;
  #rest = "";
  #exchange: Exchange | undefined;
  #free: Promise<void> = Promise.resolve();
  #end: Error | undefined;

  /** Takes over a connection. */
  constructor(connection: Connection, options: AskAnswerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#timeout = options.timeout ?? "3 s";
    this.#longest = options.longest ?? 64 * 1024;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.lost = promise;
    connection.receive({
      data: (chunk) => this.#read(chunk),
      closed: (error) => {
        this.#end ??= error ?? new ConnectionError(`${options.name} closed the connection`);
        this.#exchange?.reply.reject(this.#end);
        resolve(error);
      },
    });
  }

  /** How many lines have been sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends a line and waits for its one reply.
   *
   * @param line The line, without terminator.
   * @param options `timeout` of this exchange, counted from its sending; `signal` gives up waiting (the reply is still
   * awaited, and dropped, before the next question goes out).
   * @returns The reply, without terminator.
   * @throws {TimeoutError} If none came in time.
   * @throws {PeerProtocolError} If what came cannot be the reply.
   * @throws {ConnectionError} If the connection is gone.
   * @throws {LocalProtocolError} If the line contains a line break or is no Latin-1 text.
   */
  async ask(line: string, options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<string> {
    this.#check(line);
    const before = this.#free;
    const { promise: over, resolve: release } = Promise.withResolvers<void>();
    this.#free = before.then(() => over);
    const turn = orAborted(before, options.signal);
    const reply = turn.then(() => this.#send(line, options.timeout ?? this.#timeout));
    reply.then(() => release(), () => release());
    return await orAborted(reply, options.signal);
  }

  /**
   * Sends a line that has no reply, when its turn comes.
   *
   * @param line The line, without terminator.
   * @throws {ConnectionError} If the connection is gone.
   * @throws {LocalProtocolError} If the line contains a line break or is no Latin-1 text.
   */
  async tell(line: string): Promise<void> {
    this.#check(line);
    await this.#free;
    this.#write(line);
  }

  /** Closes the connection; a question in flight fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= new ConnectionError(`The connection to ${this.#options.name} was closed`);
    this.#connection.destroy();
    await this.#connection.closed;
  }

  #send(question: string, timeout: Duration): Promise<string> {
    const exchange: Exchange = { question, reply: Promise.withResolvers<string>() };
    const { clock, name } = this.#options;
    this.#write(question);
    this.#exchange = exchange;
    const timer = clock.after(timeout, () => {
      const waited = formatDuration(milliseconds(timeout));
      const came = this.#rest === "" ? "nothing came" : `only ${JSON.stringify(this.#rest)} came`;
      this.#giveUp(new TimeoutError(`${name} did not answer "${question}" within ${waited}: ${came}`));
    });
    return exchange.reply.promise.finally(() => {
      timer.stop();
      this.#exchange = undefined;
    });
  }

  #read(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    if (lines.some((line) => line.length > this.#longest)) {
      const { name } = this.#options;
      this.#giveUp(new PeerProtocolError(`${name} sent a reply longer than ${this.#longest} bytes`));
      return;
    }
    this.#rest = lines.pop()!;
    for (const line of lines) this.#take(line.replace(/\r$/, ""));
  }

  #take(line: string): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.#options.onStray?.(line);
      return;
    }
    const { question, reply } = exchange;
    this.#exchange = undefined;
    const { name, fits } = this.#options;
    if (fits === undefined || fits(question, line)) {
      reply.resolve(line);
      return;
    }
    const error = new PeerProtocolError(
      `${name} answered "${question}" with ${JSON.stringify(line.slice(0, 200))}, which cannot be the reply`,
    );
    reply.reject(error);
    this.#giveUp(error);
  }

  #giveUp(error: Error): void {
    this.#end ??= error;
    this.#exchange?.reply.reject(error);
    this.#connection.destroy(error);
  }

  #write(line: string): void {
    if (this.#end) {
      throw new ConnectionError(`${this.#options.name} is gone: ${this.#end.message}`, { cause: this.#end });
    }
    this.#sent++;
    this.#connection.write(encodeLatin1(line + (this.#options.terminator ?? "\n")));
  }

  #check(line: string): void {
    // deno-lint-ignore no-control-regex
    if (/^[\x01-\x09\x0b\x0c\x0e-\xff]*$/.test(line)) return;
    throw new LocalProtocolError(
      `Cannot send ${JSON.stringify(line)} to ${this.#options.name}: expected one line of Latin-1 text`,
    );
  }
}

function encodeLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A promise, or the reason of a signal that aborts first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
