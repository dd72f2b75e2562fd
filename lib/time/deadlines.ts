/** Many deadlines on one timer of the clock. @module */
import type { Clock, Timer } from "./clock.ts";

/**
 * Deadlines that hardly ever pass, any number at once. To start and stop one costs no timer of the system: there is one
 * for all, which is started anew only for what is due earlier than everything before, and when it has fired.
 */
export class Deadlines implements Disposable {
  readonly #clock: Clock;
  readonly #open = new Set<Deadline>();
  #timer: Timer | undefined;
  #fires = Infinity;

  /** Makes one on a clock. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls `action` once, unless it is stopped before.
   *
   * @param delay Milliseconds from now.
   * @param action What to do then.
   */
  after(delay: number, action: () => void): Timer {
    const deadline = new Deadline(this.#clock.now() + Math.max(0, delay), action, this.#open);
    this.#open.add(deadline);
    if (deadline.due < this.#fires) this.#start(deadline.due);
    return deadline;
  }

  /** Ends it: nothing is called any more. */
  [Symbol.dispose](): void {
    this.#open.clear();
    this.#timer?.stop();
    this.#fires = Infinity;
  }

  #start(due: number): void {
    this.#timer?.stop();
    this.#fires = due;
    this.#timer = this.#clock.after(Math.max(0, due - this.#clock.now()), this.#fire);
  }

  readonly #fire = (): void => {
    this.#fires = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    const passed: Deadline[] = [];
    for (const deadline of this.#open) {
      if (deadline.due <= now) passed.push(deadline);
      else next = Math.min(next, deadline.due);
    }
    if (next < Infinity) this.#start(next);
    for (const deadline of passed.sort((a, b) => a.due - b.due)) {
      if (this.#open.delete(deadline)) deadline.action(); // one that passed before may have stopped it
    }
  };
}

class Deadline implements Timer {
  readonly due: number;
  readonly action: () => void;
  readonly #open: Set<Deadline>;

  constructor(due: number, action: () => void, open: Set<Deadline>) {
    this.due = due;
    this.action = action;
    this.#open = open;
  }

  stop(): void {
    this.#open.delete(this);
  }
}
