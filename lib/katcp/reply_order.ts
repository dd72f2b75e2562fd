/** Replies without an id in the order of their requests. @module */
import type { Exchange } from "./exchange.ts";

/**
 * Requests without an id are worked on side by side like all others, but a client can tell their replies only by their
 * order: what comes before its turn waits.
 */
export class ReplyOrder {
  readonly #exchanges: Exchange[] = [];

  /** A request begins. */
  begin(exchange: Exchange): void {
    if (this.#exchanges.length > 0) exchange.hold();
    this.#exchanges.push(exchange);
  }

  /** One has its reply. */
  finished(): void {
    while (this.#exchanges[0]?.isReplied) {
      this.#exchanges.shift();
      this.#exchanges[0]?.release();
    }
  }
}
