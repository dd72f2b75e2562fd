/** Telling clients of those that come after them. @module */
import type { Clock, Duration, Timer } from "../time/mod.ts";
import type { ClientConnection } from "./client_connection.ts";
import { MessageWriter } from "./writer.ts";

/** How long others may come until all are told. */
const PAUSE: Duration = "50 ms";

/** Collects the clients that come in a while and tells the others together by `#client-connected`: of a crowd each is told once. */
export class Arrivals implements Disposable {
  readonly #clock: Clock;
  readonly #clients: Iterable<ClientConnection>;
  readonly #writer = new MessageWriter();
  /** Who came, and where in the lines those that came later begin. */
  readonly #came = new Map<ClientConnection, number>();
  #timer: Timer | undefined;

  /** Makes one that tells these clients, those to come among them. */
  constructor(clock: Clock, clients: Iterable<ClientConnection>) {
    this.#clock = clock;
    this.#clients = clients;
  }

  /** A client has come. */
  note(client: ClientConnection): void {
    this.#writer.write("inform", "client-connected", undefined, [client.address]);
    this.#came.set(client, this.#writer.length);
    this.#timer ??= this.#clock.after(PAUSE, () => this.#tell());
  }

  /** Tells nothing more. */
  [Symbol.dispose](): void {
    this.#timer?.stop();
  }

  #tell(): void {
    this.#timer = undefined;
    const lines = this.#writer.take();
    for (const client of this.#clients) {
      const later = lines.subarray(this.#came.get(client) ?? 0);
      if (later.length > 0) client.send(later);
    }
    this.#came.clear();
  }
}
