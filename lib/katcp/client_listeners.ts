/** Who is told of what happens to a client. @module */
import type { Message } from "./message.ts";

/** Functions that are called together, until each is disposed of. */
export class Listeners<A extends readonly unknown[]> {
  readonly #all = new Set<(...args: A) => void>();

  /** Calls a function each time from now on. */
  add(listener: (...args: A) => void): Disposable {
    this.#all.add(listener);
    return { [Symbol.dispose]: () => void this.#all.delete(listener) };
  }

  /** Calls all; whether there were any. */
  tell(...args: A): boolean {
    for (const listener of this.#all) listener(...args);
    return this.#all.size > 0;
  }
}

/** Functions that are given the informs of a name. */
export class InformListeners {
  readonly #byName = new Map<string, Listeners<[Message]>>();

  /** Gives a function every inform of a name from now on. */
  add(name: string, listener: (inform: Message) => void): Disposable {
    let listeners = this.#byName.get(name);
    if (!listeners) this.#byName.set(name, listeners = new Listeners());
    return listeners.add(listener);
  }

  /** Hands on an inform; whether anybody wanted it. */
  tell(inform: Message): boolean {
    return this.#byName.get(inform.name)?.tell(inform) ?? false;
  }
}
