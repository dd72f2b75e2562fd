/** An instrument behind a daemon through which many are reached, such as `gpib`. @module */
import type { Model } from "../device/mod.ts";
import { CommandError, ConnectionError, TimeoutError } from "../errors.ts";
import { LineClient } from "../line/client.ts";
import type { ParsedLine } from "../line/parse.ts";
import type { Transport } from "../net/connection.ts";
import { type Clock, type Duration, formatDuration, milliseconds } from "../time/mod.ts";
import type { Binding, Hardware, OpenContext } from "./binding.ts";

/** Where an instrument is and how to reach it. */
export interface Multiplexed {
  /** The daemon: `"localhost:7020"`. */
  readonly address: string;
  /** The instrument's place there. */
  readonly place: number;
  /** Token for a daemon on another machine. */
  readonly token?: string | undefined;
  /** What we call ourselves to the daemon. */
  readonly name: string;
  /** How to connect. */
  readonly transport: Transport;
  /** The clock. */
  readonly clock: Clock;
  /** Gives up opening. */
  readonly signal: AbortSignal;
}

/** Why the daemon could not get an answer: then the instrument counts as silent. */
const SILENT: ReadonlySet<string> = new Set(["timeout", "device", "unknown_outcome"]);
const TIMEOUT: Duration = "3 s";

interface Question {
  readonly line: string;
  readonly reply: PromiseWithResolvers<string>;
}

/**
 * Options of the daemon of an instrument on a GPIB bus.
 *
 * @param address Its usual GPIB address.
 * @returns The options, for {@linkcode Binding}.
 */
export function multiplexedOptions(address: number): NonNullable<Binding<Model>["options"]> {
  return {
    address: { default: address, description: "GPIB address" },
    "gpib-token": { default: "", description: "What to show to a multiplexer on another machine" },
  };
}

/**
 * The hardware of an instrument's daemon that is reached through another daemon: it binds its connection with `set_addr` and
 * asks with `?$`. A daemon of ours answers each question by itself; with an old one, whose replies carry nothing that says
 * whose they are, one question is in flight at a time, and the connection is given up when its reply does not come.
 */
export class MultiplexedInstrument implements Hardware {
  readonly lost: Promise<Error | undefined>;
  readonly #client: LineClient;
  readonly #clock: Clock;
  readonly #who: string;
  readonly #end: (reason: Error | undefined) => void;
  #question: Question | undefined;
  #isOver = false;

  private constructor(client: LineClient, { clock, address, place }: Multiplexed, lost: Lost) {
    this.#client = client;
    this.#clock = clock;
    this.#who = `The instrument at ${place} of ${address}`;
    this.lost = lost.promise;
    this.#end = lost.resolve;
  }

  /**
   * Connects to the daemon and binds the connection to the instrument; the instrument itself is not asked.
   *
   * @param options Where it is.
   * @returns The instrument.
   * @throws {ConnectionError} If the daemon is not there.
   */
  static async open(options: Multiplexed): Promise<MultiplexedInstrument> {
    const { address, place, name, token, transport, clock, signal } = options;
    const ready = Promise.withResolvers<void>();
    const lost: Lost = Promise.withResolvers();
    const client: LineClient = new LineClient(address, {
      connected: () => ready.resolve(),
      state: ({ status, why }) => {
        if (status !== "lost") return;
        const reason = new ConnectionError(`${address} is not there: ${why}`);
        ready.reject(reason);
        instrument.#giveUp(reason);
      },
      line: (line) => instrument.#take(line),
    }, { name, token, transport, clock });
    const instrument = new MultiplexedInstrument(client, options, lost);
    const abort = () => ready.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await ready.promise;
      await instrument.tell(`set_addr ${place}`);
      return instrument;
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Opens the instrument that the options of a daemon name.
   *
   * @param name What we call ourselves to the daemon before it.
   * @param context Where that daemon is, and the options of {@linkcode multiplexedOptions}.
   * @returns The instrument.
   * @throws {ConnectionError} If the daemon is not there.
   */
  static of(name: string, context: OpenContext): Promise<MultiplexedInstrument> {
    const { address, options, transport, clock, signal } = context;
    const token = String(options["gpib-token"]) || undefined;
    return MultiplexedInstrument.open({
      address,
      place: Number(options.address),
      name,
      token,
      transport,
      clock,
      signal,
    });
  }

  /** Asks the instrument; `timeout` of the exchange is by default 3 s. */
  async ask(line: string, options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<string> {
    if (!this.#client.isModern) return await this.#askOld(line, options);
    const answer = await this.#request(`?$${line}`, options);
    return (answer.options["@text"] ?? "").trim();
  }

  /** Tells the instrument something that it does not answer. */
  async tell(line: string): Promise<void> {
    if (this.#client.isModern) await this.#request(line, {});
    else this.#client.send(line);
  }

  /** Gives up the connection; a question in flight fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp(undefined);
    await this.#client.close();
  }

  async #request(
    line: string,
    options: { timeout?: Duration; signal?: AbortSignal },
  ): Promise<ParsedLine> {
    try {
      return await this.#client.request(line, options);
    } catch (error) {
      if (!(error instanceof CommandError) || !SILENT.has(error.code)) throw error;
      throw new TimeoutError(`${this.#who} did not answer: ${error.message}`, { cause: error });
    }
  }

  async #askOld(line: string, { timeout = TIMEOUT, signal }: Parameters<Hardware["ask"]>[1] & object) {
    const question: Question = { line, reply: Promise.withResolvers() };
    this.#question = question;
    const abort = () => question.reply.reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const timer = this.#clock.after(timeout, () => {
      const within = formatDuration(milliseconds(timeout));
      question.reply.reject(new TimeoutError(`${this.#who} did not answer "${line}" within ${within}`));
    });
    try {
      this.#client.send(`?$${line}`);
      return (await question.reply.promise).trim();
    } catch (error) {
      this.#giveUp(error as Error); // what may still come goes down with the connection
      throw error;
    } finally {
      this.#question = undefined;
      timer.stop();
      signal?.removeEventListener("abort", abort);
    }
  }

  #take({ text }: ParsedLine): void {
    this.#question?.reply.resolve(text);
  }

  #giveUp(reason: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#question?.reply.reject(reason ?? new ConnectionError(`${this.#who} was given up`));
    this.#end(reason);
  }
}

type Lost = PromiseWithResolvers<Error | undefined>;
