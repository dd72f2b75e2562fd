/** Bytes that are written while the next ones are made. @module */

/** Bytes that are written at once: few enough for a processor's caches, and enough to be worth the system's while. */
const SIZE = 512 * 1024;

/** Two stretches of memory: while one is written the other is filled. */
export class WriteBehind {
  /** How many bytes can be made at once. */
  static readonly size: number = SIZE;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #filling = new Uint8Array(0);
  #spare = new Uint8Array(0);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  /** Writes with this; it is called again when it is done. */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /**
   * Makes the next bytes; waits for those before the last ones where there is no room.
   *
   * @param bytes How many; at most {@linkcode WriteBehind.size}.
   * @param make Makes them in the memory it is given.
   * @throws What writing throws, and what `make` throws: there are none of these bytes then.
   */
  async add(bytes: number, make: (target: Uint8Array) => void): Promise<void> {
    if (this.#filled + bytes > this.#filling.length) await this.#turn();
    make(this.#filling.subarray(this.#filled, this.#filled + bytes));
    this.#filled += bytes;
  }

  /**
   * Waits until everything is written.
   *
   * @throws What writing throws.
   */
  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#turn();
    await this.#writing;
  }

  /** Waits until nothing is written any more, well or not; what was not begun is dropped. */
  async stop(): Promise<void> {
    this.#filled = 0;
    await this.#writing.catch(() => {}); // who wrote was told, or does not want the file
  }

  /** Begins to write what is there. */
  async #turn(): Promise<void> {
    const full = this.#filling.subarray(0, this.#filled);
    await this.#writing;
    if (full.length > 0) {
      this.#writing = this.#write(full);
      this.#writing.catch(() => {}); // told at the next turn
    }
    const next = this.#spare.length > 0 ? this.#spare : new Uint8Array(SIZE);
    this.#spare = this.#filling;
    this.#filling = next;
    this.#filled = 0;
  }
}
