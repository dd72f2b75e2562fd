/** What happens in the lab, told to any number of browsers: made and encoded once for all that have read the same. @module */
import type { Clock, Timer } from "../../../lib/time/mod.ts";
import type { Client, Lab, LabEvent, LabLine } from "../lab.ts";
import { type Bulletin, isLive, type LinkRow, overview, type ValueRow, valueRow } from "./live.ts";
import { showClaim, showLink } from "./show.ts";
import { OUT } from "./visitor.ts";

/** How often at most values leave for browsers, milliseconds: more is not seen. */
const PERIOD = 50;
/** How often the page hears that MONITOR lives. */
const BEAT = "1 s";
/** Log lines kept for a reader that is slow. */
const MOST_LINES = 200;
/** Who has taken nothing for longer is told so, milliseconds. */
const LATE = 2000;
/** Who has taken nothing for longer is given up, milliseconds. */
const STALLED = 20_000;

/** The clients of which somebody is told; undefined: all. */
export type Shown = ReadonlySet<string> | undefined;

/** The edition that told last of each value of a client, and of any. */
interface Told {
  last: number;
  readonly keys: Map<string, number>;
}

const encoder = new TextEncoder();
/** The last event for those who may be told no more. */
const OVER = encoder.encode(`event: over\ndata: ${JSON.stringify(OUT)}\n\n`);

/**
 * Editions of what happens in a lab. What has changed is noted once, with the edition that tells of it; who has read up to
 * an edition is told what came after it. So a reader that does not read costs nothing, and takes up again with the newest
 * state: of a value it has missed it is told the last.
 */
export class Broadcast implements Disposable {
  readonly #lab: Lab;
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  readonly #values = new Map<string, Told>();
  readonly #links = new Map<string, number>();
  readonly #described = new Map<string, number>();
  readonly #made = new Map<string, Uint8Array<ArrayBuffer>>();
  #madeAt = -Infinity;
  #watching: Disposable | undefined;
  #beat: Timer | undefined;
  #due: Timer | undefined;
  #log: { readonly edition: number; readonly line: LabLine }[] = [];
  #news = { images: 0, alarms: 0, runs: 0, reload: 0 };
  #edition = 0;
  #at = -Infinity;

  /** Begins with nobody; as long as nobody listens nothing is done. */
  constructor(lab: Lab, clock: Clock) {
    this.#lab = lab;
    this.#clock = clock;
  }

  /**
   * Begins to tell somebody: first of everything there is, then of what has changed since.
   *
   * @param shown The clients they are told of (default: all).
   * @param giveUp Called when they have taken nothing for 20 s; they are told no more then.
   * @param isIn Whether they may still be told; where not they are told so, and no more: at once on
   * {@linkcode Broadcast.review}, else within a second.
   */
  listen(shown?: Shown, giveUp: () => void = () => {}, isIn: () => boolean = () => true): Listener {
    if (this.#listeners.size === 0) {
      this.#watching = this.#lab.watch((event) => this.#note(event));
      this.#beat = this.#clock.every(BEAT, () => this.#live());
    }
    const listener = new Listener({
      clock: this.#clock,
      edition: () => this.#edition,
      event: (since, late) => this.#event(since, shown, late),
      left: () => this.#leave(listener),
      giveUp,
      isIn,
    });
    this.#listeners.add(listener);
    return listener;
  }

  /** Somebody may have been let out: ends the listening of those who may be told no more. */
  review(): void {
    for (const listener of this.#listeners) listener.check();
  }

  /** Ends all listening. */
  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#watching?.[Symbol.dispose]();
    this.#beat?.stop();
    this.#due?.stop();
    this.#due = undefined;
    this.#values.clear();
    this.#links.clear();
    this.#described.clear();
    this.#log = [];
    this.#madeAt = -Infinity;
  }

  #live(): void {
    this.review();
    if (this.#listeners.size > 0) this.#announce();
  }

  #note(event: LabEvent): void {
    const next = this.#edition + 1;
    switch (event.kind) {
      case "values": {
        const { client: { name }, keys } = event;
        let told = this.#values.get(name);
        if (!told) this.#values.set(name, told = { last: next, keys: new Map() });
        told.last = next;
        for (const key of keys) told.keys.set(key, next);
        break;
      }
      case "state":
        this.#links.set(event.client.name, next);
        break;
      case "log":
        this.#log.push({ edition: next, line: event.line });
        if (this.#log.length > 2 * MOST_LINES) this.#log = this.#log.slice(-MOST_LINES);
        break;
      case "image":
        this.#news.images = next;
        break;
      case "alarm":
        this.#news.alarms = next;
        break;
      case "run":
        this.#news.runs = next;
        break;
      case "described":
        this.#described.set(event.client.name, next);
        break;
      case "clients":
        this.#news.reload = next;
        break;
      case "plots":
    }
    this.#announce();
  }

