/** A link whose other end is the test. */
import type { Description } from "../../lib/device/description.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import type { Model, Value } from "../../lib/device/mod.ts";
import type { Answer, CommandOptions, Link, LinkCommand, LinkState } from "../../lib/link/link.ts";
import type { Clock } from "../../lib/time/mod.ts";

/** Items for whoever iterates; ends with the signal or the feed. */
class Feed<T> {
  readonly #readers = new Set<{ items: T[]; wake: () => void }>();
  #ended = false;

  push(item: T): void {
    for (const reader of this.#readers) {
      reader.items.push(item);
      reader.wake();
    }
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.wake();
  }

  async *read(signal?: AbortSignal, first: T[] = []): AsyncGenerator<T> {
    const reader = { items: first, wake: () => {} };
    this.#readers.add(reader);
    const wake = () => reader.wake();
    signal?.addEventListener("abort", wake);
    try {
      while (!signal?.aborted) {
        const item = reader.items.shift();
        if (item !== undefined) yield item;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => reader.wake = resolve);
      }
    } finally {
      signal?.removeEventListener("abort", wake);
      this.#readers.delete(reader);
    }
  }
}

export class FakeLink implements Link {
  readonly address = "localhost:7024";
  readonly asked: LinkCommand[] = [];
  readonly description: Description;
  /** What the next commands come to; an error is thrown. */
  answer: (command: LinkCommand) => Partial<Answer> | Error = () => ({});
  state: LinkState;
  seq = 0;
  readonly #clock: Clock;
  readonly #updates = new Feed<Update>();
  readonly #states = new Feed<LinkState>();
  readonly #descriptions = new Feed<Description>();

  constructor(model: Model, clock: Clock, extra: Partial<Description> = {}) {
    this.#clock = clock;
    this.description = { model, revision: "1.0", name: "cryocon", ...extra };
    this.state = { status: "connected", since: clock.time() };
  }

  /** Values are read. `numbered: false` is an old daemon. */
  read(
    values: Record<string, Value | undefined>,
    { complete = false, numbered = true, ...more }:
      & { complete?: boolean; numbered?: boolean }
      & Partial<Reading> = {},
  ): void {
    const time = this.#clock.time();
    const readings = new Map(
      Object.entries(values).map((
        [key, value],
      ) => [key, { value, time, quality: "good", severity: "ok", ...more } as Reading]),
    );
    this.#updates.push({ time, complete, readings, ...(numbered && { seq: ++this.seq }) });
  }

  become(status: LinkState["status"], why?: string): void {
    this.state = { status, since: this.#clock.time(), ...(why && { why }) };
    this.#states.push(this.state);
  }

  states(options: { signal?: AbortSignal } = {}): AsyncIterable<LinkState> {
    return this.#states.read(options.signal, [this.state]);
  }

  describe(): Promise<Description> {
    return Promise.resolve(this.description);
  }

  descriptions(options: { signal?: AbortSignal } = {}): AsyncIterable<Description> {
    return this.#descriptions.read(options.signal, [this.description]);
  }

  updates(options: { signal?: AbortSignal } = {}): AsyncIterable<Update> {
    return this.#updates.read(options.signal);
  }

  command(command: LinkCommand, _options?: CommandOptions): Promise<Answer> {
    this.asked.push(command);
    const answer = this.answer(command);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ values: new Map(), confirmed: true, seq: this.seq, ...answer });
  }

  close(): Promise<void> {
    this.become("closed");
    for (const feed of [this.#updates, this.#states, this.#descriptions]) feed.end();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
