/** What the page is told as it happens: server-sent events, newest state only, so that a stalled reader costs nothing. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { LogLine } from "../../../lib/link/link.ts";
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { Client, Lab } from "../lab.ts";
import { show, showLink } from "./show.ts";

/** How often at most values leave for a browser, milliseconds: more is not seen. */
const PERIOD = 200;
/** How often the page hears that MONITOR lives, milliseconds. */
const BEAT = 1000;
/** Log lines kept for a reader that is slow. */
const MOST_LINES = 200;

/** One value: key, text, look, hint, age in seconds when sent, number (null where there is none), time (unix seconds). */
export type ValueRow = readonly [string, string, string, string, number | null, number | null, number];

/** What one event carries. */
export interface Bulletin {
  /** Values by client. */
  readonly values?: Readonly<Record<string, readonly ValueRow[]>>;
  /** Links by client: whether it is up, and in words; `since` in unix seconds. */
  readonly links?: Readonly<
    Record<string, { readonly live: boolean; readonly text: string; readonly since: number }>
  >;
  /** Log lines, oldest first. */
  readonly log?: readonly LogLine[];
  /** Whether there are new images. */
  readonly images?: true;
  /** Whether something has happened to an alarm. */
  readonly alarms?: true;
  /** The lab as a whole. */
  readonly lab: {
    readonly time: number;
    readonly connected: number;
    readonly clients: number;
    readonly stored: number;
    readonly problem: string | null;
    /** Alarms that want somebody, and how many of them nobody has acknowledged. */
    readonly open: number;
    readonly urgent: number;
    /** Curves begin here at the earliest, unix seconds. */
    readonly plotsFrom: number;
  };
  /** The page must be loaded anew: clients or descriptions have changed. */
  readonly reload?: true;
}

/** The row of one channel now. */
export function valueRow(client: Client, channel: Channel, clock: Clock): ValueRow {
  const received = client.latest.get(channel.key);
  const { text, look, hint } = show(channel, received);
  const value = received?.reading.quality === "good" ? received.reading.value : undefined;
  const number = typeof value === "number" && Number.isFinite(value) ? value : null;
  const age = received ? Math.max(0, clock.now() - received.received) / 1000 : null;
  return [channel.key, text, look, hint, age, number, received?.reading.time ?? 0];
}

/**
 * Bulletins for one browser. What has changed is noted as names only; a bulletin is made when the reader takes it, so
 * the memory held for one that does not read is bounded by the number of channels.
 */
export class Bulletins implements Disposable {
  readonly #lab: Lab;
  readonly #clock: Clock;
  readonly #changed = new Map<string, Set<string>>();
  readonly #links = new Set<string>();
  readonly #watching: Disposable;
  readonly #beat: Timer;
  #log: LogLine[] = [];
  #reload = false;
  #hasImages = false;
  #hasAlarms = false;
  #due = false;
  #last = -Infinity;
  readonly #end = new AbortController();
  #wake: () => void = () => {};

  /** Begins with everything there is. */
  constructor(lab: Lab, clock: Clock) {
    this.#lab = lab;
    this.#clock = clock;
    for (const client of lab.clients.values()) {
      this.#links.add(client.name);
      this.#changed.set(client.name, new Set(client.channels.keys()));
    }
    this.#due = true;
    this.#watching = lab.watch((event) => {
      if (event.kind === "values") this.#note(event.client.name, event.keys);
      else if (event.kind === "state") this.#links.add(event.client.name);
      else if (event.kind === "log") this.#log = [...this.#log, event.line].slice(-MOST_LINES);
      else if (event.kind === "image") this.#hasImages = true;
      else if (event.kind === "alarm") this.#hasAlarms = true;
      else if (event.kind !== "plots") this.#reload = true;
      this.#announce();
    });
    this.#beat = clock.every(BEAT, () => this.#announce());
  }

  #note(client: string, keys: readonly string[]): void {
    let changed = this.#changed.get(client);
    if (!changed) this.#changed.set(client, changed = new Set());
    for (const key of keys) changed.add(key);
  }

  #announce(): void {
    if (this.#due) return;
    this.#due = true;
    this.#wake();
  }

  /** The next bulletin, as soon as there is something to say; undefined at the end. */
  async next(): Promise<Bulletin | undefined> {
    while (!this.ended.aborted) {
      const wait = this.#last + PERIOD - this.#clock.now();
      if (this.#due && wait <= 0) {
        this.#due = false;
        this.#last = this.#clock.now();
        return this.#take();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = this.#due ? this.#clock.after(wait, resolve) : undefined;
      await promise;
      timer?.stop();
    }
    return undefined;
  }

  #take(): Bulletin {
    const { clients } = this.#lab;
    const values: Record<string, ValueRow[]> = {};
    for (const [name, keys] of this.#changed) {
      const client = clients.get(name);
      if (!client) continue;
      values[name] = [...keys].flatMap((key) => {
        const channel = client.channels.get(key);
        return channel ? [valueRow(client, channel, this.#clock)] : [];
      });
    }
    const links = Object.fromEntries([...this.#links].flatMap((name) => {
      const client = clients.get(name);
      return client
        ? [[name, { live: isLive(client), text: showLink(client), since: client.state.since }]]
        : [];
    }));
    const bulletin = {
      values,
      links,
      log: this.#log,
      lab: overview(this.#lab, this.#clock),
      ...(this.#hasImages && { images: true as const }),
      ...(this.#hasAlarms && { alarms: true as const }),
      ...(this.#reload && { reload: true as const }),
    };
    this.#changed.clear();
    this.#links.clear();
    this.#log = [];
    this.#reload = false;
    this.#hasImages = false;
    this.#hasAlarms = false;
    return bulletin;
  }

  /** Aborted when it has ended. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Ends it: `next` gives undefined. */
  [Symbol.dispose](): void {
    this.#end.abort();
    this.#watching[Symbol.dispose]();
    this.#beat.stop();
    this.#wake();
  }
}

/** Whether a client's values are coming. */
export const isLive = ({ state }: Client): boolean => state.status === "connected";

/** The lab in numbers. */
export function overview(lab: Lab, clock: Clock): Bulletin["lab"] {
  const clients = [...lab.clients.values()].filter(({ enabled }) => enabled);
  const open = lab.alarms?.open ?? [];
  return {
    time: clock.time(),
    connected: clients.filter(isLive).length,
    clients: clients.length,
    stored: lab.stored,
    problem: lab.storeProblem ?? null,
    open: open.length,
    urgent: open.filter(({ saved }) => !saved.acknowledged).length,
    plotsFrom: lab.plotsFrom,
  };
}
