/** The data port of a PandA, as something to iterate over. @module */
import { ConnectionError } from "../errors.ts";
import type { Connection, Transport } from "../net/mod.ts";
import { type Clock, type Duration, withDeadline } from "../time/mod.ts";
import { Acquisition } from "./acquisition.ts";
import { DataConnection } from "./data_connection.ts";
import type { DataEvent, EndData, StartData } from "./data_event.ts";
import type { DataOptions } from "./data_options.ts";
import type { FrameData } from "./frame_data.ts";

/** Bytes that may wait for us before the server is held back. */
const MOST_WAITING = 16 * 1024 * 1024;

/** Options of {@linkcode Panda.data}. */
export interface PandaDataOptions extends Omit<DataOptions, "flush"> {
  /** How long there may be nothing at all before the iteration fails (default: for ever). */
  readonly timeout?: Duration | undefined;
  /** Ends it; the iteration fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a data stream is opened with. */
export interface DataSettings extends PandaDataOptions {
  /** Transport. */
  readonly transportTo: Transport;
  /** Clock. */
  readonly clock: Clock;
  /** How long the server may take to accept us. */
  readonly acceptTimeout: Duration;
}

/**
 * Acquisitions as they come. The iteration ends only when it was closed here, or after the one acquisition that was
 * asked for; whatever else ends it is thrown. Rows that nobody takes are gathered, and beyond 16 MiB the server is held
 * back; it gives up when it has gathered 256 MiB itself, which is the end `Data overrun`.
 */
export class PandaData implements AsyncIterable<StartData | FrameData | EndData>, AsyncDisposable {
  readonly #connection: Connection;
  readonly #options: DataSettings;
  readonly #who: string;
  readonly #data: DataConnection;
  readonly #events: (StartData | FrameData | EndData)[] = [];
  #isReady: boolean;
  #hasBegun = false;
  #waiting = 0;
  #isPaused = false;
  #wake: () => void = () => {};
  #isOver = false;
  #isClosing = false;
  #error: unknown;

  /** Made by {@linkcode openData}. */
  constructor(connection: Connection, options: DataSettings) {
    this.#connection = connection;
    this.#options = options;
    this.#who = `PandA ${connection.peer}`;
    this.#data = new DataConnection({ ...options, flush: "demand" });
    this.#isReady = options.status === false;
    connection.write(this.#data.connect());
    connection.receive({
      data: (chunk) => this.#feed(chunk),
      end: () => connection.destroy(),
      closed: (error) => this.#finish(error),
    });
    const abort = () => this.#fail(options.signal!.reason);
    options.signal?.addEventListener("abort", abort, { once: true });
    connection.closed.then(() => options.signal?.removeEventListener("abort", abort));
    if (options.signal?.aborted) abort();
  }

  /** Waits for the server to accept us: what is armed after that is not missed. */
  async ready(): Promise<void> {
    while (!this.#isReady) {
      if (this.#isOver) {
        throw this.#error ?? new ConnectionError(`The data connection to ${this.#who} was closed here`);
      }
      await this.#news();
    }
  }

  /**
   * Takes the next event; frames hold all rows that have come. One call at a time.
   *
   * @returns The event, or undefined when there will be no more.
   * @throws {ConnectionError} If the server or the network ended it.
   * @throws {PeerProtocolError} If what came is no data of a PandA, or was cut off.
   * @throws {TimeoutError} If nothing came in time.
   */
  async next(): Promise<StartData | FrameData | EndData | undefined> {
    for (;;) {
      const event = this.#take();
      if (event) return event;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isOver) return undefined;
      await this.#newsInTime();
    }
  }

  /** The events; leaving the loop does not close it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<StartData | FrameData | EndData, void, unknown> {
    for (let event = await this.next(); event; event = await this.next()) yield event;
  }

  /** The acquisitions; of one that is not read to its end, the rest is passed over. */
  async *acquisitions(): AsyncGenerator<Acquisition, void, unknown> {
    for await (const event of this) {
      if (event.kind === "start") yield new Acquisition(event, () => this.next());
    }
  }

  /** Closes it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#connection.destroy();
    await this.#connection.closed;
  }

  /** As {@linkcode PandaData.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #feed(chunk: Uint8Array): void {
    try {
      this.#data.feed(chunk, this.#handle);
    } catch (error) {
      this.#fail(error);
    }
    this.#waiting += chunk.length;
    if (this.#waiting > MOST_WAITING && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection.pause();
    }
    this.#wake();
  }

  readonly #handle = (event: DataEvent): void => {
    if (event.kind === "ready") this.#isReady = true;
    else this.#events.push(event);
    if (event.kind === "start") this.#hasBegun = true;
  };

  #take(): StartData | FrameData | EndData | undefined {
    const event = this.#events.shift();
    if (event) {
      if (event.kind === "frame") this.#waiting -= event.rows * event.start.sampleBytes;
      return event;
    }
    this.#waiting = 0;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#connection.resume();
    }
    return this.#data.flush();
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#connection.destroy();
  }

  #finish(error: Error | undefined): void {
    this.#isOver = true;
    if (!this.#isClosing && this.#error === undefined) this.#error = this.#endOf(error);
    this.#wake();
  }

  /** What to fail with at the end of the connection; nothing, if it was to end here. */
  #endOf(lost: Error | undefined): unknown {
    let cut: unknown;
    try {
      this.#data.end(this.#handle);
    } catch (error) {
      cut = error;
    }
    const isDone = this.#options.oneShot && this.#hasBegun;
    if (lost) return new ConnectionError(`${this.#who} was lost: ${lost.message}`, { cause: lost });
    return cut ?? (isDone ? undefined : new ConnectionError(`${this.#who} ended the data connection`));
  }

  #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  #newsInTime(): Promise<void> {
    const { timeout, clock } = this.#options;
    if (timeout === undefined) return this.#news();
    return withDeadline(() => this.#news(), { clock, timeout, what: `data from ${this.#who}` });
  }
}

/**
 * Opens a data port.
 *
 * @param address Where.
 * @param options What to ask for.
 * @returns The stream, after the server has accepted us.
 * @throws {ConnectionError} If nothing listens there.
 * @throws {PeerProtocolError} If the server does not accept the options.
 * @throws {TimeoutError} If it does not answer.
 */
export async function openData(address: string, options: DataSettings): Promise<PandaData> {
  const { transportTo, clock, signal, acceptTimeout } = options;
  const connection = await transportTo.connect(address, { signal });
  const data = new PandaData(connection, options);
  try {
    const what = `answer of PandA ${address} to the options of a data connection`;
    await withDeadline(() => data.ready(), { clock, timeout: acceptTimeout, signal, what });
    return data;
  } catch (error) {
    await data.close();
    throw error;
  }
}
