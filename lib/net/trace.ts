/** Records every byte of connections, with its time, to a file that can be replayed. @module */
import { createWriteStream, type WriteStream } from "node:fs";
import { type Clock, systemClock } from "../time/mod.ts";
import type { Connection, Listener, Receiver, Transport } from "./connection.ts";
import { formatTraceEvent, type TraceBody, type TraceEvent } from "./trace_event.ts";

/** Options of {@linkcode TraceRecorder}. */
export interface TraceRecorderOptions {
  /** What stamps (default: the system's clock). */
  clock?: Clock;
}

/**
 * Writes traces of any number of connections to one file. Recording never waits for the file: what it has not taken yet is
 * kept in memory, and {@linkcode TraceRecorder.close} waits until all of it is written.
 *
 * @example Usage
 * ```ts
 * import { MemoryTransport, readTrace, TraceRecorder } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile();
 * const network = new MemoryTransport();
 * await using _server = await network.listen("cryocon:7024", (peer) => peer.receive({ data() {} }));
 * {
 *   await using recorder = new TraceRecorder(file);
 *   const connection = await recorder.transport(network).connect("cryocon:7024");
 *   connection.write("get_status\n");
 *   connection.destroy();
 *   await connection.closed;
 * }
 * const events = await Array.fromAsync(readTrace(file));
 * assertEquals(events.map((event) => event.kind), ["open", "data", "closed"]);
 * await Deno.remove(file);
 * ```
 */
export class TraceRecorder implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #file: WriteStream;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;
  #count = 0;

  /** Makes one that writes to `path`; what the file held before is gone. */
  constructor(path: string, { clock = systemClock }: TraceRecorderOptions = {}) {
    this.#clock = clock;
    this.#file = createWriteStream(path);
    this.#file.on("error", (error) => this.#failure ??= error);
  }

  /**
   * Records a connection from now on.
   *
   * @param connection The connection; nobody else may use it.
   * @returns What to use instead.
   */
  connection(connection: Connection): Connection {
    const start = this.#clock.now();
    const id = ++this.#count;
    const note = (event: TraceBody) =>
      this.#note({ connection: id, t: (this.#clock.now() - start) / 1000, ...event });
    note({ kind: "open", peer: connection.peer, time: this.#clock.time() });
    return new RecordedConnection(connection, note);
  }

  /**
   * Records every connection of a transport, made or accepted.
   *
   * @param transport The transport.
   * @returns What to use instead.
   */
  transport(transport: Transport): Transport {
    return {
      connect: async (address, options) => this.connection(await transport.connect(address, options)),
      listen: (address, accept): Promise<Listener> =>
        transport.listen(address, (connection) => accept(this.connection(connection))),
    };
  }

  /**
   * Ends the recording; connections go on unrecorded.
   *
   * @throws {Error} If the file could not be written, at any time.
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** As {@linkcode TraceRecorder.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finish(): Promise<void> {
    const { promise: written, resolve } = Promise.withResolvers<void>();
    if (this.#file.closed) resolve();
    else this.#file.once("close", resolve);
    this.#file.end();
    await written;
    if (this.#failure) throw this.#failure;
  }

  #note(event: TraceEvent): void {
    if (!this.#closing && !this.#failure) this.#file.write(formatTraceEvent(event));
  }
}

const encoder = new TextEncoder();

class RecordedConnection implements Connection {
  readonly #inner: Connection;
  readonly #note: (event: TraceBody) => void;
  #ended = false;
  #finished = false;

  constructor(inner: Connection, note: (event: TraceBody) => void) {
    this.#inner = inner;
    this.#note = note;
    inner.closed.then(() => this.#finish(undefined)); // where nobody receives
  }

  get peer(): string {
    return this.#inner.peer;
  }

  get isLocal(): boolean {
    return this.#inner.isLocal;
  }

  get pending(): number {
    return this.#inner.pending;
  }

  get closed(): Promise<void> {
    return this.#inner.closed;
  }

  receive(receiver: Receiver): void {
    this.#inner.receive({
      data: (bytes) => {
        this.#note({ kind: "data", direction: "in", bytes });
        receiver.data(bytes);
      },
      end: () => {
        this.#note({ kind: "end", direction: "in" });
        if (receiver.end) receiver.end();
        else this.end();
      },
      drained: () => receiver.drained?.(),
      closed: (error) => {
        this.#finish(error);
        receiver.closed?.(error);
      },
    });
  }

  write(bytes: Uint8Array | string): boolean {
    if (!this.#ended && bytes.length > 0) {
      this.#note({
        kind: "data",
        direction: "out",
        bytes: typeof bytes === "string" ? encoder.encode(bytes) : bytes,
      });
    }
    return this.#inner.write(bytes);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  end(): void {
    if (!this.#ended) this.#note({ kind: "end", direction: "out" });
    this.#ended = true;
    this.#inner.end();
  }

  destroy(reason?: Error): void {
    this.#ended = true;
    this.#inner.destroy(reason);
  }

  #finish(error: Error | undefined): void {
    if (this.#finished) return;
    this.#ended = this.#finished = true;
    this.#note({ kind: "closed", error: error?.message });
  }
}
