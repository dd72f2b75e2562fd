/** The bytes of the status line, made once for all who ask until it changes. @module */

const encoder = new TextEncoder();

/** The answer to `get_status`, ready to be sent any number of times. */
export class StatusReply {
  readonly #status: () => string;
  readonly #convert: (text: string) => string;
  #text: string | undefined;
  #copies = new Uint8Array(0);
  #size = 0;

  /** Makes one of what gives the status and what makes it fit for the peer. */
  constructor(status: () => string, convert: (text: string) => string) {
    this.#status = status;
    this.#convert = convert;
  }

  /** Bytes of one reply. */
  get size(): number {
    this.#refresh();
    return this.#size;
  }

  /** `count` replies in a row. The view is shared and never written to again. */
  copies(count: number): Uint8Array {
    this.#refresh();
    const size = count * this.#size;
    if (this.#copies.length < size) this.#grow(size);
    return this.#copies.subarray(0, size);
  }

  #refresh(): void {
    const text = this.#status();
    if (text === this.#text) return;
    this.#text = text;
    this.#copies = encoder.encode(`status ${this.#convert(text)}\n`);
    this.#size = this.#copies.length;
  }

  /** Fills a new array by doubling: the old one may still be on its way to somebody. */
  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(size, this.#copies.length * 2));
    grown.set(this.#copies);
    for (let filled = this.#copies.length; filled < grown.length; filled *= 2) {
      grown.copyWithin(filled, 0, Math.min(filled, grown.length - filled));
    }
    this.#copies = grown;
  }
}
