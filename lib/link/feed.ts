/** Events for any number of iterations, each at its own pace. @module */

/** Holds what one iteration has not taken yet. */
export interface Backlog<T> {
  /** Whether there is nothing. */
  readonly isEmpty: boolean;
  /** Adds the newest. */
  push(item: T): void;
  /** Takes the oldest out. */
  shift(): T | undefined;
}

/** Hands every published item to every iteration; what an iteration has not taken yet is kept in its backlog. */
export class Feed<T> {
  readonly #readers = new Set<Reader<T>>();
  #isClosed = false;

  /** Gives an item to all iterations. */
  publish(item: T): void {
    for (const reader of this.#readers) reader.push(item);
  }

  /** Ends all iterations, after what they have not taken yet. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.end();
  }

  /**
   * Iterates over everything published from this call on; ends with the feed, or at once when the signal aborts.
   *
   * @param backlog Keeps what is not taken yet; it may have items already.
   * @param signal Ends the iteration.
   */
  read(backlog: Backlog<T>, signal?: AbortSignal): AsyncIterable<T> {
    const reader = new Reader(backlog, () => this.#readers.delete(reader), signal);
    this.#readers.add(reader);
    if (this.#isClosed) reader.end();
    if (signal?.aborted) void reader.return();
    return reader;
  }
}

/** Written out: a generator takes several turns and as many promises for each item, and there may be thousands a second. */
class Reader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #backlog: Backlog<T>;
  readonly #finished: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#finish();
  /** Those who wait for items, in order: only while there are none. */
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #isEnding = false;
  #isOver = false;

  constructor(backlog: Backlog<T>, finished: () => void, signal: AbortSignal | undefined) {
    this.#backlog = backlog;
    this.#finished = finished;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort, { once: true });
  }

  push(item: T): void {
    if (this.#isOver) return;
    this.#backlog.push(item);
    if (this.#waiting.length > 0 && !this.#backlog.isEmpty) {
      this.#waiting.shift()!({ done: false, value: this.#backlog.shift()! });
    }
  }

  /** There will be no more. */
  end(): void {
    this.#isEnding = true;
    if (this.#backlog.isEmpty) this.#finish();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (!this.#isOver && !this.#backlog.isEmpty) {
      return Promise.resolve({ done: false, value: this.#backlog.shift()! });
    }
    if (this.#isEnding) this.#finish();
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#finished();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }
}

/** A backlog that keeps the newest item only: for states. */
export class Latest<T> implements Backlog<T> {
  #items: T[];

  /** Makes one that begins with the present state, where there is one. */
  constructor(...first: [T] | []) {
    this.#items = first;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Replaces what was there. */
  push(item: T): void {
    this.#items = [item];
  }

  /** Takes it out. */
  shift(): T | undefined {
    return this.#items.shift();
  }
}

/** A backlog of the last so many items: for logs. */
export class Last<T> implements Backlog<T> {
  readonly #most: number;
  readonly #items: T[] = [];

  /** Makes one that drops the oldest item when there are more than `most`. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** Adds the newest. */
  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#most) this.#items.shift();
  }

  /** Takes the oldest out. */
  shift(): T | undefined {
    return this.#items.shift();
  }
}
