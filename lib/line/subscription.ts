/** What one peer has subscribed to. @module */
import type { Update } from "../device/reading.ts";
import { UpdateQueue } from "../link/update_queue.ts";
import type { Clock, Timer } from "../time/mod.ts";
import type { ValueSource } from "./service.ts";

/** What a subscription is made with. */
export interface SubscriptionOptions {
  /** Only these channels (default: all). */
  keys?: ReadonlySet<string> | undefined;
  /** Least time between two updates, milliseconds; 0 pushes each at once. */
  period: number;
  /** The clock that measures it. */
  clock: Clock;
  /** Sends an update; returns false when the peer reads too slowly: then it waits for {@linkcode Subscription.resume}. */
  send(update: Update): boolean;
}

/**
 * Pushes updates to one peer. While the peer cannot take them, or its period has not passed, only the newest reading of
 * each channel is kept: a slow reader costs no more than one status.
 */
export class Subscription implements Disposable {
  readonly #options: SubscriptionOptions;
  readonly #watch: Disposable;
  readonly #first: Update[];
  readonly #waiting = new UpdateQueue();
  #isHeld = false;
  #pause: Timer | undefined;

  /** Begins: with the updates after `since`, where they are kept, then a complete one, then what comes. */
  constructor(source: ValueSource, options: SubscriptionOptions, since?: number) {
    this.#options = options;
    const missed = since === undefined ? [] : source.since(since);
    const snapshot = source.snapshot();
    this.#first = [...missed ?? [], missed ? snapshot : { ...snapshot, gap: true }];
    this.#watch = source.watch((update) => this.#offer(update));
    this.#flush();
  }

  /** The peer reads again. */
  resume(): void {
    this.#isHeld = false;
    this.#flush();
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#pause?.stop();
  }

  #offer(update: Update): void {
    const selected = this.#selected(update);
    if (selected.readings.size === 0 && !selected.complete) return;
    this.#waiting.push(selected);
    this.#flush();
  }

  #flush(): void {
    while (this.#first.length > 0 && !this.#isHeld) this.#send(this.#selected(this.#first.shift()!));
    if (this.#waiting.isEmpty || this.#isHeld || this.#pause) return;
    while (!this.#waiting.isEmpty && !this.#isHeld) this.#send(this.#waiting.shift()!);
    const { clock, period } = this.#options;
    if (period === 0) return;
    this.#pause = clock.after(period, () => {
      this.#pause = undefined;
      this.#flush();
    });
  }

  #send(update: Update): void {
    this.#isHeld = !this.#options.send(update);
  }

  #selected(update: Update): Update {
    const { keys } = this.#options;
    if (!keys) return update;
    return { ...update, readings: new Map([...update.readings].filter(([key]) => keys.has(key))) };
  }
}
