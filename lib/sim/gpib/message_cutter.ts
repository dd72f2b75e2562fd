/** The adapter's side of its wire: where messages end, and which characters are meant for the bus. @module */

/** A line as the adapter takes it. */
export interface CutMessage {
  /** The line, without its end and its escapes. */
  readonly text: string;
  /** Whether it is the adapter's own: it begins with `++`, not escaped. */
  readonly isCommand: boolean;
}

/** Longer lines are cut off there, as an adapter with a finite buffer does. */
const LONGEST = 4096;

const [CR, LF, ESC] = [13, 10, 27];

/** Cuts a stream of bytes: CR or LF end a line, a character behind an ESC is taken as it is. */
export class MessageCutter {
  #text = "";
  #isEscaped = false;
  /** How many characters at the beginning are plain `+`. */
  #plus = 0;

  /** Takes the next bytes and gives the lines they complete; empty ones are none. */
  *feed(chunk: Uint8Array): Generator<CutMessage> {
    for (const byte of chunk) {
      if (!this.#isEscaped && (byte === CR || byte === LF)) {
        if (this.#text !== "") yield { text: this.#text, isCommand: this.#plus >= 2 };
        this.#text = "";
        this.#plus = 0;
      } else if (!this.#isEscaped && byte === ESC) this.#isEscaped = true;
      else this.#take(byte);
    }
  }

  #take(byte: number): void {
    if (this.#text.length < LONGEST) {
      if (byte === 0x2b && !this.#isEscaped && this.#plus === this.#text.length) this.#plus++;
      this.#text += String.fromCharCode(byte);
    }
    this.#isEscaped = false;
  }
}
