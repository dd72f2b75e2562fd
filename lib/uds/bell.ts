/** Wakes one who waits. @module */

/** Something one party waits for and another rings; a ring that nobody waits for is lost. */
export class Bell {
  #heard: () => void = () => {};

  /** Wakes who waits. */
  ring(): void {
    this.#heard();
  }

  /** Waits for the next ring; rejects with the signal's reason when it aborts first. */
  async rung(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#heard = resolve;
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
