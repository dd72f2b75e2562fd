/** What one peer has subscribed to. @module */
import type { Update } from "../device/reading.ts";
import { selected, UpdateQueue } from "../link/update_queue.ts";
import type { Clock, Timer } from "../time/mod.ts";
import type { PushGate, Pushing } from "./push_gate.ts";
import type { ValueSource } from "./service.ts";

/** What a subscription is made with. */
export interface SubscriptionOptions {
  /** Only these channels (default: all). */
  keys?: ReadonlySet<string> | undefined;
  /** Least time between two updates, milliseconds; 0 pushes each at once. */
  period: number;
  /** The clock that measures it. */
  clock: Clock;
  /** What its updates wait at. */
  gate: PushGate;
  /** Sends an update; returns false when the peer reads too slowly: then it waits for {@linkcode Subscription.resume}. */
  send(update: Update): boolean;
}

/**
 * Pushes updates to one peer. While the peer cannot take them, or its period has not passed, only the newest reading of
 * each channel is kept: a slow reader costs no more than one status.
 */
export class Subscription implements Disposable, Pushing {
  readonly #options: SubscriptionOptions;
  readonly #watch: Disposable;
  readonly #first: Update[];
  readonly #waiting: UpdateQueue;
  #isHeld = false;
  #hasEnded = false;
  #pause: Timer | undefined;

  /** Begins: with the updates after `since`, where they are kept, then a complete one, then what comes. */
  constructor(source: ValueSource, options: SubscriptionOptions, since?: number) {
    this.#options = options;
    const isHeld = source.isHeld?.bind(source);
    this.#waiting = new UpdateQueue({ keys: options.keys, isHeld });
    const missed = since === undefined ? [] : source.since(since);
    const snapshot = source.snapshot();
    const first = [...missed ?? [], missed ? snapshot : { ...snapshot, gap: true }];
    this.#first = first.map((update) => selected(update, options.keys));
    this.#watch = source.watch((update) => {
      this.#waiting.push(update);
      options.gate.pass(this);
    });
    this.flush();
  }

  /** The peer reads again. */
  resume(): void {
    this.#isHeld = false;
    this.flush();
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#hasEnded = true;
    this.#watch[Symbol.dispose]();
    this.#pause?.stop();
  }

  /** Pushes what waits, as far as the peer and the period let it. */
  flush(): void {
    if (this.#hasEnded) return;
    while (this.#first.length > 0 && !this.#isHeld) this.#send(this.#first.shift()!);
    if (this.#waiting.isEmpty || this.#isHeld || this.#pause) return;
    while (!this.#waiting.isEmpty && !this.#isHeld) this.#send(this.#waiting.shift()!);
    const { clock, period } = this.#options;
    if (period === 0) return;
    this.#pause = clock.after(period, () => {
      this.#pause = undefined;
      this.flush();
    });
  }

  #send(update: Update): void {
    this.#isHeld = !this.#options.send(update);
  }
}
