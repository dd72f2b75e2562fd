/** What was last asked of each device from the page: by whom, when, and what came of it. @module */
import type { Done } from "./commander.ts";

/** One thing that was asked. */
export interface Order extends Done {
  /** What was sent to the device. */
  readonly line: string;
}

/** Entries remembered for each device's console. */
const REMEMBERED = 100;

/** Remembers for as long as MONITOR runs; the log remembers longer. */
export class Orders {
  readonly #latest = new Map<string, Order>();
  readonly #typed = new Map<string, Order[]>();

  /** Notes what came of a setting or a command; `what` is the key of the parameter or the command's name. */
  note(client: string, what: string, order: Order): void {
    this.#latest.set(`${client}\n${what}`, order);
  }

  /** The last that was asked of a parameter or command. */
  latest(client: string, what: string): Order | undefined {
    return this.#latest.get(`${client}\n${what}`);
  }

  /** Notes a line that was typed at a device's console. */
  type(client: string, order: Order): void {
    this.#typed.set(client, [...this.#typed.get(client) ?? [], order].slice(-REMEMBERED));
  }

  /** Lines that were typed at a device's console, oldest first. */
  typed(client: string): readonly Order[] {
    return this.#typed.get(client) ?? [];
  }
}
