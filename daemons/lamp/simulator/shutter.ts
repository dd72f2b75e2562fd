/** The simulated lamp's shutter. @module */

/** From the order to the first movement, and from there to the end, plant s. */
const [DELAY, TRAVEL] = [0.004, 0.006];

/** A blade in the beam that takes its time. */
export class Shutter {
  #isOpen = false;
  /** Where the blade was when the last order came. */
  #from = 0;
  /** Time since then, s. */
  #since = Infinity;

  /** Orders it to open or to close. */
  order(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#from = this.opening;
    this.#isOpen = isOpen;
    this.#since = 0;
  }

  /** How much of the beam passes, 0 to 1. */
  get opening(): number {
    const moved = Math.max(0, this.#since - DELAY) / TRAVEL;
    return this.#isOpen ? Math.min(1, this.#from + moved) : Math.max(0, this.#from - moved);
  }

  /** Where it is. */
  get state(): "OPEN" | "CLOSED" | "MOVING" {
    if (this.opening !== (this.#isOpen ? 1 : 0)) return "MOVING";
    return this.#isOpen ? "OPEN" : "CLOSED";
  }

  /** Moves on in plant time. */
  advance(seconds: number): void {
    this.#since += seconds;
  }
}