  #announce(): void {
    if (this.#due) return;
    const wait = Math.max(0, this.#at + PERIOD - this.#clock.now());
    this.#due = this.#clock.after(wait, () => this.#publish());
  }

  #publish(): void {
    this.#due = undefined;
    this.#at = this.#clock.now();
    this.#edition++;
    this.#madeAt = -Infinity;
    for (const listener of this.#listeners) listener.wake();
  }

  /** What happened after an edition, as an event of a stream: the same bytes for all who are told the same. */
  #event(since: number | undefined, shown: Shown, late: number | undefined): Uint8Array<ArrayBuffer> {
    const which = `${since} ${late ?? ""} ${shown ? [...shown].join() : "all"}`;
    const now = this.#clock.now();
    if (now - this.#madeAt > PERIOD) {
      this.#made.clear(); // ages in it would be wrong
      this.#madeAt = now;
    }
    let made = this.#made.get(which);
    if (!made) {
      const bulletin = this.#bulletin(since, shown);
      const json = JSON.stringify(late === undefined ? bulletin : { ...bulletin, late });
      this.#made.set(which, made = encoder.encode(`data: ${json}\n\n`));
    }
    return made;
  }

  #bulletin(since: number | undefined, shown: Shown): Bulletin {
    const lab = overview(this.#lab, this.#clock);
    const now = this.#clock.now();
    const all = [...this.#lab.clients.values()];
    const clients = shown ? all.filter(({ name }) => shown.has(name)) : all;
    const values: Record<string, ValueRow[]> = {};
    const links: Record<string, LinkRow> = {};
    for (const client of clients) {
      const { name, state } = client;
      const rows = this.#rows(client, since, now);
      if (rows) values[name] = rows;
      if (since !== undefined && !((this.#links.get(name) ?? 0) > since)) continue;
      links[name] = {
        live: isLive(client),
        text: showLink(client),
        since: state.since,
        claim: showClaim(client),
      };
    }
    if (since === undefined) return { values, links, log: [], lab };
    const { images, alarms, runs } = this.#news;
    const isAfter = (edition = 0) => edition > since;
    const reload = isAfter(this.#news.reload) ||
      clients.some(({ name }) => isAfter(this.#described.get(name)));
    return {
      values,
      links,
      log: this.#log.filter(({ edition }) => edition > since).slice(-MOST_LINES).map(({ line }) => line),
      lab,
      ...(isAfter(images) && { images: true as const }),
      ...(isAfter(alarms) && { alarms: true as const }),
      ...(isAfter(runs) && { runs: true as const }),
      ...(reload && { reload: true as const }),
    };
  }

  /** The values of a client that are new after an edition; undefined if there are none. */
  #rows(client: Client, since: number | undefined, now: number): ValueRow[] | undefined {
    const { name, channels } = client;
    if (since === undefined) return [...channels.values()].map((channel) => valueRow(client, channel, now));
    const told = this.#values.get(name);
    if (!told || told.last <= since) return undefined;
    const rows: ValueRow[] = [];
    for (const [key, edition] of told.keys) {
      const channel = edition > since ? channels.get(key) : undefined;
      if (channel) rows.push(valueRow(client, channel, now));
    }
    return rows;
  }
}

/** What a {@linkcode Listener} is told by. */
interface ListenerParts {
  readonly clock: Clock;
  edition(): number;
  event(since: number | undefined, late: number | undefined): Uint8Array<ArrayBuffer>;
  left(): void;
  giveUp(): void;
  isIn(): boolean;
}

/** Somebody who is told. */
export class Listener implements Disposable {
  readonly #parts: ListenerParts;
  #read: number | undefined;
  #readAt: number;
  #isWaiting = false;
  #hasEnded = false;
  #isOut = false;
  #bell = Promise.withResolvers<void>();

  /** Begins with nothing read; {@linkcode Broadcast.listen} makes it. */
  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#readAt = parts.clock.now();
  }

  /** Ends one that may be told no more, and gives up one that takes nothing. */
  check(): void {
    if (!this.#parts.isIn()) {
      this.#isOut = true;
      return this[Symbol.dispose]();
    }
    if (this.#isWaiting || this.#parts.clock.now() - this.#readAt < STALLED) return;
    this[Symbol.dispose]();
    this.#parts.giveUp();
  }

  /** There is another edition. */
  wake(): void {
    this.#bell.resolve();
  }

  /** What is new, as an event of a stream, as soon as there is something; undefined at the end, after a word of why. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { clock, edition, event } = this.#parts;
    const isBehind = this.#read !== undefined && this.#read !== edition();
    const away = isBehind ? clock.now() - this.#readAt : 0;
    this.#isWaiting = true;
    while (this.#read === edition() && !this.#hasEnded) {
      this.#bell = Promise.withResolvers();
      await this.#bell.promise;
    }
    this.#isWaiting = false;
    if (this.#hasEnded) {
      const last = this.#isOut ? OVER : undefined;
      this.#isOut = false;
      return last;
    }
    const told = event(this.#read, away > LATE ? away / 1000 : undefined);
    this.#read = edition();
    this.#readAt = clock.now();
    return told;
  }

  /** Ends it: `next` gives undefined. */
  [Symbol.dispose](): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#bell.resolve();
    this.#parts.left();
  }
}
