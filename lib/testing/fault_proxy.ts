/** A proxy that plays a bad network. @module */
import type { Connection, Listener, Receiver, Transport } from "../net/connection.ts";
import { transportFor } from "../net/transport.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { FaultLane } from "./fault_lane.ts";
import type { Toxic } from "./toxics.ts";

/** Which way bytes go: `upstream` from client to server, `downstream` back. */
export type FaultDirection = "upstream" | "downstream";

/** Options of {@linkcode FaultProxy.listen}. */
export interface FaultProxyOptions {
  /** Where it listens (default `"127.0.0.1:0"`). */
  address?: string;
  /** Transport of both sides (default: by the address of the server). */
  transport?: Transport;
  /** Clock of the faults (default: the system's). */
  clock?: Clock;
  /** Numbers from 0 to 1 for jitter, sizes and toxicity (default `Math.random`). */
  random?: () => number;
}

/** How a toxic is added. */
export interface ToxicOptions {
  /** Which way it acts (default `"downstream"`). */
  direction?: FaultDirection;
  /** Share of the connections it acts on, 0 to 1 (default 1). */
  toxicity?: number;
}

interface Added extends Required<ToxicOptions> {
  readonly toxic: Toxic;
}

interface Pair {
  readonly ends: readonly Connection[];
  readonly lanes: Readonly<Record<FaultDirection, FaultLane>>;
}

/**
 * Stands between clients and a server and does to their connections what toxiproxy does, by the same names: `latency`,
 * `bandwidth`, `slow_close`, `timeout`, `reset_peer`, `slicer`, `limit_data`, and {@linkcode FaultProxy.down}. Without a
 * fault it passes on bytes, half-close and back-pressure.
 *
 * @example Usage
 * ```ts
 * import { FaultProxy, lineClient, MemoryTransport, VirtualClock } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new VirtualClock();
 * const transport = new MemoryTransport();
 * await using _server = await transport.listen("cryocon:7024", (peer) => {
 *   peer.receive({ data: (chunk) => peer.write(chunk) });
 * });
 * await using proxy = await FaultProxy.listen("cryocon:7024", { transport, clock });
 * const slow = proxy.add({ type: "latency", latency: "2 s" });
 * const client = lineClient(await transport.connect(proxy.address));
 * client.send("get_status");
 * await clock.runUntil(client.expect("get_status"));
 * assertEquals(clock.now(), 2000);
 * slow.remove();
 * client.close();
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: string;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #toxics = new Set<Added>();
  readonly #pairs = new Set<Pair>();
  #address: string;
  #listener: Listener | undefined;
  #run = 0;

  private constructor(server: string, options: FaultProxyOptions) {
    this.#server = server;
    this.#address = options.address ?? "127.0.0.1:0";
    this.#transport = options.transport ?? transportFor(server);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  /**
   * Starts one.
   *
   * @param server Address of the server it stands before.
   * @param options Where it listens, and so on.
   * @returns The proxy, without any fault.
   * @throws {ConnectionError} If it cannot listen.
   */
  static async listen(server: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(server, options);
    await proxy.up();
    return proxy;
  }

  /** Where it listens; stays the same through {@linkcode FaultProxy.down} and {@linkcode FaultProxy.up}. */
  get address(): string {
    return this.#address;
  }

  /** How many connections go through it. */
  get connections(): number {
    return this.#pairs.size;
  }

  /**
   * Adds a fault, to open connections too.
   *
   * @param toxic What it is.
   * @param options Which way, and on what share of the connections.
   * @returns What removes it again.
   */
  add(toxic: Toxic, options: ToxicOptions = {}): { remove(): void } {
    const { direction = "downstream", toxicity = 1 } = options;
    const added = { toxic: { ...toxic }, direction, toxicity };
    this.#toxics.add(added);
    for (const pair of this.#pairs) this.#infect(pair, added);
    return {
      remove: () => {
        this.#toxics.delete(added);
        for (const { lanes } of this.#pairs) lanes[direction].remove(added.toxic);
      },
    };
  }

  /** Closes every connection and refuses new ones. */
  async down(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#run++;
    const ends = [...this.#pairs].flatMap((pair) => pair.ends);
    for (const end of ends) end.destroy();
    await Promise.all([listener?.close(), ...ends.map((end) => end.closed)]);
  }

  /** Listens again, at the same address. */
  async up(): Promise<void> {
    if (this.#listener) return;
    this.#listener = await this.#transport.listen(this.#address, (client) => this.#accept(client));
    this.#address = this.#listener.address;
  }

  /** Ends it. */
  close(): Promise<void> {
    return this.down();
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(client: Connection): Promise<void> {
    const run = this.#run;
    let server: Connection;
    try {
      server = await this.#transport.connect(this.#server);
    } catch (error) {
      client.destroy(error as Error);
      return;
    }
    if (this.#run === run) this.#pair(client, server);
    else server.destroy(); // it went down meanwhile
  }

  #pair(client: Connection, server: Connection): void {
    const upstream = new FaultLane(client, server, this.#clock, this.#random);
    const downstream = new FaultLane(server, client, this.#clock, this.#random);
    const pair: Pair = { ends: [client, server], lanes: { upstream, downstream } };
    this.#pairs.add(pair);
    for (const toxic of this.#toxics) this.#infect(pair, toxic);
    client.receive(carry(upstream, downstream, server));
    server.receive(carry(downstream, upstream, client));
    Promise.all([client.closed, server.closed]).then(() => {
      upstream.stop();
      downstream.stop();
      this.#pairs.delete(pair);
    });
  }

  #infect(pair: Pair, { toxic, direction, toxicity }: Added): void {
    if (this.#random() < toxicity) pair.lanes[direction].add(toxic);
  }
}

/** Receives from one end: what comes goes into `away`, and `towards` it come the bytes of the other end. */
function carry(away: FaultLane, towards: FaultLane, other: Connection): Receiver {
  return {
    data: (chunk) => away.take(chunk),
    end: () => away.finish(),
    drained: () => towards.drained(),
    closed(error) {
      towards.stop();
      if (error) {
        away.stop();
        other.destroy(error);
      } else {
        away.finish();
      }
    },
  };
}
