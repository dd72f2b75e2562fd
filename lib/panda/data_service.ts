/** One client of a data port, as its server sees it. @module */
import type { Connection, Receiver } from "../net/mod.ts";
import type { Capture } from "./capture.ts";
import { readDataRequest } from "./data_request.ts";
import { DataWriter, type WriterSettings } from "./data_writer.ts";

/** Longest line of options, bytes. */
const LINE_LIMIT = 1022;

/** Sends acquisitions to a client at the pace at which it takes them. */
export class DataService implements Receiver {
  readonly #connection: Connection;
  readonly #running: () => Capture | undefined;
  readonly #waiting: Capture[] = [];
  #line = "";
  #settings: WriterSettings | undefined;
  #writer!: DataWriter;
  #next = -1;
  #isFull = false;

  /** Makes one; the running capture is joined when the client has said how. */
  constructor(connection: Connection, running: () => Capture | undefined) {
    this.#connection = connection;
    this.#running = running;
  }

  /** Whether it still has something to send of a capture. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Tells it of a new capture. */
  begin(capture: Capture): void {
    if (!this.#settings) return;
    this.#waiting.push(capture);
    this.pump();
  }

  /** Sends what there is, until the connection is full. */
  pump(): void {
    while (this.#settings && !this.#isFull && this.#waiting.length > 0) {
      if (!this.#step(this.#waiting[0]!, this.#settings)) return;
    }
  }

  data(chunk: Uint8Array): void {
    if (this.#settings) return;
    this.#line += new TextDecoder("latin1").decode(chunk);
    const end = this.#line.indexOf("\n");
    if (end > LINE_LIMIT || (end < 0 && this.#line.length > LINE_LIMIT)) return this.#connection.destroy();
    if (end >= 0) this.#accept(this.#line.slice(0, end));
  }

  /** A half-close is taken for the wish to leave. */
  end(): void {
    if (this.#next >= 0) this.#connection.write(this.#writer.end("Early disconnect"));
    this.#leave();
  }

  drained(): void {
    this.#isFull = false;
    this.pump();
  }

  #accept(line: string): void {
    const request = readDataRequest(line);
    if ("refusal" in request) {
      this.#connection.write(`ERR ${request.refusal}\n`);
      return this.#leave();
    }
    this.#settings = request.settings;
    this.#writer = new DataWriter(request.settings);
    if (request.settings.status) this.#connection.write("OK\n");
    const running = this.#running();
    if (running) this.begin(running);
  }

  /** Sends the next piece of a capture; false when there is none yet. */
  #step(capture: Capture, { process, oneShot }: WriterSettings): boolean {
    if (this.#next < 0) {
      this.#next = capture.first;
      this.#send(this.#writer.begin({ ...capture[process], missed: capture.missed }));
      return true;
    }
    const rows = this.#next < capture.first ? undefined : capture.block(this.#next, process);
    if (rows) {
      this.#next++;
      this.#send(this.#writer.rows(rows));
      return true;
    }
    const reason = this.#next < capture.first ? "Data overrun" : capture.reason;
    if (reason === undefined) return false;
    this.#send(this.#writer.end(reason));
    this.#waiting.shift();
    this.#next = -1;
    if (oneShot) this.#leave();
    return true;
  }

  #send(bytes: Uint8Array): void {
    this.#isFull = !this.#connection.write(bytes);
  }

  #leave(): void {
    this.#waiting.length = 0;
    this.#connection.end();
  }
}
