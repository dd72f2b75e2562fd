/** A simulated Prologix GPIB-ETHERNET adapter. @module */
import type { Connection, Listener, Transport } from "../../net/connection.ts";
import type { Clock, Duration } from "../../time/mod.ts";
import type { Fault } from "../fault.ts";
import { MessageCutter } from "./message_cutter.ts";
import type { BusInstrument } from "./instrument.ts";

/** Options of {@linkcode GpibAdapter.listen}. */
export interface GpibAdapterOptions {
  /** How to listen. */
  transport: Transport;
  /** Where to listen. */
  address: string;
  /** Its clock. */
  clock: Clock;
  /** What goes wrong with the replies. */
  fault?: Fault | undefined;
}

/** What it calls itself. */
export const VERSION = "Prologix GPIB-ETHERNET Controller version 01.06.06.00";

/** How often a bus that waits is looked at. */
const LOOK = "4 ms";
/** A message takes at least so long on the bus, ms. */
const HANDSHAKE = 2;

interface Work {
  readonly connection: Connection;
  readonly line: string;
  readonly isCommand: boolean;
}

/** Settings that are numbers, with their limits: asked without an argument, set with one. */
const SETTINGS: Readonly<Record<string, readonly [preset: number, min: number, max: number]>> = {
  addr: [0, 0, 30],
  auto: [1, 0, 1],
  eoi: [1, 0, 1],
  eos: [0, 0, 3],
  eot_enable: [0, 0, 1],
  eot_char: [0, 0, 255],
  mode: [1, 0, 1],
  read_tmo_ms: [200, 1, 3000],
  savecfg: [1, 0, 1],
  lon: [0, 0, 1],
};

/**
 * The adapter: lines that begin with `++` are its own, all others go to the instrument at its address. It does one thing
 * after another, and says nothing when an instrument does not talk.
 */
export class GpibAdapter implements AsyncDisposable {
  /** What goes wrong from now on. */
  fault: Fault | undefined;
  /** What it was told, in order: what a test looks at. */
  readonly heard: string[] = [];
  readonly #instruments: ReadonlyMap<number, BusInstrument>;
  readonly #clock: Clock;
  readonly #settings: Record<string, number>;
  readonly #work: Work[] = [];
  readonly #ended = new AbortController();
  #isWorking = false;
  #listener!: Listener;
  #replies = 0;

  private constructor(instruments: ReadonlyMap<number, BusInstrument>, options: GpibAdapterOptions) {
    this.#instruments = instruments;
    this.#clock = options.clock;
    this.fault = options.fault;
    this.#settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, [preset]]) => [name, preset]));
  }

  /** Puts an adapter with instruments on the network. */
  static async listen(
    instruments: ReadonlyMap<number, BusInstrument>,
    options: GpibAdapterOptions,
  ): Promise<GpibAdapter> {
    const adapter = new GpibAdapter(instruments, options);
    adapter.#listener = await options.transport.listen(
      options.address,
      (connection) => adapter.#accept(connection),
    );
    return adapter;
  }

  /** Where it listens, with the true port. */
  get address(): string {
    return this.#listener.address;
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    this.#work.length = 0;
    this.#ended.abort();
    await this.#listener.close();
  }

  /** As {@linkcode GpibAdapter.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(connection: Connection): void {
    const cutter = new MessageCutter();
    connection.receive({
      data: (chunk) => {
        for (const { text, isCommand } of cutter.feed(chunk)) {
          this.#work.push({ connection, line: text, isCommand });
        }
        if (!this.#isWorking) void this.#run();
      },
    });
  }

  async #run(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let work = this.#work.shift(); work; work = this.#work.shift()) {
        this.heard.push(work.line);
        if (work.isCommand) await this.#command(work);
        else await this.#send(work);
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) throw error;
    }
    this.#isWorking = false;
  }

  #pause(duration: Duration): Promise<void> {
    return this.#clock.sleep(duration, { signal: this.#ended.signal });
  }

  async #send({ connection, line }: Work): Promise<void> {
    await this.#pause(HANDSHAKE);
    this.#addressed?.listen(line);
    if (this.#settings.auto === 1) await this.#read(connection);
  }

  get #addressed(): BusInstrument | undefined {
    return this.#instruments.get(this.#settings.addr!);
  }

  async #command({ connection, line }: Work): Promise<void> {
    const [name = "", ...args] = line.slice(2).trim().split(/\s+/);
    switch (name) {
      case "read":
        return await this.#read(connection);
      case "ver":
        return this.#reply(connection, `${VERSION}\r\n`);
      case "srq":
        return this.#reply(connection, `${this.#wantsService() ? 1 : 0}\r\n`);
      case "spoll": {
        const instrument = args[0] === undefined ? this.#addressed : this.#instruments.get(Number(args[0]));
        await this.#pause(HANDSHAKE);
        return this.#reply(connection, `${instrument?.poll() ?? 0}\r\n`);
      }
      case "clr":
        return this.#addressed?.clear();
      case "trg":
        return this.#addressed?.trigger();
      case "ifc":
      case "loc":
      case "llo":
        return;
      case "rst":
        return this.#reset();
    }
    this.#set(connection, name, args);
  }

  #set(connection: Connection, name: string, [text]: readonly string[]): void {
    const known = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (known === undefined) return this.#reply(connection, "Unrecognized command\r\n");
    if (text === undefined) return this.#reply(connection, `${this.#settings[name]}\r\n`);
    const [, min, max] = known;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) this.#settings[name] = value;
  }

  #reset(): void {
    for (const [name, [preset]] of Object.entries(SETTINGS)) this.#settings[name] = preset;
  }

  #wantsService(): boolean {
    return [...this.#instruments.values()].some((instrument) => (instrument.poll() & 64) !== 0);
  }

  /** Waits for the instrument to talk; if it does not, nobody is told. */
  async #read(connection: Connection): Promise<void> {
    const instrument = this.#addressed;
    const end = this.#clock.now() + this.#settings.read_tmo_ms!;
    for (;;) {
      const said = instrument?.talk();
      if (said !== undefined) {
        await this.#pause(HANDSHAKE);
        const end = this.#settings.eot_enable === 1 ? String.fromCharCode(this.#settings.eot_char!) : "";
        return this.#reply(connection, said + end);
      }
      if (this.#clock.now() >= end) return;
      await this.#pause(LOOK);
    }
  }

  #reply(connection: Connection, text: string): void {
    this.#replies++;
    const strikes = this.fault && this.#replies % this.fault.every === 0;
    switch (strikes ? this.fault!.kind : undefined) {
      case undefined:
        connection.write(latin1(text));
        break;
      case "never":
        break;
      case "late": {
        const timer = this.#clock.after("5 s", () => connection.write(latin1(text)));
        connection.closed.then(() => timer.stop());
        break;
      }
      case "twice":
        connection.write(latin1(text + text));
        break;
      case "garbage":
        connection.write(latin1("\x7f\u00ff#?" + text.slice(text.length / 2)));
        break;
      case "drop":
        connection.destroy();
        break;
    }
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
