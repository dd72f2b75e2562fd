/** The Prologix GPIB-ETHERNET adapter, and those that speak as it does. @module */
import { ConnectionError, LocalProtocolError, PeerProtocolError, TimeoutError } from "../errors.ts";
import type { Connection } from "../net/connection.ts";
import { type Clock, type Duration, formatDuration, milliseconds } from "../time/mod.ts";

/** Options of {@linkcode Prologix.start}. */
export interface PrologixOptions {
  /** The clock of the deadlines. */
  clock: Clock;
  /** What it is called in messages, with its address: `"GPIB adapter (192.168.1.3:1234)"`. */
  name: string;
  /** How long the adapter waits for an instrument to talk, 1 ms to 3 s (default `"0.3 s"`). */
  patience?: Duration;
  /** How long the adapter may take beyond that before it counts as lost (default `"3 s"`). */
  timeout?: Duration;
  /** Told of lines that nobody asked for; they are dropped. */
  onStray?(line: string): void;
}

/** Addresses of instruments on the bus. */
export const GPIB_ADDRESSES = { first: 0, last: 30 } as const;

/** Longer replies are none. */
const LONGEST = 1024 * 1024;
const MOST_LINES = 10_000;
/** The question whose answer ends every exchange, together with the number of the exchange. */
const VERSION = "++ver";
/** A setting that nothing uses while `++eot_enable` is 0: there each exchange leaves its number and finds it again. */
const NUMBER = "++eot_char";

interface Exchange {
  readonly what: string;
  readonly number: number;
  readonly lines: string[];
  readonly reply: PromiseWithResolvers<string[]>;
  /** Whether the version has come, so that its number must be next. */
  isEnding: boolean;
}

/**
 * One adapter, one exchange at a time. The adapter itself says nothing when an instrument does not talk, so each exchange
 * ends with questions to the adapter that it always answers, one of them with the number of the exchange: what came before
 * belongs to the exchange, all of it, and nothing that comes later can. An adapter whose answers are out of step with the
 * questions is given up; a new connection is in step again.
 *
 * It is told at the start how to work (`++savecfg 0`, `++mode 1`, `++auto 0`, `++eot_enable 0`, `++read_tmo_ms`), without
 * writing that to its memory; nothing goes to the instruments.
 */
export class Prologix implements AsyncDisposable {
  /** Resolves, with the reason, when the connection is gone; undefined when we closed it or the adapter did in order. */
  readonly lost: Promise<Error | undefined>;
  readonly #connection: Connection;
  readonly #options: PrologixOptions;
  readonly #limit: number;
  readonly #decoder = new TextDecoder("latin1");
  #rest = "";
  #version = "";
  #address: number | undefined;
  #sent = 0;
  #exchange: Exchange | undefined;
  #end: Error | undefined;

