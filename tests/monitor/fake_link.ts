/** A link for tests: it does and says what the test wants. */
import { type Description, descriptionOf } from "../../lib/device/description.ts";
import { readingOf } from "../../lib/device/grade.ts";
import type { Model } from "../../lib/device/model.ts";
import { channelsOfDescription, type Value } from "../../lib/device/mod.ts";
import type { Bad } from "../../lib/device/reading.ts";
import type { Reading, Update } from "../../lib/device/reading.ts";
import type { Answer, CommandOptions, Link, LinkCommand, LinkState, LogLine } from "../../lib/link/link.ts";
import type { Clock } from "../../lib/time/mod.ts";

/** A stream that remembers what was put in before anybody read it, and gives every reader all of it. */
class Feeder<T> {
  readonly #items: T[] = [];
  #wake = Promise.withResolvers<void>();
  #ended = false;

  put(item: T): void {
    this.#items.push(item);
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let at = 0;;) {
      while (at < this.#items.length) yield this.#items[at++]!;
      if (this.#ended) return;
      await this.#wake.promise;
    }
  }

  #tell(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

const SAFE = { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" } as const;

/** A model for tests. */
export function modelOf(params: Model["params"]): Model {
  return { model: "thing", description: "A thing", params, safe: SAFE };
}

/** A link in the hands of a test. */
export class FakeLink implements Link {
  readonly address: string;
  state: LinkState;
  /** Lines it was given. */
  readonly lines: string[] = [];
  /** What it answers. */
  answer: (line: string, options?: CommandOptions) => Promise<Answer> | Answer = () => ({
    values: new Map(),
    confirmed: false,
  });
  closed = false;
  readonly #clock: Clock;
  readonly #states = new Feeder<LinkState>();
  readonly #descriptions = new Feeder<Description>();
  readonly #updates = new Feeder<Update>();
  readonly #log = new Feeder<LogLine>();
  #description: Description | undefined;

  constructor(address: string, clock: Clock) {
    this.address = address;
    this.#clock = clock;
    this.state = { status: "connecting", since: clock.time() };
    this.#states.put(this.state);
  }

  /** Connects as a device of a model. */
  connect(model: Model, facts: { held?: string[]; labels?: Record<string, string> } = {}, type = ""): void {
    this.become({ status: "connected", since: this.#clock.time(), peerName: model.model, peerType: type });
    this.describeAs({ ...descriptionOf(model, { name: "thing", ...facts }) });
  }

  describeAs(description: Description): void {
    this.#description = description;
    this.#descriptions.put(description);
  }

  /** Loses the connection. */
  lose(why: string): void {
    this.become({ status: "lost", since: this.#clock.time(), why });
  }

  become(state: LinkState): void {
    this.state = state;
    this.#states.put(state);
  }

  /** Sends values read now. */
  push(values: Record<string, Value | Bad>, options: { seq?: number; complete?: boolean } = {}): void {
    const time = this.#clock.time();
    const channels = new Map(channelsOfDescription(this.#description!).map((one) => [one.key, one]));
    const readings = new Map<string, Reading>(
      Object.entries(values).map(([key, value]) => [key, readingOf(channels.get(key)!, value, time)]),
    );
    this.#updates.put({ time, complete: false, readings, ...options });
  }

  say(type: LogLine["type"], message: string): void {
    this.#log.put({ time: this.#clock.time(), source: "thing", type, message });
  }

  states = () => this.#states;
  descriptions = () => this.#descriptions;
  updates = () => this.#updates;
  log = () => this.#log;

  describe(): Promise<Description> {
    return Promise.resolve(this.#description!);
  }

  async command(command: LinkCommand, options?: CommandOptions): Promise<Answer> {
    if (command.kind !== "line") throw new TypeError(`Unexpected ${command.kind}`);
    this.lines.push(command.line);
    return await this.answer(command.line, options);
  }

  close(): Promise<void> {
    this.closed = true;
    for (const feeder of [this.#states, this.#descriptions, this.#updates, this.#log]) feeder.end();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
