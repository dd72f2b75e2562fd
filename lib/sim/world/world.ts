/** What simulators know of each other. @module */
import { ConfigError } from "../../errors.ts";
import type { Clock } from "../../time/mod.ts";
import { type Edge, isName } from "./message.ts";

/**
 * The truth that simulated devices share: quantities with their last value, and TTL lines with their edges.
 *
 * **Time.** The world's time is counted in whole nanoseconds from its beginning; it runs `speed` times as fast as real
 * time. {@linkcode World.now} tells it, in another process about as well as two computers agree on the time. A stamp says
 * when an edge was on its wire, exactly: what follows from an edge is stamped with the stamp of that edge plus the plant
 * time it took (a camera that opens its shutter 12.34 us after a trigger stamps it with the trigger's stamp + 12340), never
 * with the time at which the trigger arrived. So differences of stamps along a chain of cause and effect are exact whatever
 * the `--speed` of each simulator; where no chain connects two edges they agree only as {@linkcode World.now} does, and only
 * if the simulators run at the world's speed. A stamp may lie ahead of `now()` and behind it: it is a label, not an alarm.
 * On one line stamps ascend.
 */
export interface World extends AsyncDisposable {
  /** Whether what is published reaches others: always true where everybody is in one process. */
  readonly isConnected: boolean;
  /** World seconds in a real second. */
  readonly speed: number;
  /** The time of the world, whole nanoseconds since it began. */
  now(): number;
  /** The last known value of a quantity; undefined while nobody has said any. It outlives a lost connection. */
  get(key: string): number | undefined;
  /**
   * Says the value of a quantity; told only when it differs from the one before. Whoever publishes a quantity is its one
   * source: what others say of it is not heard here.
   *
   * @throws {ConfigError} If the key is none, or the value not finite.
   */
  publish(key: string, value: number): void;
  /** Calls `listener` with the value of a quantity, now if it is known and whenever it changes, until disposed. */
  watch(key: string, listener: (value: number) => void): Disposable;
  /** The level of a TTL line; false while nobody has said any. */
  level(line: string): boolean;
  /**
   * Says that a TTL line changes.
   *
   * @param line Its name.
   * @param level Its level from then on.
   * @param stamp When, whole nanoseconds of the world's time; later than the one before on that line.
   * @throws {ConfigError} If the name is none, or the stamp no whole number or not later.
   */
  edge(line: string, level: boolean, stamp: number): void;
  /**
   * Calls `listener` with every edge of a TTL line from now on, in order, until disposed. Where edges were lost on the way
   * (before it followed, while the world was away, while it was too slow), the next one it gets says `missed`: it tells
   * the level, and is nothing to trigger on.
   */
  follow(line: string, listener: (edge: Edge) => void): Disposable;
  /** Leaves the world. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Options of {@linkcode LocalWorld}. */
export interface LocalWorldOptions {
  /** The clock its time follows. */
  clock: Clock;
  /** World seconds in a real second (default 1). */
  speed?: number;
}

/** A world in one process: for simulators that have no other, or that share one object. */
export class LocalWorld implements World {
  speed: number;
  readonly #clock: Clock;
  /** The clock's reading when the world's time was `#base`. */
  #anchor: number;
  #base = 0;
  /** The latest time that was told: it never goes back. */
  #latest = 0;
  readonly #values = new Map<string, number>();
  readonly #edges = new Map<string, Edge>();
  readonly #watchers = new Listeners<number>();
  readonly #followers = new Listeners<Edge>();

  /** Begins one. */
  constructor({ clock, speed = 1 }: LocalWorldOptions) {
    this.#clock = clock;
    this.speed = speed;
    this.#anchor = clock.now();
  }

  get isConnected(): boolean {
    return true;
  }

  now(): number {
    const now = this.#base + Math.round((this.#clock.now() - this.#anchor) * 1e6 * this.speed);
    return this.#latest = Math.max(this.#latest, now);
  }

  get(key: string): number | undefined {
    return this.#values.get(key);
  }

  publish(key: string, value: number): void {
    checkName(key);
    if (!Number.isFinite(value)) throw new ConfigError(`Cannot publish ${key}=${value}: it is not finite`);
    this.take(key, value);
  }

  watch(key: string, listener: (value: number) => void): Disposable {
    const stop = this.#watchers.add(key, listener);
    const value = this.#values.get(key);
    if (value !== undefined) listener(value);
    return stop;
  }

  level(line: string): boolean {
    return this.#edges.get(line)?.level ?? false;
  }

  edge(line: string, level: boolean, stamp: number): void {
    checkName(line);
    if (!Number.isSafeInteger(stamp)) {
      throw new ConfigError(
        `Cannot stamp an edge of ${line} with ${stamp}: it is no whole number of nanoseconds`,
      );
    }
    const edge = { line, level, stamp, missed: false };
    const problem = this.problemOf(edge);
    if (problem !== undefined) throw new ConfigError(problem);
    this.takeEdge(edge);
  }

  follow(line: string, listener: (edge: Edge) => void): Disposable {
    const stop = this.#followers.add(line, listener);
    const last = this.#edges.get(line);
    if (last !== undefined) listener({ ...last, missed: true });
    return stop;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** Every quantity of which something is known. */
  get keys(): Iterable<string> {
    return this.#values.keys();
  }

  /** How many quantities and lines there are. */
  get size(): number {
    return this.#values.size + this.#edges.size;
  }

  /** The last edge of a line. */
  lastEdge(line: string): Edge | undefined {
    return this.#edges.get(line);
  }

  /** Why an edge cannot come now, if it cannot. */
  problemOf({ line, stamp }: Edge): string | undefined {
    const last = this.#edges.get(line);
    if (last === undefined || stamp > last.stamp) return undefined;
    return `An edge of ${line} at ${stamp} ns comes after one at ${last.stamp} ns: stamps of a line ascend`;
  }

  /**
   * Takes a value that was checked.
   *
   * @returns Whether it is another one than before.
   */
  take(key: string, value: number): boolean {
    if (this.#values.get(key) === value) return false;
    this.#values.set(key, value);
    this.#watchers.tell(key, value);
    return true;
  }

  /** Takes an edge that was checked. */
  takeEdge(edge: Edge): void {
    this.#edges.set(edge.line, edge);
    this.#followers.tell(edge.line, edge);
  }

  /** It is so late now. */
  setTime(now: number): void {
    this.#base = now;
    this.#anchor = this.#clock.now();
  }

  /** Goes by the time of the world it has joined. Where that is another one than before, earlier stamps say nothing. */
  adopt({ now, speed }: { now: number; speed: number }, isAnother: boolean): void {
    this.speed = speed;
    if (isAnother) this.#latest = 0;
    this.setTime(now);
    if (!isAnother) return;
    for (const [line, edge] of this.#edges) this.#edges.set(line, { ...edge, stamp: -Infinity });
  }
}

/** Who is told of what. */
class Listeners<T> {
  readonly #byName = new Map<string, Set<(event: T) => void>>();

  add(name: string, listener: (event: T) => void): Disposable {
    checkName(name);
    const set = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, set.add(listener));
    return {
      [Symbol.dispose]: () => {
        set.delete(listener);
        if (set.size === 0 && this.#byName.get(name) === set) this.#byName.delete(name);
      },
    };
  }

  tell(name: string, event: T): void {
    for (const listener of this.#byName.get(name) ?? []) listener(event);
  }
}

function checkName(name: string): void {
  if (isName(name)) return;
  throw new ConfigError(`${JSON.stringify(name)} is no name in a world: expected a word such as "lamp.flux"`);
}
