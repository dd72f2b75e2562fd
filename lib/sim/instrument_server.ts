/** Simulated instruments that answer lines over a connection. @module */
import type { Connection, Listener, Transport } from "../net/connection.ts";
import type { Clock, Duration } from "../time/mod.ts";
import type { Fault } from "./fault.ts";

/** An instrument that is asked in lines. */
export interface LineInstrument {
  /** What it replies to a line (without terminators); undefined where it says nothing. */
  answer(line: string): string | undefined;
}

/** Options of {@linkcode InstrumentServer.listen}. */
export interface InstrumentServerOptions {
  /** How to listen. */
  transport: Transport;
  /** Where to listen. */
  address: string;
  /** Clock for late replies. */
  clock: Clock;
  /** What goes wrong. */
  fault?: Fault | undefined;
  /** How late `late` replies are (default `"5 s"`). */
  delay?: Duration;
}

/** Longer lines are dropped, as an instrument with a finite buffer does. */
const LONGEST_LINE = 4096;

/** An instrument on its wire: lines end in `\n` or `\r\n`, replies in `\r\n`. */
export class InstrumentServer implements AsyncDisposable {
  /** What goes wrong from now on. */
  fault: Fault | undefined;
  readonly #instrument: LineInstrument;
  readonly #clock: Clock;
  readonly #delay: Duration;
  #listener!: Listener;
  #replies = 0;

  private constructor(instrument: LineInstrument, options: InstrumentServerOptions) {
    this.#instrument = instrument;
    this.#clock = options.clock;
    this.#delay = options.delay ?? "5 s";
    this.fault = options.fault;
  }

  /** Puts an instrument on a wire. */
  static async listen(
    instrument: LineInstrument,
    options: InstrumentServerOptions,
  ): Promise<InstrumentServer> {
    const server = new InstrumentServer(instrument, options);
    server.#listener = await options.transport.listen(
      options.address,
      (connection) => server.#accept(connection),
    );
    return server;
  }

  /** Where it listens, with the true port. */
  get address(): string {
    return this.#listener.address;
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    await this.#listener.close();
  }

  /** As {@linkcode InstrumentServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(connection: Connection): void {
    const decoder = new TextDecoder("latin1");
    let rest = "";
    connection.receive({
      data: (chunk) => {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
        rest = lines.pop()!.slice(0, LONGEST_LINE);
        for (const line of lines) {
          const reply = this.#instrument.answer(line);
          if (reply !== undefined) this.#reply(connection, `${reply}\r\n`);
        }
      },
    });
  }

  #reply(connection: Connection, reply: string): void {
    this.#replies++;
    const strikes = this.fault && this.#replies % this.fault.every === 0;
    switch (strikes ? this.fault!.kind : undefined) {
      case undefined:
        connection.write(reply);
        break;
      case "never":
        break;
      case "late": {
        const timer = this.#clock.after(this.#delay, () => connection.write(reply));
        connection.closed.then(() => timer.stop());
        break;
      }
      case "twice":
        connection.write(reply + reply);
        break;
      case "garbage":
        connection.write("\x7f\u00ff#?" + reply.slice(reply.length / 2));
        break;
      case "drop":
        connection.destroy();
        break;
    }
  }
}
