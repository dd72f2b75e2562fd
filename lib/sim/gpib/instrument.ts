/** What a simulated GPIB adapter finds on its bus. @module */

/** An instrument on a bus. */
export interface BusInstrument {
  /** Takes a message (without its terminator), addressed as listener. */
  listen(message: string): void;
  /** What it says next, addressed as talker: with its own terminator; undefined as long as it has nothing to say. */
  talk(): string | undefined;
  /** Its serial poll byte; bit 6 means that it requests service. */
  poll(): number;
  /** Selected device clear. */
  clear(): void;
  /** Group execute trigger. */
  trigger(): void;
}

/** An instrument that can be made to hang: then it takes everything and says nothing, until it wakes and goes on. */
export class HangingInstrument implements BusInstrument {
  readonly #instrument: BusInstrument;
  readonly #missed: string[] = [];
  #hangs = false;

  /** Makes one of an instrument in order. */
  constructor(instrument: BusInstrument) {
    this.#instrument = instrument;
  }

  /** Whether it hangs. When it wakes it carries out what it was sent meanwhile. */
  get hangs(): boolean {
    return this.#hangs;
  }

  set hangs(hangs: boolean) {
    this.#hangs = hangs;
    if (hangs) return;
    for (const message of this.#missed.splice(0)) this.#instrument.listen(message);
  }

  listen(message: string): void {
    if (this.#hangs) this.#missed.push(message);
    else this.#instrument.listen(message);
  }

  talk(): string | undefined {
    return this.#hangs ? undefined : this.#instrument.talk();
  }

  poll(): number {
    return this.#hangs ? 0 : this.#instrument.poll();
  }

  clear(): void {
    this.#missed.length = 0;
    this.#instrument.clear();
  }

  trigger(): void {
    if (!this.#hangs) this.#instrument.trigger();
  }
}
