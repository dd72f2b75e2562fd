/** Connections without sockets. @module */
import type { Connection, ConnectOptions, Listener, Transport } from "../net/connection.ts";
import { formatAddress, parseAddress } from "../net/address.ts";
import { connectFailure, listenFailure } from "../net/failure.ts";
import { MemoryConnection } from "./memory_connection.ts";
import { MemoryPipe } from "./memory_pipe.ts";

/** Options of {@linkcode MemoryTransport}. */
export interface MemoryTransportOptions {
  /** Bytes each direction of a connection holds between its ends (default 65536). */
  capacity?: number;
  /** Most bytes handed out at once; 1 feeds every reader byte by byte (default: no limit). */
  chunk?: number;
}

interface Wire {
  readonly address: string;
  readonly ends: readonly [MemoryConnection, MemoryConnection];
  readonly pipes: readonly [MemoryPipe, MemoryPipe];
}

/**
 * A {@linkcode Transport} in memory, with addresses, finite buffers, half-close and back-pressure as TCP has them, and
 * with no time of its own: it works with a virtual clock. Each one is a network of its own.
 *
 * @example Usage
 * ```ts
 * import { lineClient, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const network = new MemoryTransport();
 * await using server = await network.listen("cryocon:7024", (connection) => {
 *   connection.receive({ data: (chunk) => connection.write(chunk) });
 * });
 * const client = lineClient(await network.connect(server.address));
 * client.send("get_status");
 * await client.expect("get_status");
 * client.close();
 * ```
 */
export class MemoryTransport implements Transport {
  readonly #capacity: number;
  readonly #chunk: number;
  readonly #listeners = new Map<string, MemoryListener>();
  readonly #wires = new Set<Wire>();
  readonly #refused = new Set<string>();
  readonly #frozen = new Map<string, PromiseWithResolvers<void>>();
  #nextPort = 49152;

  /** Makes a network without anyone on it. */
  constructor(options: MemoryTransportOptions = {}) {
    this.#capacity = options.capacity ?? 65536;
    this.#chunk = options.chunk ?? Infinity;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#wires.size;
  }

  async connect(address: string, options: ConnectOptions = {}): Promise<Connection> {
    const { signal } = options;
    const place = normal(address);
    signal?.throwIfAborted();
    await this.#frozenAway(place, signal);
    const listener = this.#listeners.get(place);
    if (!listener || this.#refused.has(place)) throw connectFailure(address, systemError("ECONNREFUSED"));
    return this.#join(place, address, listener);
  }

  listen(address: string, accept: (connection: Connection) => void): Promise<Listener> {
    const parsed = parseAddress(address);
    const port = parsed.kind === "unix" ? 0 : parsed.port || this.#nextPort++;
    const place = parsed.kind === "unix" ? address : formatAddress(parsed.host, port);
    const key = normal(place);
    if (this.#listeners.has(key)) return Promise.reject(listenFailure(parsed, systemError("EADDRINUSE")));
    const listener = new MemoryListener(place, port, accept, () => {
      this.#listeners.delete(key);
      for (const wire of this.#to(key)) for (const end of wire.ends) end.destroy();
    });
    this.#listeners.set(key, listener);
    return Promise.resolve(listener);
  }

  /** Refuses every attempt to connect to an address, whether something listens there or not, until {@linkcode allow}. */
  refuse(address: string): void {
    this.#refused.add(normal(address));
  }

  /** Ends {@linkcode refuse}. */
  allow(address: string): void {
    this.#refused.delete(normal(address));
  }

  /** Breaks every connection to an address, as when the cable is pulled and the system notices. */
  drop(address: string): void {
    for (const wire of this.#to(normal(address))) for (const end of wire.ends) end.lose("reset by the peer");
  }

  /**
   * Lets nothing through to or from an address, and keeps attempts to connect waiting, until {@linkcode thaw}: what a
   * stopped process or a dead cable looks like.
   */
  freeze(address: string): void {
    const place = normal(address);
    if (!this.#frozen.has(place)) this.#frozen.set(place, Promise.withResolvers());
    for (const wire of this.#to(place)) for (const pipe of wire.pipes) pipe.freeze(true);
  }

  /** Ends {@linkcode freeze}: what was held back comes through. */
  thaw(address: string): void {
    const place = normal(address);
    this.#frozen.get(place)?.resolve();
    this.#frozen.delete(place);
    for (const wire of this.#to(place)) for (const pipe of wire.pipes) pipe.freeze(false);
  }

  async #frozenAway(place: string, signal: AbortSignal | undefined): Promise<void> {
    for (let gate = this.#frozen.get(place); gate; gate = this.#frozen.get(place)) {
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = () => reject(signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        await Promise.race([gate.promise, aborted]);
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    }
  }

  #join(place: string, address: string, listener: MemoryListener): Connection {
    const up = new MemoryPipe(this.#capacity, this.#chunk);
    const down = new MemoryPipe(this.#capacity, this.#chunk);
    const near = new MemoryConnection(address, up, down);
    const far = new MemoryConnection(
      listener.port === 0 ? place : formatAddress("127.0.0.1", this.#nextPort++),
      down,
      up,
    );
    MemoryConnection.pair(near, far);
    const wire: Wire = { address: place, ends: [near, far], pipes: [up, down] };
    this.#wires.add(wire);
    Promise.all([near.closed, far.closed]).then(() => this.#wires.delete(wire));
    listener.accept(far);
    return near;
  }

  #to(place: string): Wire[] {
    return [...this.#wires].filter((wire) => wire.address === place);
  }
}

class MemoryListener implements Listener {
  readonly address: string;
  readonly port: number;
  readonly accept: (connection: Connection) => void;
  readonly #stop: () => void;

  constructor(address: string, port: number, accept: (connection: Connection) => void, stop: () => void) {
    this.address = address;
    this.port = port;
    this.accept = accept;
    this.#stop = stop;
  }

  close(): Promise<void> {
    this.#stop();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One spelling for all names of this machine. */
function normal(address: string): string {
  return address.replace(/^(?:localhost|\[::1\]|0\.0\.0\.0):/, "127.0.0.1:");
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
