/** How often somebody may try to sign in: each failure makes the next try wait longer, never for long. @module */
import type { Clock } from "../../../lib/time/mod.ts";

/** How failures are held against whoever made them. */
interface Measure {
  /** So many cost nothing. */
  readonly free: number;
  /** The longest wait, ms. */
  readonly most: number;
}

/** Failures of one name from one address, from one address whatever the name, and of one name from wherever. */
const MEASURES = {
  pair: { free: 3, most: 60_000 },
  address: { free: 10, most: 60_000 },
  name: { free: 20, most: 10_000 },
} as const satisfies Record<string, Measure>;

/** After this time without a failure all is forgotten, ms. */
const FORGOTTEN = 15 * 60_000;
/** The first wait, ms; each further one is twice as long. */
const FIRST = 1000;
/** Most that is remembered at a time, failures and successes each. */
const MOST = 10_000;

interface Failures {
  readonly count: number;
  /** Monotonic ms. */
  readonly last: number;
}

/** Failed tries to sign in, by name and address. */
export class Attempts {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();
  /** Where names have signed in from: no stranger's failures are held against them there. */
  readonly #trusted = new Set<string>();

  /** Begins with none. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How much is remembered. */
  get size(): number {
    return this.#failures.size + this.#trusted.size;
  }

  /**
   * Asks for a try. It counts as a failure until it {@linkcode Attempts.succeeded}, so that many at once are no way around.
   *
   * @param name Whose password is tried.
   * @param address From where.
   * @returns Milliseconds to wait for the next try; 0 if it may be made now.
   */
  begin(name: string, address: string): number {
    const kinds = this.#kindsOf(name, netOf(address));
    const wait = Math.max(...kinds.map(([key, measure]) => this.#wait(key, measure)));
    if (wait > 0) return wait;
    const now = this.#clock.now();
    for (const [key] of kinds) this.#remember(key, { count: this.#count(key) + 1, last: now });
    return 0;
  }

  /** A try was right: it was no failure, and earlier ones of this name from there are forgotten. */
  succeeded(name: string, address: string): void {
    const net = netOf(address);
    for (const [key] of this.#kindsOf(name, net)) {
      const known = this.#failures.get(key);
      if (known) this.#failures.set(key, { ...known, count: known.count - 1 });
    }
    this.#failures.delete(pairOf(name, net));
    this.#trusted.delete(pairOf(name, net));
    this.#trusted.add(pairOf(name, net));
    if (this.#trusted.size > MOST) this.#trusted.delete(this.#trusted.keys().next().value!);
  }

  #kindsOf(name: string, net: string): [string, Measure][] {
    const pair = pairOf(name, net);
    if (this.#trusted.has(pair)) return [[pair, MEASURES.pair]];
    return [[pair, MEASURES.pair], [`address ${net}`, MEASURES.address], [`name ${name}`, MEASURES.name]];
  }

  #count(key: string): number {
    const known = this.#failures.get(key);
    return known && this.#clock.now() - known.last < FORGOTTEN ? known.count : 0;
  }

  /** Remembers the latest; the oldest is forgotten where there are too many. */
  #remember(key: string, failures: Failures): void {
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size > MOST) this.#failures.delete(this.#failures.keys().next().value!);
  }

  #wait(key: string, { free, most }: Measure): number {
    const count = this.#count(key);
    if (count < free) return 0;
    const delay = Math.min(most, FIRST * 2 ** (count - free));
    return Math.max(0, this.#failures.get(key)!.last + delay - this.#clock.now());
  }
}

const pairOf = (name: string, net: string): string => `pair ${net} ${name}`;

/** Whoever has one IPv6 address has 2^64 of them: those count as one. */
function netOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const zeros = address.includes("::") ? 8 - groups.length - tail.split(":").filter(Boolean).length : 0;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill("0"), ...tail.split(":")].slice(0, 4).join(
    ":",
  );
}
