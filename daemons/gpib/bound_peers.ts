/** Which client talks to which instrument. @module */
import type { Peer } from "../../lib/daemon/mod.ts";

/** The addresses that connections have bound themselves to. */
export class BoundPeers {
  readonly #addresses = new Map<Peer, number>();

  /** Binds a connection to an address, for as long as it lasts. */
  bind(peer: Peer, address: number): void {
    if (peer.gone.aborted) return;
    if (!this.#addresses.has(peer)) {
      peer.gone.addEventListener("abort", () => this.#addresses.delete(peer), { once: true });
    }
    this.#addresses.set(peer, address);
  }

  /** The address of a connection, if it has one. */
  addressOf(peer: Peer): number | undefined {
    return this.#addresses.get(peer);
  }

  /**
   * Tells a reply as the original does: to every connection that is bound to the address, whoever has asked. Peers of the
   * extended protocol get answers to their own questions only.
   *
   * @param address The instrument's.
   * @param reply What it said.
   */
  tell(address: number, reply: string): void {
    for (const [peer, bound] of this.#addresses) {
      if (bound !== address || peer.modern) continue;
      for (const line of reply.split("\n")) peer.send(line);
    }
  }
}
