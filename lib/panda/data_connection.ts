/** The data port on the wire: bytes in, acquisitions out. @module */
import { LocalProtocolError, PeerProtocolError } from "../errors.ts";
import { ByteInput } from "./byte_input.ts";
import type { DataEvent, StartData } from "./data_event.ts";
import { type DataOptions, type DataSettings, dataSettings, optionLine } from "./data_options.ts";
import { FrameData } from "./frame_data.ts";
import { Framed } from "./framed.ts";
import { HeaderReader } from "./header_reader.ts";
import { RowBuffer } from "./row_buffer.ts";
import { RowLayout } from "./row_layout.ts";
import type { RowReader } from "./row_reader.ts";
import { readAscii, readBase64, TextRows } from "./text_rows.ts";
import { Unframed } from "./unframed.ts";

/** Gets every event, in order; it must not throw. */
export type DataHandler = (event: DataEvent) => void;

/**
 * Reads the stream of the data port, cut anywhere: any number of acquisitions, each with its header.
 *
 * @example One row
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const data = new DataConnection({ process: "scaled", transport: "ascii", header: "text" });
 * assertEquals(data.connect(), "ASCII SCALED\n");
 * const stream = "OK\nmissed: 0\nprocess: Scaled\nformat: ASCII\nfields:\n" +
 *   " COUNTER1.OUT double Value scale: 0.5 offset: 0 units: mm\n\n 1.5\nEND 1 Ok\n";
 * data.feed(new TextEncoder().encode(stream), (event) => {
 *   if (event.kind === "frame") assertEquals(event.scaled("COUNTER1.OUT.Value"), Float64Array.of(1.5));
 *   if (event.kind === "end") assertEquals(event.reason, "Ok");
 * });
 * ```
 */
export class DataConnection {
  readonly #settings: DataSettings;
  readonly #input = new ByteInput();
  readonly #header: HeaderReader | undefined;
  #state: ((handle: DataHandler) => boolean) | undefined;
  #phase: "answer to the options" | "header" | "data" = "answer to the options";
  /** Where what is being read began. */
  #mark = 0;
  #failure: PeerProtocolError | undefined;
  #layout!: RowLayout;
  #rows!: RowBuffer;
  #handedOut = 0;
  #reader!: RowReader;

  /**
   * Makes one that has not asked for anything yet.
   *
   * @throws {LocalProtocolError} If the options would make the end of an acquisition invisible.
   */
  constructor(options: DataOptions = {}) {
    this.#settings = dataSettings(options);
    const { header } = this.#settings;
    if (typeof header === "string") this.#header = new HeaderReader(header);
  }

  /** Whether an acquisition has begun and not ended. */
  get isBusy(): boolean {
    return this.#phase === "data";
  }

