/** Lets in one script at a time. @module */
import type { Connection } from "../net/connection.ts";
import { Bell } from "./bell.ts";
import { type ChannelSettings, Endpoint } from "./endpoint.ts";

/** Where scripts come in: one may be inside, whoever else comes is told so and turned away at once. */
export class Door {
  /** What every channel is given. */
  readonly settings: ChannelSettings;
  #inside: Endpoint | undefined;
  #unmet = false;
  readonly #knock = new Bell();

  /** Opens it. */
  constructor(settings: ChannelSettings) {
    this.settings = settings;
  }

  /** Lets a connection in, or turns it away. */
  admit(connection: Connection): void {
    const endpoint = new Endpoint(`script on ${connection.peer}`, connection, this.settings);
    if (this.#inside && !this.#inside.over) {
      this.settings.log(`Turned away a second ${endpoint.who}: the first is still connected`);
      endpoint.send("REFUSED another script is connected");
      endpoint.close();
      return;
    }
    this.#inside = endpoint;
    this.#unmet = true;
    this.#knock.ring();
  }

  /** Waits for a script that has not been met yet; it may have left again. */
  async next(signal: AbortSignal): Promise<Endpoint> {
    while (!this.#unmet) await this.#knock.rung(signal);
    this.#unmet = false;
    return this.#inside!;
  }

  /** Asks the one inside to leave. */
  async close(): Promise<void> {
    await this.#inside?.close();
  }
}
