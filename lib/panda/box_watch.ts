/** Looks again and again what has changed in a box. @module */
import { CommandError } from "../errors.ts";
import type { Clock, Duration } from "../time/mod.ts";
import { type Changes, changesOf } from "./changes.ts";
import { ask, type Command, command, together } from "./command.ts";
import type { ControlSession } from "./control_session.ts";
import type { Found } from "./link_channels.ts";
import type { Reply } from "./reply.ts";

/** How often. */
const EVERY: Duration = "0.5 s";
/** How long to wait before a connection that was lost is made anew. */
const PAUSE: Duration = "1 s";

/** What was seen at one look. */
export interface Seen {
  /** What the box has. */
  readonly found: Found;
  /** What has changed since the last look. */
  readonly changes: Changes;
  /** Present values of all fields and attributes, and how the capture stands. */
  readonly values: ReadonlyMap<string, string>;
  /** Fields that cannot be read. */
  readonly inError: ReadonlySet<string>;
  /** Whether it is the first look over this connection. */
  readonly isFirst: boolean;
}

/** What a watch is given. */
export interface WatchOptions {
  /** The clock. */
  readonly clock: Clock;
  /** Opens a connection on which nobody has asked for changes yet. */
  readonly open: (signal: AbortSignal) => Promise<ControlSession>;
  /** Asks what the box has. */
  readonly learn: () => Promise<Found>;
  /** Told at every look. */
  readonly seen: (seen: Seen) => void;
  /** Told when the connection is lost; it is made anew. */
  readonly lost: (why: string) => void;
}

/** Watches over a connection of its own, from one call of {@linkcode BoxWatch.begin} to the next of {@linkcode BoxWatch.end}. */
export class BoxWatch {
  readonly #options: WatchOptions;
  #running: Promise<void> = Promise.resolve();
  #over = new AbortController();
  #nap = new AbortController();
  #waiting: (() => void)[] = [];

  /** Makes one that does not look yet. */
  constructor(options: WatchOptions) {
    this.#options = options;
    this.#over.abort();
  }

  /** Begins to look. */
  begin(): void {
    this.#over.abort();
    this.#over = new AbortController();
    const { signal } = this.#over;
    this.#running = this.#running.then(() => this.#run(signal));
  }

  /** Ends looking. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#nap.abort();
    await this.#running;
  }

  /** Looks at once; resolves after a look that began after the call, or when there is none. */
  look(): Promise<void> {
    if (this.#over.signal.aborted) return Promise.resolve();
    this.#nap.abort();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, lost } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#watch(signal);
      } catch (error) {
        this.#release(this.#waiting);
        if (signal.aborted) return;
        lost((error as Error).message);
        await clock.sleep(PAUSE, { signal }).catch(() => {}); // it ends with the watch
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<never> {
    const { clock, open, learn, seen } = this.#options;
    await using session = await open(signal);
    const found = await learn();
    const values = new Map<string, string>();
    const inError = new Set<string>();
    for (let isFirst = true;; isFirst = false) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#nap = new AbortController();
      try {
        const { changes, state } = await session.send(look(), { signal });
        for (const name of changes.inError) inError.add(name);
        for (const [name, value] of [...changes.values, ...state]) {
          values.set(name, value);
          inError.delete(name);
        }
        seen({ found, changes, values, inError, isFirst });
      } finally {
        this.#release(waiting);
      }
      signal.throwIfAborted();
      const both = AbortSignal.any([signal, this.#nap.signal]);
      await clock.sleep(EVERY, { signal: both }).catch(() => {}); // woken
    }
  }

  #release(waiting: (() => void)[]): void {
    for (const resolve of waiting.splice(0)) resolve();
  }
}

/** Asks what has changed, and how the capture stands. */
function look(): Command<{ changes: Changes; state: ReadonlyMap<string, string> }> {
  return command("look for changes", function* () {
    const conversations = [
      changesOf(""),
      ...["STATUS", "CAPTURED", "COMPLETION"].map((name) => ask(`*PCAP.${name}?`)),
    ];
    const [changes, ...replies] = yield* together<Changes | Reply>(conversations);
    const [status, captured, completion] = (replies as Reply[]).map((reply) => reply.value());
    const match = /^(Busy|Idle) (\d+) \d+$/.exec(status!);
    if (!match) {
      throw new CommandError("device", `*PCAP.STATUS is ${JSON.stringify(status)}, expected "Idle 1 0"`);
    }
    const state = new Map([
      ["capturing", match[1] === "Busy" ? "1" : "0"],
      ["readers", match[2]!],
      ["captured", captured!],
      ["completion", completion!],
    ]);
    return { changes: changes as Changes, state };
  });
}
