/** What is really the case behind the controller, for tests: no client of a real one could know it. @module */
import type { Connection, Listener, Transport } from "../../../lib/net/connection.ts";

/** Listens for lines and answers each, whatever it says, with the truth as one line of JSON. */
export class TruthPort implements AsyncDisposable {
  readonly #listener: Listener;

  private constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Listens. */
  static async listen(transport: Transport, address: string, truth: () => unknown): Promise<TruthPort> {
    const answer = (connection: Connection) =>
      connection.receive({
        data(chunk) {
          for (const byte of chunk) if (byte === 10) connection.write(`${JSON.stringify(truth())}\n`);
        },
      });
    return new TruthPort(await transport.listen(address, answer));
  }

  /** Where it listens, with the true port. */
  get address(): string {
    return this.#listener.address;
  }

  /** Stops listening and drops every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
  }
}
