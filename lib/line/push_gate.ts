/** Holds pushes back while requests are handled. @module */

/** Something with updates to push. */
export interface Pushing {
  /** Pushes what waits. */
  flush(): void;
}

/**
 * Lets the updates that the requests of one chunk cause go out together, behind the answers: of a hundred settings of one
 * parameter sent at once, subscribers see the last.
 */
export class PushGate {
  readonly #waiting = new Set<Pushing>();
  #closed = 0;

  /** Flushes at once, or when the gate opens. */
  pass(pushing: Pushing): void {
    if (this.#closed === 0) pushing.flush();
    else this.#waiting.add(pushing);
  }

  /** Runs something with the gate closed. */
  whileClosed(action: () => void): void {
    this.#closed++;
    try {
      action();
    } finally {
      this.#closed--;
      if (this.#closed === 0) this.#open();
    }
  }

  #open(): void {
    for (const pushing of this.#waiting) {
      this.#waiting.delete(pushing);
      pushing.flush();
    }
  }
}
