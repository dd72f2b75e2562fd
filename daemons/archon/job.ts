/** What a camera is busy with. @module */
import { CommandError } from "../../lib/errors.ts";
import type { Clock } from "../../lib/time/mod.ts";

/** Somebody wants it to end without an image. */
export class Aborted extends CommandError {
  /** Who wanted it. */
  constructor(what: string, by: string) {
    super("device", `${what} was aborted${by === "" ? "" : ` by ${by}`}`);
  }
}

/** One piece of work of a camera, and what others want of it meanwhile. */
export class Job {
  /** What is done: `"dark, 30 s"`. */
  readonly what: string;
  /** For whom. */
  readonly who: string;
  /** Aborts when it is to end at once: by a wish, or with the daemon. */
  readonly signal: AbortSignal;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  readonly #end: () => void;
  #wake: () => void = () => {};
  #isToFinish = false;

  /** Makes one; `signal` is that of the daemon. */
  constructor(what: string, who: string, signal: AbortSignal) {
    this.what = what;
    this.who = who;
    this.signal = AbortSignal.any([signal, this.#abort.signal]);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Whether the exposure is to end now, with an image. */
  get isToFinish(): boolean {
    return this.#isToFinish;
  }

  /** The exposure shall end now, with an image. */
  finish(): void {
    this.#isToFinish = true;
    this.#wake();
  }

  /** The wish to finish was heard; it was for one exposure. */
  finished(): void {
    this.#isToFinish = false;
  }

  /** It shall end now, without an image. */
  abort(by: string): void {
    this.#abort.abort(new Aborted(this.what, by));
    this.#wake();
  }

  /** It has ended. */
  end(): void {
    this.#end();
  }

  /** Waits; wishes end that early. Rejects when it is to end at once. */
  async pause(clock: Clock, ms: number): Promise<void> {
    this.signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = clock.after(ms, resolve);
    const stop = () => resolve();
    this.signal.addEventListener("abort", stop, { once: true });
    await promise;
    timer.stop();
    this.signal.removeEventListener("abort", stop);
    this.signal.throwIfAborted();
  }
}
