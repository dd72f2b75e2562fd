/** A server of both ports of a PandA. @module */
import { LocalProtocolError } from "../errors.ts";
import { type Connection, formatAddress, type Listener, tcp, type Transport } from "../net/mod.ts";
import { Capture } from "./capture.ts";
import { ControlService, type PandaBox } from "./control_service.ts";
import type { EndReason, StartData } from "./data_event.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { DataService } from "./data_service.ts";

export type { CaptureField } from "./capture_field.ts";
export type { PandaBox, TableWrite } from "./control_service.ts";
export type { EndReason, StartData } from "./data_event.ts";
export { formatG } from "./format_number.ts";

/** Options of {@linkcode servePanda}. */
export interface ServePandaOptions {
  /** Where to listen (default `"127.0.0.1"`). */
  readonly host?: string | undefined;
  /** Port of commands, 0 for any free one (default 8888). */
  readonly controlPort?: number | undefined;
  /** Port of captured data, 0 for any free one (default 8889). */
  readonly dataPort?: number | undefined;
  /** How to listen (default: over TCP). */
  readonly transport?: Transport | undefined;
  /** Bytes of raw rows that are kept for clients that are slow or come late (default 256 MiB). */
  readonly kept?: number | undefined;
  /** Clock (default: the system's). */
  readonly clock?: Clock | undefined;
}

/** A client of either port. */
export interface PandaClient {
  /** Since when it is connected, unix seconds. */
  readonly since: number;
  /** Which port it is at. */
  readonly kind: "config" | "data";
  /** Where it comes from. */
  readonly peer: string;
}

/**
 * Serves a box: its settings on one port, what it captures on the other.
 *
 * @param box What answers commands.
 * @param options Where.
 * @returns The server, listening.
 * @throws {ConnectionError} If it cannot listen there.
 */
export async function servePanda(box: PandaBox, options: ServePandaOptions = {}): Promise<PandaServer> {
  const { host = "127.0.0.1", controlPort = 8888, dataPort = 8889, transport = tcp } = options;
  const server = new PandaServer(options);
  const control = await transport.listen(
    formatAddress(host, controlPort),
    (connection) => server.acceptControl(connection, box),
  );
  try {
    const data = await transport.listen(
      formatAddress(host, dataPort),
      (connection) => server.accept(connection),
    );
    server.listeners = { control, data };
    return server;
  } catch (error) {
    await control.close();
    throw error;
  }
}

/** A running server; {@linkcode servePanda} makes one. */
export class PandaServer implements AsyncDisposable {
  /** What listens. */
  listeners!: { readonly control: Listener; readonly data: Listener };
  readonly #clients = new Set<PandaClient>();
  readonly #clock: Clock;
  readonly #readers = new Set<DataService>();
  readonly #kept: number | undefined;
  #capture: Capture | undefined;

  /** Made by {@linkcode servePanda}. */
  constructor({ kept, clock = systemClock }: ServePandaOptions) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** The true port of commands. */
  get controlPort(): number {
    return this.listeners.control.port;
  }

  /** The true port of captured data. */
  get dataPort(): number {
    return this.listeners.data.port;
  }

  /** How many clients the data port has. */
  get readers(): number {
    return this.#readers.size;
  }

  /** How many of them have not been sent all of what was captured. */
  get busyReaders(): number {
    return [...this.#readers].filter((reader) => reader.isBusy).length;
  }

  /** Who is connected, in the order in which they came. */
  clients(): readonly PandaClient[] {
    return [...this.#clients];
  }

  /** Takes a client of the control port in. */
  acceptControl(connection: Connection, box: PandaBox): void {
    this.#enter("config", connection);
    connection.receive(new ControlService(connection, box));
  }

  /** Takes a client of the data port in. */
  accept(connection: Connection): void {
    this.#enter("data", connection);
    const reader = new DataService(connection, () => this.#capture);
    this.#readers.add(reader);
    connection.closed.then(() => this.#readers.delete(reader));
    connection.receive(reader);
  }

  /**
   * Begins an acquisition.
   *
   * @param raw Its header for raw rows.
   * @param hidden Names of columns that clients are sent only raw: nobody asked for them, but others are computed from them.
   * @throws {LocalProtocolError} If one is running.
   */
  begin(raw: StartData, hidden: ReadonlySet<string> = new Set()): void {
    if (this.#capture) throw new LocalProtocolError("Cannot begin an acquisition: one is running");
    this.#capture = new Capture(raw, hidden, this.#kept);
    for (const reader of this.#readers) reader.begin(this.#capture);
  }

  /**
   * Sends rows.
   *
   * @param bytes Raw rows, packed; not to be changed afterwards.
   * @throws {LocalProtocolError} If no acquisition is running.
   */
  rows(bytes: Uint8Array): void {
    this.#running.push(bytes);
    for (const reader of this.#readers) reader.pump();
  }

  /**
   * Ends the acquisition.
   *
   * @param reason Why.
   * @throws {LocalProtocolError} If none is running.
   */
  end(reason: EndReason): void {
    this.#running.reason = reason;
    this.#capture = undefined;
    for (const reader of this.#readers) reader.pump();
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    await Promise.all([this.listeners.control.close(), this.listeners.data.close()]);
  }

  /** As {@linkcode PandaServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #enter(kind: PandaClient["kind"], connection: Connection): void {
    const client = { since: this.#clock.time(), kind, peer: connection.peer };
    this.#clients.add(client);
    connection.closed.then(() => this.#clients.delete(client));
  }

  get #running(): Capture {
    if (this.#capture) return this.#capture;
    throw new LocalProtocolError("No acquisition is running");
  }
}
