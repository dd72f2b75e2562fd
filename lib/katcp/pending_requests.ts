/** Requests that wait for their replies. @module */
import { CommandError } from "../errors.ts";
import { formatDuration } from "../time/mod.ts";
import { MAX_MID } from "./grammar.ts";
import type { Message } from "./message.ts";
import type { Due, TimerWheel } from "./timer_wheel.ts";

/** What came to a request. */
export interface Answer {
  /** The reply, whatever it says. */
  readonly reply: Message;
  /** The informs that belong to it, in order; none if they were handed out as they came. */
  readonly informs: readonly Message[];
}

/** How a request is waited for. */
export interface WaitOptions {
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Is given every inform as it comes, instead of the answer. */
  readonly onInform?: ((inform: Message) => void) | undefined;
}

/**
 * Matches what comes with what was asked: by id, or, with peers that know none, by name in the order of asking. Of the
 * latter those that nobody waits for any more are kept, so that a late reply is not taken for that of the next.
 */
export class PendingRequests {
  /** Times requests out. */
  readonly wheel: TimerWheel;
  /** Names the peer. */
  readonly who: () => string;
  readonly #byMid = new Map<number, Waiting>();
  readonly #byName = new Map<string, Waiting[]>();
  #lastMid = 0;

  /** Makes one; `who` names the peer in errors. */
  constructor(wheel: TimerWheel, who: () => string) {
    this.wheel = wheel;
    this.who = who;
  }

  /** An id that no request waits under. */
  nextMid(): number {
    do this.#lastMid = this.#lastMid % MAX_MID + 1; while (this.#byMid.has(this.#lastMid));
    return this.#lastMid;
  }

  /**
   * Waits for the answer to a request that is sent now.
   *
   * @param timeout Milliseconds until it fails.
   * @returns The answer; it rejects with a `CommandError` of code `timeout` or `unknown_outcome`, or with the reason of
   * the signal.
   */
  wait(name: string, mid: number | undefined, timeout: number, options: WaitOptions): Promise<Answer> {
    const waiting = new Waiting(name, mid, timeout, options, this);
    if (timeout < Infinity) this.wheel.add(waiting, this.wheel.now() + timeout);
    if (mid !== undefined) this.#byMid.set(mid, waiting);
    else {
      const others = this.#byName.get(name);
      if (others) others.push(waiting);
      else this.#byName.set(name, [waiting]);
    }
    return waiting.answer;
  }

  /** Nobody waits for the request of this id any more. */
  forget(mid: number): void {
    this.#byMid.delete(mid);
  }

  /** Takes a reply or an inform, if it belongs to a request. */
  take(message: Message): boolean {
    const { mid, name, type } = message;
    const waiting = mid === undefined ? this.#byName.get(name)?.[0] : this.#byMid.get(mid);
    if (!waiting || waiting.name !== name) return false;
    if (type === "inform") {
      waiting.inform(message);
      return true;
    }
    if (mid === undefined) this.#shift(name);
    waiting.reply(message);
    return true;
  }

  /** The connection is gone: nobody knows what came of them. */
  lost(why: string): void {
    const all = [...this.#byMid.values(), ...[...this.#byName.values()].flat()];
    this.#byMid.clear();
    this.#byName.clear();
    for (const waiting of all) {
      waiting.fail(
        new CommandError("unknown_outcome", `No reply of ${this.who()} to ?${waiting.name}: ${why}`),
      );
    }
  }

  #shift(name: string): void {
    const waiting = this.#byName.get(name)!;
    waiting.shift();
    if (waiting.length === 0) this.#byName.delete(name);
  }
}

const none: readonly Message[] = [];

class Waiting implements Due {
  readonly name: string;
  readonly answer: Promise<Answer>;
  due: number | undefined;
  readonly #mid: number | undefined;
  readonly #timeout: number;
  readonly #options: WaitOptions;
  readonly #pending: PendingRequests;
  #resolve!: (answer: Answer) => void;
  #reject!: (reason: unknown) => void;
  #informs: Message[] | undefined;
  #abort: (() => void) | undefined;
  #isOver = false;

  constructor(
    name: string,
    mid: number | undefined,
    timeout: number,
    options: WaitOptions,
    pending: PendingRequests,
  ) {
    this.name = name;
    this.#mid = mid;
    this.#timeout = timeout;
    this.#options = options;
    this.#pending = pending;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal } = options;
    if (!signal) return;
    this.#abort = () => this.fail(signal.reason);
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  ring(): void {
    const within = formatDuration(this.#timeout);
    const { name } = this;
    this.fail(new CommandError("timeout", `No reply of ${this.#pending.who()} to ?${name} within ${within}`));
  }

  inform(message: Message): void {
    if (this.#isOver) return;
    if (this.#options.onInform) this.#options.onInform(message);
    else if (this.#informs) this.#informs.push(message);
    else this.#informs = [message];
  }

  reply(reply: Message): void {
    if (this.#isOver) return;
    this.#end();
    this.#resolve({ reply, informs: this.#informs ?? none });
  }

  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#isOver = true;
    this.#pending.wheel.remove(this);
    if (this.#abort) this.#options.signal!.removeEventListener("abort", this.#abort);
    if (this.#mid !== undefined) this.#pending.forget(this.#mid);
  }
}
