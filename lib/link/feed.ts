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
    const reader = new Reader(backlog, signal);
    if (this.#isClosed) reader.end();
    this.#readers.add(reader);
    return reader.items(() => this.#readers.delete(reader));
  }
}

class Reader<T> {
  readonly #backlog: Backlog<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #wake = () => this.#bell.resolve();
  #bell = Promise.withResolvers<void>();
  #hasEnded = false;

  constructor(backlog: Backlog<T>, signal: AbortSignal | undefined) {
    this.#backlog = backlog;
    this.#signal = signal;
  }

  push(item: T): void {
    this.#backlog.push(item);
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  async *items(finished: () => void): AsyncGenerator<T> {
    this.#signal?.addEventListener("abort", this.#wake, { once: true });
    try {
      while (!this.#signal?.aborted) {
        if (!this.#backlog.isEmpty) yield this.#backlog.shift()!;
        else if (this.#hasEnded) return;
        else {
          await this.#bell.promise;
          this.#bell = Promise.withResolvers<void>();
        }
      }
    } finally {
      this.#signal?.removeEventListener("abort", this.#wake);
      finished();
    }
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
