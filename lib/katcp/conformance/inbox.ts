/** Informs that nobody has asked for yet. @module */
import { type Clock, type Duration, withDeadline } from "../../time/mod.ts";
import type { Message } from "../message.ts";

/** Keeps informs by name, in order, until they are waited for. */
export class Inbox {
  readonly #clock: Clock;
  readonly #came = new Map<string, Message[]>();
  #news: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Makes an empty one. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps one. */
  push(inform: Message): void {
    this.#of(inform.name).push(inform.detached());
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /**
   * Takes the next informs of a name, those that came before among them.
   *
   * @throws {TimeoutError} If fewer come in time; they are kept.
   */
  async take(name: string, count: number, timeout: Duration): Promise<Message[]> {
    const came = this.#of(name);
    await withDeadline(async (signal) => {
      while (came.length < count && !signal.aborted) await this.#news.promise;
    }, { clock: this.#clock, timeout, what: `${count} informs ${name}` });
    return came.splice(0, count);
  }

  #of(name: string): Message[] {
    let came = this.#came.get(name);
    if (!came) this.#came.set(name, came = []);
    return came;
  }
}
