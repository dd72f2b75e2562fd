/** Commands that wait for their answer. @module */
import { CommandError, type FailureCode } from "../errors.ts";
import type { Progress } from "../link/link.ts";
import { type Clock, type Duration, formatDuration, milliseconds, type Timer } from "../time/mod.ts";
import type { ParsedLine } from "./parse.ts";

/** Options of one request. */
export interface RequestOptions {
  /** How long to wait for the answer (default `"10 s"`); progress starts it anew. */
  timeout?: Duration;
  /** Stops waiting; what was sent stays sent. */
  signal?: AbortSignal;
  /** Told of progress. */
  onProgress?: (progress: Progress) => void;
}

const TIMEOUT = milliseconds("10 s");

const CODES: ReadonlySet<string | undefined> = new Set<FailureCode>([
  "invalid",
  "limit",
  "interlock",
  "held",
  "denied",
  "device",
  "timeout",
  "too_long",
  "unknown_outcome",
]);

interface Waiting {
  readonly text: string;
  readonly timeout: number;
  deadline: number;
  readonly onProgress: RequestOptions["onProgress"];
  resolve(answer: ParsedLine): void;
  reject(reason: unknown): void;
}

/** Matches answers to commands by their `@mid`; one timer watches over all of them. */
export class Requests {
  readonly #clock: Clock;
  readonly #who: () => string;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #timer: Timer | undefined;
  #due = Infinity;

  /** Makes one; `who` names the peer in messages. */
  constructor(clock: Clock, who: () => string) {
    this.#clock = clock;
    this.#who = who;
  }

  /**
   * Begins to wait.
   *
   * @param text The command, for messages.
   * @param options Timeout, signal, progress.
   * @returns The `@mid` to send it with, and its answer.
   */
  open(text: string, options: RequestOptions): { mid: number; answer: Promise<ParsedLine> } {
    const { timeout = TIMEOUT, signal, onProgress } = options;
    const mid = ++this.#last;
    const ms = milliseconds(timeout);
    const deadline = this.#clock.now() + ms;
    const { promise, resolve, reject } = Promise.withResolvers<ParsedLine>();
    this.#waiting.set(mid, { text, timeout: ms, deadline, onProgress, resolve, reject });
    this.#watch(deadline);
    return { mid, answer: signal ? this.#abortable(mid, promise, signal) : promise };
  }

  /** Takes a line; returns whether it answers one of the commands, or did before nobody waited any more. */
  take(line: ParsedLine): boolean {
    const { name, mid, options } = line;
    if (mid === undefined || (name !== "done" && name !== "failed" && name !== "progress")) return false;
    const number = Number(mid);
    const waiting = this.#waiting.get(number);
    if (!waiting) return true;
    if (name === "progress") {
      waiting.deadline = this.#clock.now() + waiting.timeout;
      waiting.onProgress?.(readProgress(line));
      return true;
    }
    this.#waiting.delete(number);
    if (name === "done") waiting.resolve(line);
    else waiting.reject(this.#failure(waiting, options));
    return true;
  }

  /** Gives up on all of them: nobody can know what came of them. */
  lost(why: string): void {
    for (const { text, reject } of this.#waiting.values()) {
      const message = `${this.#who()}: the connection was lost before "${text}" was answered (${why}); ` +
        "it may have been carried out or not";
      reject(new CommandError("unknown_outcome", message));
    }
    this.#waiting.clear();
    this.#timer?.stop();
    this.#due = Infinity;
  }

  #failure({ text }: Waiting, options: ParsedLine["options"]): CommandError {
    const code = CODES.has(options["@code"]) ? options["@code"] as FailureCode : "device";
    return new CommandError(code, `${this.#who()}: "${text}": ${options["@reason"] ?? "failed"}`);
  }

  #watch(deadline: number): void {
    if (deadline >= this.#due) return;
    this.#timer?.stop();
    this.#due = deadline;
    this.#timer = this.#clock.after(Math.max(0, deadline - this.#clock.now()), () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#clock.now();
    let next = Infinity;
    for (const [mid, { text, deadline, timeout, reject }] of this.#waiting) {
      if (deadline > now) {
        next = Math.min(next, deadline);
        continue;
      }
      this.#waiting.delete(mid);
      const message = `${this.#who()}: no answer to "${text}" within ${formatDuration(timeout)}`;
      reject(new CommandError("timeout", message));
    }
    this.#due = Infinity;
    if (next < Infinity) this.#watch(next);
  }

  async #abortable(mid: number, answer: Promise<ParsedLine>, signal: AbortSignal): Promise<ParsedLine> {
    const abort = () => {
      this.#waiting.get(mid)?.reject(signal.reason);
      this.#waiting.delete(mid);
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await answer;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}

function readProgress({ options }: ParsedLine): Progress {
  const fraction = Number(options["@fraction"]);
  return {
    ...(Number.isNaN(fraction) ? {} : { fraction }),
    ...(options["@note"] === undefined ? {} : { note: options["@note"] }),
  };
}
