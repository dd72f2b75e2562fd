/** What a link tells everybody who listens, each at their own pace. @module */
import type { Description } from "../device/description.ts";
import type { Reading, Update } from "../device/reading.ts";
import { ConnectionError } from "../errors.ts";
import { type Clock, type Duration, milliseconds, withDeadline } from "../time/mod.ts";
import { Feed, Last, Latest } from "./feed.ts";
import type {
  Answer,
  CommandOptions,
  ImageNotice,
  Link,
  LinkCommand,
  LinkState,
  LogLine,
  UpdateOptions,
} from "./link.ts";
import { UpdateQueue } from "./update_queue.ts";

const DESCRIBE_TIMEOUT: Duration = "10 s";
/** Readings kept in full for a reader that does not take them; it may be writing a filled gap to the disk. */
const READINGS = 100_000;
/** Log lines kept for a reader that does not take them. */
const LOG_LINES = 1000;
/** Images told of that are kept for a reader that does not take them. */
const IMAGES = 10_000;

/** The half of a link that is the same in every protocol: its states, descriptions, values and log lines. */
export class Published {
  /** The latest readings by channel key. */
  readonly latest: Map<string, Reading> = new Map();
  /** What the device is, once known. */
  description: Description | undefined;
  /** The last update. */
  last: Update | undefined;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #states = new Feed<LinkState>();
  readonly #descriptions = new Feed<Description>();
  readonly #updates = new Feed<Update>();
  readonly #log = new Feed<LogLine>();
  readonly #images = new Feed<ImageNotice>();
  #lastAt = 0;

  /** Makes one of which nobody was told anything yet. */
  constructor(address: string, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Tells a state. */
  enter(state: LinkState): void {
    this.#states.publish(state);
  }

  /** Tells a description. */
  described(description: Description): void {
    this.description = description;
    this.#descriptions.publish(description);
  }

  /** Tells values. */
  update(update: Update): void {
    if (update.complete) this.latest.clear();
    for (const [key, reading] of update.readings) this.latest.set(key, reading);
    this.last = update;
    this.#lastAt = this.#clock.now();
    this.#updates.publish(update);
  }

  /** Tells a line of the log. */
  say(line: LogLine): void {
    this.#log.publish(line);
  }

  /** Tells of an image. */
  wrote(image: ImageNotice): void {
    this.#images.publish(image);
  }

  /** As {@linkcode Link.states}, beginning with the present one. */
  states(present: LinkState, signal?: AbortSignal): AsyncIterable<LinkState> {
    return this.#states.read(new Latest(present), signal);
  }

  /** As {@linkcode Link.descriptions}. */
  descriptions(signal?: AbortSignal): AsyncIterable<Description> {
    const first: [Description] | [] = this.description ? [this.description] : [];
    return this.#descriptions.read(new Latest(...first), signal);
  }

  /** As {@linkcode Link.describe}. */
  async describe(options: { signal?: AbortSignal; timeout?: Duration } = {}): Promise<Description> {
    const { signal, timeout = DESCRIBE_TIMEOUT } = options;
    const what = `description of ${this.#address}`;
    return await withDeadline(async (ended) => {
      for await (const description of this.descriptions(ended)) return description;
      throw ended.aborted ? ended.reason : new ConnectionError(`The link to ${this.#address} was closed`);
    }, { clock: this.#clock, timeout, signal, what });
  }

  /** As {@linkcode Link.updates}. */
  updates(options: UpdateOptions = {}): AsyncIterable<Update> {
    const { keys, period = 0, signal } = options;
    const isPaced = milliseconds(period) > 0;
    const queue = new UpdateQueue({ keys: keys && new Set(keys), most: isPaced ? 0 : READINGS });
    if (this.last) queue.push(this.#snapshot(this.last));
    const updates = this.#updates.read(queue, signal);
    return isPaced ? paced(updates, period, this.#clock, signal) : updates;
  }

  /** As {@linkcode Link.log}. */
  log(signal?: AbortSignal): AsyncIterable<LogLine> {
    return this.#log.read(new Last(LOG_LINES), signal);
  }

  /** As {@linkcode Link.images}. */
  images(signal?: AbortSignal): AsyncIterable<ImageNotice> {
    return this.#images.read(new Last(IMAGES), signal);
  }

  /** Ends every iteration. */
  close(): void {
    const feeds = [this.#states, this.#descriptions, this.#updates, this.#log, this.#images];
    for (const feed of feeds) feed.close();
  }

  /** All values as they are now: as much later than the last update as it is old. */
  #snapshot({ time, seq }: Update): Update {
    const now = time + (this.#clock.now() - this.#lastAt) / 1000;
    const numbered = seq === undefined ? {} : { seq };
    return { time: now, complete: true, readings: new Map(this.latest), ...numbered };
  }
}

/** Hands on at most one item in a period; those in between have been merged by then. */
async function* paced<T>(
  items: AsyncIterable<T>,
  period: Duration,
  clock: Clock,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    await clock.sleep(period, { signal }).catch(() => {});
  }
}

/** A link whose listening half is {@linkcode Published}: a protocol adds its state, its commands and its end. */
export abstract class PublishedLink implements Link {
  abstract readonly address: string;
  abstract readonly state: LinkState;
  /** What it tells. */
  protected readonly published: Published;

  /** Makes one of which nobody was told anything yet. */
  constructor(address: string, clock: Clock) {
    this.published = new Published(address, clock);
  }

  states(options: { signal?: AbortSignal } = {}): AsyncIterable<LinkState> {
    return this.published.states(this.state, options.signal);
  }

  describe(options: { signal?: AbortSignal; timeout?: Duration } = {}): Promise<Description> {
    return this.published.describe(options);
  }

  descriptions(options: { signal?: AbortSignal } = {}): AsyncIterable<Description> {
    return this.published.descriptions(options.signal);
  }

  updates(options: UpdateOptions = {}): AsyncIterable<Update> {
    return this.published.updates(options);
  }

  log(options: { signal?: AbortSignal } = {}): AsyncIterable<LogLine> {
    return this.published.log(options.signal);
  }

  abstract command(command: LinkCommand, options?: CommandOptions): Promise<Answer>;

  abstract close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
