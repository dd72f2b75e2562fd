/** A link whose other end is the test. */
import type { Description } from "../../lib/device/description.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import type { Model, Value } from "../../lib/device/mod.ts";
import type { Answer, CommandOptions, Link, LinkCommand, LinkState } from "../../lib/link/link.ts";
import { Feed, Latest } from "../../lib/link/feed.ts";
import { UpdateQueue } from "../../lib/link/update_queue.ts";
import type { Clock } from "../../lib/time/mod.ts";

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

  /** Values are read; by `seq` as a number of another time, or of none. */
  read(
    values: Record<string, Value | undefined>,
    how: Partial<Omit<Update, "readings">> & Partial<Reading> = {},
  ) {
    const { complete = false, gap = false, seq = this.seq + 1, time = this.#clock.time(), ...more } = how;
    const reading = (value: Value | undefined): Reading => ({
      value,
      time,
      quality: "good",
      severity: "ok",
      ...more,
    });
    const readings = new Map(Object.entries(values).map(([key, value]) => [key, reading(value)]));
    this.seq = seq;
    this.#updates.publish({ time: this.#clock.time(), complete, gap, readings, seq });
  }

  become(status: LinkState["status"], why?: string): void {
    this.state = { status, since: this.#clock.time(), ...(why && { why }) };
    this.#states.publish(this.state);
  }

  states(options: { signal?: AbortSignal } = {}): AsyncIterable<LinkState> {
    return this.#states.read(new Latest(this.state), options.signal);
  }

  describe(): Promise<Description> {
    return Promise.resolve(this.description);
  }

  descriptions(options: { signal?: AbortSignal } = {}): AsyncIterable<Description> {
    return this.#descriptions.read(new Latest(this.description), options.signal);
  }

  updates(options: { signal?: AbortSignal } = {}): AsyncIterable<Update> {
    return this.#updates.read(new UpdateQueue(), options.signal);
  }

  command(command: LinkCommand, _options?: CommandOptions): Promise<Answer> {
    this.asked.push(command);
    const answer = this.answer(command);
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ values: new Map(), confirmed: true, seq: this.seq, ...answer });
  }

  close(): Promise<void> {
    this.become("closed");
    for (const feed of [this.#updates, this.#states, this.#descriptions]) feed.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