  /**
   * What is to be sent at the beginning, once.
   *
   * @throws {LocalProtocolError} If it was asked for before.
   */
  connect(): string {
    if (this.#state) throw new LocalProtocolError("This data connection has begun already: make another one");
    if (this.#settings.status) this.#state = this.#readStatus;
    else this.#awaitAcquisition();
    return `${optionLine(this.#settings)}\n`;
  }

  /**
   * Takes the next bytes. They are not copied where rows lie in one piece: they must not be changed afterwards.
   *
   * @param chunk The bytes, cut anywhere.
   * @param handle Gets what they completed.
   * @throws {PeerProtocolError} If they are not what a PandA sends; what came before was handed out, and there is no
   * way on.
   * @throws {LocalProtocolError} If {@linkcode connect} was not called.
   */
  feed(chunk: Uint8Array, handle: DataHandler): void {
    if (!this.#state) {
      throw new LocalProtocolError("Bytes of a data connection came before connect() was called");
    }
    if (this.#failure) throw this.#failure;
    this.#input.feed(chunk);
    try {
      do {
        if (!this.#header?.hasBegun) this.#mark = this.#input.position;
      } while (this.#state(handle));
      if (this.#settings.transport !== "framed") this.#frameTo(handle);
    } catch (error) {
      this.#frameTo(handle);
      throw this.#broken(error);
    }
  }

  /**
   * Takes out the rows that have come and were not handed out yet; with `flush: "frame"` there are none.
   *
   * @returns The rows, or undefined if there are none.
   */
  flush(): FrameData | undefined {
    if (!this.isBusy || this.#rows.rows === 0) return undefined;
    const { rows } = this.#rows;
    this.#handedOut += rows;
    return new FrameData(this.#layout, this.#rows.take(), rows);
  }

  /**
   * Says that no more bytes come.
   *
   * @param handle Gets the rows that were not handed out yet.
   * @throws {PeerProtocolError} If more was to come: the stream was cut off within something.
   */
  end(handle: DataHandler): void {
    if (this.#failure) throw this.#failure;
    if (!this.#state) return;
    const isCut = this.isBusy && (this.#settings.status || this.#rows.partial > 0 || this.#reader.isWithin);
    this.#flushTo(handle);
    const isBetween = this.isBusy || this.#phase === "header";
    if (isBetween && !isCut && !this.#input.isHolding && !this.#header?.hasBegun) return;
    const end = this.#input.received;
    throw this.#failure = new PeerProtocolError(
      `The data port's stream ended within the ${this.#phase}, at byte ${end}`,
    );
  }

  readonly #readStatus = (handle: DataHandler): boolean => {
    const line = this.#input.line();
    if (line === undefined) return false;
    if (line !== "OK") {
      const asked = optionLine(this.#settings);
      throw new PeerProtocolError(`expected OK to ${JSON.stringify(asked)}, got ${JSON.stringify(line)}`);
    }
    this.#awaitAcquisition();
    handle({ kind: "ready" });
    return true;
  };

  #awaitAcquisition(): void {
    this.#phase = "header";
    this.#state = this.#header ? this.#readHeader : this.#beginWithoutHeader;
  }

  readonly #beginWithoutHeader = (handle: DataHandler): boolean => {
    if (!this.#input.has(1)) return false;
    this.#begin(this.#settings.header as StartData, handle);
    return true;
  };

  readonly #readHeader = (handle: DataHandler): boolean => {
    const line = this.#input.line();
    if (line === undefined) return false;
    const start = this.#header!.take(line);
    if (start) this.#begin(start, handle);
    return true;
  };

  #begin(start: StartData, handle: DataHandler): void {
    const { transport } = this.#settings;
    if (start.format.toLowerCase() !== transport) {
      throw new PeerProtocolError(`format is ${JSON.stringify(start.format)}, asked for was ${transport}`);
    }
    if (start.fields.length === 0) throw new PeerProtocolError("there are no fields");
    this.#layout = new RowLayout(start);
    this.#rows = new RowBuffer(start.sampleBytes);
    this.#reader = this.#readerOf(start);
    this.#handedOut = 0;
    this.#phase = "data";
    this.#state = this.#readData;
    handle(start);
  }

  #readerOf(start: StartData): RowReader {
    const { transport, status } = this.#settings;
    if (transport === "framed") return new Framed(this.#rows, start.sampleBytes);
    if (transport === "unframed") return new Unframed(this.#rows, start.sampleBytes, status);
    const read = transport === "base64" ? readBase64 : (line: string) => readAscii(line, start);
    return new TextRows(this.#rows, read);
  }

  readonly #readData = (handle: DataHandler): boolean => {
    const step = this.#reader.step(this.#input);
    if (step === "frame") this.#frameTo(handle);
    else if (step === "end" && this.#settings.status) this.#state = this.#readEnd;
    else if (step === "end" || step === "other") this.#readNextHeader(step, handle);
    return step !== "more";
  };

  /** Without status, nothing but the next header says that an acquisition has ended. */
  #readNextHeader(step: "end" | "other", handle: DataHandler): void {
    const next = step === "end" ? "END" : String.fromCharCode(this.#input.byte(0));
    const isHeader = this.#header?.mayBeginWith(next) ?? false;
    if (this.#settings.status || !isHeader) {
      throw new PeerProtocolError(`expected rows or END, got ${JSON.stringify(next)}`);
    }
    if (this.#rows.partial > 0) throw new PeerProtocolError("the data ended within a row");
    this.#flushTo(handle);
    this.#awaitAcquisition();
  }

  readonly #readEnd = (handle: DataHandler): boolean => {
    const line = this.#input.line();
    if (line === undefined) return false;
    this.#finish(line, handle);
    return true;
  };

  #finish(line: string, handle: DataHandler): void {
    const match = /^(\d{1,15}) (.+)$/.exec(line);
    if (!match) {
      throw new PeerProtocolError(`expected "END <rows> <reason>", got ${JSON.stringify(`END ${line}`)}`);
    }
    if (this.#rows.partial > 0) throw new PeerProtocolError("the data ended within a row");
    this.#flushTo(handle);
    this.#awaitAcquisition();
    handle({ kind: "end", samples: Number(match[1]), received: this.#handedOut, reason: match[2]! });
  }

  #frameTo(handle: DataHandler): void {
    if (this.#settings.flush === "frame") this.#flushTo(handle);
  }

  #flushTo(handle: DataHandler): void {
    const frame = this.flush();
    if (frame) handle(frame);
  }

  #broken(error: unknown): unknown {
    if (!(error instanceof PeerProtocolError)) return error;
    const message = `Cannot read the ${this.#phase} at byte ${this.#mark} of the data port: ${error.message}`;
    this.#failure = new PeerProtocolError(message, { cause: error });
    return this.#failure;
  }
}