  private constructor(connection: Connection, options: PrologixOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#limit = milliseconds(options.patience ?? "0.3 s") + milliseconds(options.timeout ?? "3 s");
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

  /**
   * Takes over a connection to an adapter and tells it how to work.
   *
   * @param connection The connection.
   * @param options Clock, name, deadlines.
   * @returns The adapter, ready.
   * @throws {PeerProtocolError} If it is no such adapter.
   * @throws {TimeoutError} If it does not answer.
   * @throws {ConnectionError} If it is gone.
   */
  static async start(connection: Connection, options: PrologixOptions): Promise<Prologix> {
    const adapter = new Prologix(connection, options);
    try {
      await adapter.#introduce();
      const patience = Math.min(Math.max(Math.round(milliseconds(options.patience ?? "0.3 s")), 1), 3000);
      const way = ["++savecfg 0", "++mode 1", "++auto 0", "++eot_enable 0", `++read_tmo_ms ${patience}`];
      await adapter.#run("its settings", way);
      return adapter;
    } catch (error) {
      await adapter[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What it calls itself. */
  get version(): string {
    return this.#version;
  }

  /** The address it talks to; undefined before the first. */
  get address(): number | undefined {
    return this.#address;
  }

  /** How many messages have gone out so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends a message to an instrument.
   *
   * @param address Its address, 0 to 30.
   * @param message The message, of Latin-1 text; what the adapter would take for its own is escaped.
   * @throws {LocalProtocolError} If address or message are none; nothing was sent.
   * @throws {TimeoutError} If the adapter does not answer.
   * @throws {ConnectionError} If it is gone.
   */
  async write(address: number, message: string): Promise<void> {
    const escaped = escapeMessage(message);
    await this.#run(`"${message}" to ${address}`, [...this.#select(address), escaped]);
  }

  /**
   * Lets an instrument talk, for as long as the adapter's patience lasts.
   *
   * @param address Its address.
   * @returns What it said, lines parted by `\n`, each with the `\r` at its end if it has one; undefined if it said nothing.
   */
  async read(address: number): Promise<string | undefined> {
    return joined(await this.#run(`what ${address} says`, [...this.#select(address), "++read eoi"]));
  }

  /**
   * Sends a message and lets the instrument talk, at once.
   *
   * @param address Its address.
   * @param message The message.
   * @returns As {@linkcode Prologix.read}.
   */
  async query(address: number, message: string): Promise<string | undefined> {
    const lines = [...this.#select(address), escapeMessage(message), "++read eoi"];
    return joined(await this.#run(`"${message}" to ${address}`, lines));
  }

  /**
   * Gives the adapter a command of its own.
   *
   * @param command The command, such as `"++srq"`.
   * @param address For which instrument, where it is for one.
   * @returns Its reply; empty if it has none.
   * @throws {LocalProtocolError} If it is no such command.
   */
  async command(command: string, address?: number): Promise<string> {
    if (!/^\+\+[a-z_]+( [\x20-\x7e]*)?$/i.test(command)) {
      throw new LocalProtocolError(`${JSON.stringify(command)} is no command of a GPIB adapter`);
    }
    if (/^\+\+ver\b/.test(command)) return this.#version; // asked again it would look like the end of the exchange
    const select = address === undefined ? [] : this.#select(address);
    const reply = joined(await this.#run(command, [...select, command])) ?? "";
    return reply.replaceAll("\r", "");
  }

  /** Closes the connection; an exchange in flight fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= new ConnectionError(`The connection to ${this.#options.name} was closed`);
    this.#connection.destroy();
    await this.#connection.closed;
  }

  /** The first answer is what all others are known by; an adapter of any make names itself and its version. */
  async #introduce(): Promise<void> {
    const lines = await this.#run("its version", []);
    const version = lines.at(-1) ?? "";
    if (!/ver/i.test(version)) {
      throw new PeerProtocolError(
        `${this.#options.name} answered "${VERSION}" with ${JSON.stringify(version)}: it is no GPIB adapter`,
      );
    }
    this.#version = version;
  }

  #select(address: number): string[] {
    const { first, last } = GPIB_ADDRESSES;
    if (!Number.isInteger(address) || address < first || address > last) {
      throw new LocalProtocolError(`${address} is no GPIB address: expected ${first} to ${last}`);
    }
    if (address === this.#address) return [];
    this.#address = address;
    return [`++addr ${address}`];
  }

  async #run(what: string, lines: readonly string[]): Promise<string[]> {
    const { clock, name } = this.#options;
    if (this.#end) throw new ConnectionError(`${name} is gone: ${this.#end.message}`, { cause: this.#end });
    if (this.#exchange) throw new TypeError("an exchange with the adapter is under way already");
    const number = this.#sent++ % 256;
    const exchange: Exchange = {
      what,
      number,
      lines: [],
      reply: Promise.withResolvers(),
      isEnding: false,
    };
    this.#exchange = exchange;
    const end = this.#version === "" ? [VERSION] : [`${NUMBER} ${number}`, VERSION, NUMBER];
    this.#connection.write(encodeLatin1([...lines, ...end].map((line) => `${line}\n`).join("")));
    const timer = clock.after(this.#limit, () => {
      const within = formatDuration(this.#limit);
      this.#giveUp(new TimeoutError(`${name} did not answer within ${within}; it was asked for ${what}`));
    });
    try {
      return await exchange.reply.promise;
    } finally {
      timer.stop();
      this.#exchange = undefined;
    }
  }

  #read(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk)).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#take(line);
    if (this.#rest.length > LONGEST) {
      this.#giveUp(new PeerProtocolError(`${this.#options.name} sent a line longer than ${LONGEST} bytes`));
    }
  }

  #take(raw: string): void {
    const exchange = this.#exchange;
    const line = raw.replace(/\r$/, "");
    if (exchange === undefined) return this.#options.onStray?.(line);
    if (this.#version === "") {
      exchange.lines.push(line);
      return exchange.reply.resolve(exchange.lines);
    }
    if (exchange.isEnding) return this.#finish(exchange, line);
    exchange.isEnding = line.endsWith(this.#version);
    // An instrument that ends its message by EOI alone has the adapter's answer on its line.
    const said = exchange.isEnding ? line.slice(0, -this.#version.length) : raw;
    if (said.trim() !== "") exchange.lines.push(said);
    if (exchange.lines.length <= MOST_LINES) return;
    this.#giveUp(new PeerProtocolError(`${this.#options.name} does not stop to answer ${exchange.what}`));
  }

  #finish({ what, number, lines, reply }: Exchange, line: string): void {
    if (line === String(number)) return reply.resolve(lines);
    const expected = `expected exchange ${number}, got ${JSON.stringify(line.slice(0, 80))}`;
    this.#giveUp(
      new PeerProtocolError(`${this.#options.name} is out of step after ${what}: ${expected}`),
    );
  }

  #giveUp(error: Error): void {
    this.#end ??= error;
    this.#exchange?.reply.reject(error);
    this.#connection.destroy(error);
  }
}

/**
 * A message as the adapter has to be given it, so that each character reaches the instrument: CR, LF, ESC and `+` behind an
 * ESC.
 *
 * @param message The message.
 * @returns It, escaped.
 * @throws {LocalProtocolError} If it is empty or no Latin-1 text.
 */
export function escapeMessage(message: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\xff]+$/.test(message)) return message.replace(/[\r\n\x1b+]/g, "\x1b$&");
  throw new LocalProtocolError(
    `Cannot send ${JSON.stringify(message.slice(0, 80))} over GPIB: expected Latin-1 text`,
  );
}

function joined(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join("\n");
}

function encodeLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
