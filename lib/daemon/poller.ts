/** Reads something from the hardware again and again, whatever happens. @module */
import { bad } from "../device/reading.ts";
import { milliseconds, type Timer } from "../time/mod.ts";
import { type Device, EXCHANGE_TIMEOUT } from "./device.ts";
import type { AnyPoll } from "./erased.ts";
import { flatten } from "./patch.ts";
import { SILENT_EXCHANGES } from "./session.ts";

/** One poll of a binding. A reading that fails makes the values it gave before bad, and the next one is as due as ever. */
export class Poller {
  readonly #device: Device;
  readonly #poll: AnyPoll;
  readonly #timer: Timer;
  /** Channels it has given so far. */
  readonly #keys = new Set<string>();
  #isReading = false;
  /** Failures in a row. */
  #failures = 0;
  #isTold = false;

  /** Starts polling. */
  constructor(device: Device, poll: AnyPoll) {
    this.#device = device;
    this.#poll = poll;
    this.#timer = device.clock.every(poll.every, () => this.read());
  }

  /** Reads once, unless the last reading still waits or the hardware is not there. */
  read(): void {
    if (this.#isReading || !this.#device.session.isOpen) return;
    this.#isReading = true;
    const { session } = this.#device;
    session.run("poll", () => this.#ask())
      .then((reply) => this.#take(reply), (error) => this.#failed("no answer", error))
      .finally(() => this.#isReading = false);
  }

  /** Stops polling. */
  stop(): void {
    this.#timer.stop();
  }

  #ask(): Promise<string | undefined> {
    const { ask, timeout = EXCHANGE_TIMEOUT } = this.#poll;
    const { session } = this.#device;
    const asked = typeof ask === "string" ? `answer to ${JSON.stringify(ask)}` : "reading";
    return session.exchange<string | undefined>({ what: asked, timeout }, (signal) => {
      if (typeof ask === "string") return session.hardware!.ask(ask, { timeout, signal });
      return ask(this.#device.context({ signal }));
    });
  }

  #take(reply: string | undefined): void {
    if (reply === undefined) return;
    const device = this.#device;
    try {
      const patch = this.#poll.read(reply, device.context());
      for (const key in flatten(device.model, patch)) this.#keys.add(key);
      device.publish(patch);
      if (this.#poll === device.binding.poll?.[0]) device.confirm();
    } catch (error) {
      this.#failed("unreadable", error, reply);
      return;
    }
    this.#failures = 0;
    if (!this.#isTold) return;
    this.#isTold = false;
    device.log.write("success", `${this.#name} is read again`);
  }

  #failed(reason: string, error: unknown, reply?: string): void {
    const device = this.#device;
    if (!device.session.isConnected) return this.#forget();
    device.apply(Object.fromEntries([...this.#keys].map((key) => [key, bad(reason, reply)])));
    // Silence is the session's to tell, unless it answers everything else.
    const isNews = !this.#isTold && (reply !== undefined || this.#failures >= SILENT_EXCHANGES);
    const what = reply === undefined ? "" : ` in ${JSON.stringify(reply.slice(0, 200))}`;
    const message = `${this.#name} cannot be read: ${error instanceof Error ? error.message : error}${what}`;
    device.log.write(isNews ? "warning" : "debug", message);
    this.#failures++;
    this.#isTold ||= isNews;
  }

  /** Lost hardware is told by the session, and its values are bad already. */
  #forget(): void {
    this.#failures = 0;
    this.#isTold = false;
  }

  get #name(): string {
    const { ask, every } = this.#poll;
    return typeof ask === "string" ? JSON.stringify(ask) : `What is read every ${milliseconds(every)} ms`;
  }
}
