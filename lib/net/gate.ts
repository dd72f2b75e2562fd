/** How many may be connected to a server, and who makes room for whom. @module */
import type { Clock } from "../time/mod.ts";
import { isLoopback } from "./address.ts";

/** Options of {@linkcode Gate}. */
export interface GateOptions {
  /** How many may be connected. */
  readonly total: number;
  /** How many from one address; for this machine itself the total counts: it may stand for many, as a proxy does. */
  readonly perAddress: number;
  /** What measures how often is told of refusals. */
  readonly clock: Clock;
  /** Is told that somebody had to go, at most once a minute. */
  readonly report: (message: string) => void;
}

/** How often is told of those who had to go, milliseconds. */
const QUIET = 60_000;

/**
 * Lets in as many as there is room for. Where it is full, whoever has stood longest without having asked for anything
 * makes room, so that those who open connections and say nothing keep nobody out.
 */
export class Gate<C> {
  readonly #options: GateOptions;
  readonly #places = new Map<C, string>();
  readonly #counts = new Map<string, number>();
  readonly #idle = new Set<C>();
  #told = -Infinity;
  #untold = 0;

  /** Begins with nobody. */
  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Who is in. */
  get inside(): Iterable<C> {
    return this.#places.keys();
  }

  /**
   * Somebody comes.
   *
   * @param one The connection.
   * @param address Where from, without the port.
   * @returns Who has to go: nobody, one who said nothing so far, or, where there is none, the one who comes.
   */
  enter(one: C, address: string): C | undefined {
    const { total, perAddress } = this.#options;
    const most = isLoopback(address) ? total : perAddress;
    const isOften = (this.#counts.get(address) ?? 0) >= most;
    const victim = isOften || this.#places.size >= total
      ? this.#idlest(isOften ? address : undefined) ?? one
      : undefined;
    this.#places.set(one, address);
    this.#idle.add(one);
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
    if (victim !== undefined) {
      this.left(victim);
      this.#tell(address, isOften ? `${most} connections from ${address}` : `${total} connections`);
    }
    return victim;
  }

  /** Somebody has asked for something. */
  proved(one: C): void {
    this.#idle.delete(one);
  }

  /** Somebody is gone. */
  left(one: C): void {
    const address = this.#places.get(one);
    if (address === undefined) return;
    this.#places.delete(one);
    this.#idle.delete(one);
    const count = this.#counts.get(address)! - 1;
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
  }

  #idlest(address: string | undefined): C | undefined {
    for (const one of this.#idle) {
      if (address === undefined || this.#places.get(one) === address) return one;
    }
    return undefined;
  }

  #tell(address: string, what: string): void {
    this.#untold++;
    const now = this.#options.clock.now();
    if (now < this.#told + QUIET) return;
    const more = this.#untold > 1 ? ` (${this.#untold} since the last time this was told)` : "";
    this.#options.report(`There are ${what} already: one had to go, as ${address} wanted in${more}`);
    this.#told = now;
    this.#untold = 0;
  }
}
