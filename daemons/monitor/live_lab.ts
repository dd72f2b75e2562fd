/** The lab as it is now: what links and callers bring becomes latest values, events, log lines and records. @module */
import type { Description } from "../../lib/device/description.ts";
import type { Update } from "../../lib/device/reading.ts";
import type { LinkState, LogLine } from "../../lib/link/link.ts";
import type { Clock, Timer } from "../../lib/time/mod.ts";
import type { AlarmEvent, Alarms } from "./alarm/alarms.ts";
import { auditLine } from "./audit.ts";
import type { ClientConfig } from "./config/mod.ts";
import type { Feed, FeedListener } from "./feed.ts";
import type { Asker, CommandRecord, CommandReply, Lab, LabEvent, LabLine, Series } from "./lab.ts";
import { LiveClient } from "./live_client.ts";
import { LogGate } from "./log_gate.ts";
import type { Recorder } from "./recorder.ts";
import { Runs } from "./runs/runs.ts";
import type { HistoryRange } from "./store/history.ts";

/** How often values are looked at for their age. */
const SWEEP = "250 ms";

/** What MONITOR itself is called in the log, and by its peers. */
export const MONITOR_NAME = "monitor";

/** Options of {@linkcode LiveLab}. */
export interface LiveLabOptions {
  /** Its name for people. */
  readonly name: string;
  /** What to watch. */
  readonly clients: readonly ClientConfig[];
  /** Every value is stored at least this often, seconds. */
  readonly interval: number;
  /** Where to keep what is seen. */
  readonly recorder: Recorder;
  /** The clock. */
  readonly clock: Clock;
}

/** Carries out a command line for somebody. */
export type RunCommand = (line: string, asker: Asker) => Promise<CommandReply>;

/** MONITOR's lab. Ways to its clients are attached from outside; it knows no protocol. */
export class LiveLab implements Lab, Disposable {
  readonly name: string;
  /** The clock. */
  readonly clock: Clock;
  /** How {@linkcode LiveLab.command} carries out a line. */
  run: RunCommand = () => Promise.resolve({ ok: false, text: "MONITOR is still being started" });
  /** Curves on the page begin here, unix seconds. */
  plotsFrom = 0;
  alarms: Alarms | undefined;
  certificateProblem: string | undefined;
  /** The scripts that are running. */
  readonly runs: Runs;
  #clients: ReadonlyMap<string, LiveClient>;
  #interval: number;
  readonly #recorder: Recorder;
  readonly #watchers = new Set<(event: LabEvent) => void>();
  readonly #gates = new Map<Feed, LogGate>();
  readonly #sweep: Timer;
  #closed = false;

  /** Begins with nothing known of any client. */
  constructor(options: LiveLabOptions) {
    const { name, clients, interval, recorder, clock } = options;
    this.name = name;
    this.clock = clock;
    this.#interval = interval;
    this.#recorder = recorder;
    this.#refresh();
    const time = clock.time();
    this.#clients = new Map(
      clients.map((config) => [config.name, new LiveClient(config, time, clock.now())]),
    );
    this.#sweep = clock.every(SWEEP, () => this.#expire());
    this.runs = new Runs({
      clients: () => this.#clients,
      records: recorder.records,
      clock,
      say: (type, message, source) => this.say(type, message, source),
      onChange: () => this.#emit({ kind: "run" }),
    });
  }

  get clients(): ReadonlyMap<string, LiveClient> {
    return this.#clients;
  }

  /**
   * Takes over another list of clients. One whose address is the same stays as it is, with its values and its links.
   *
   * @param configs All clients there shall be, in order.
   * @returns Those that are gone and those that have come, whose links are for others to close and open; and the names
   * of those that are only shown otherwise.
   */
  adopt(configs: readonly ClientConfig[]): { removed: LiveClient[]; added: LiveClient[]; changed: string[] } {
    const before = this.#clients;
    const time = this.clock.time();
    const changed: string[] = [];
    const after = new Map(configs.map((config) => {
      const known = before.get(config.name);
      if (!known?.isAt(config)) return [config.name, new LiveClient(config, time, this.clock.now())] as const;
      if (known.dress(config)) changed.push(config.name);
      return [config.name, known] as const;
    }));
    const removed = [...before.values()].filter((client) => after.get(client.name) !== client);
    const added = [...after.values()].filter((client) => before.get(client.name) !== client);
    const isSameOrder = [...before.keys()].join("\n") === [...after.keys()].join("\n");
    this.#clients = after;
    if (removed.length + added.length + changed.length > 0 || !isSameOrder) this.#emit({ kind: "clients" });
    return { removed, added, changed };
  }

  get stored(): number {
    return this.#recorder.stored;
  }

  get dropped(): number {
    return this.#recorder.dropped;
  }

  get records(): Lab["records"] {
    return this.#recorder.records;
  }

  get storeProblem(): string | undefined {
    return this.#recorder.problem;
  }

  /** The original's database interval, seconds. */
  get interval(): number {
    return this.#interval;
  }

  set interval(seconds: number) {
    this.#interval = seconds;
    this.#refresh();
    this.say("info", `DB status interval set to ${seconds}`);
  }

  watch(listener: (event: LabEvent) => void): Disposable {
    this.#watchers.add(listener);
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) };
  }

  command(line: string, asker: Asker): Promise<CommandReply> {
    return this.run(line, asker);
  }

  history(
    client: string,
    key: string,
    range: HistoryRange,
  ): Promise<Series> {
    return this.#recorder.history(client, key, range);
  }

  recentLog(count: number): Promise<readonly LabLine[]> {
    return this.#recorder.recentLog(count);
  }

  /** Writes a line of its own, or of `source`, to the log. */
  say(type: LogLine["type"], message: string, source = MONITOR_NAME): void {
    this.log({ time: this.clock.time(), source, type, message });
  }

  /** Writes to the log. */
  log(line: LabLine): void {
    this.#recorder.log(line);
    this.#emit({ kind: "log", line });
  }

  audit(command: CommandRecord): void {
    this.log(auditLine(command, this.clock.time()));
  }

  /** Tells that something has happened to an alarm. */
  alarmed(event: AlarmEvent): void {
    this.#emit({ kind: "alarm", event });
  }

  /** Tells that there is a new image. */
  tellOfImage(): void {
    this.#emit({ kind: "image" });
  }

  /** Lets the curves on the page begin anew. */
  resetPlots(): void {
    this.plotsFrom = this.clock.time();
    this.say("info", "Resetting plots");
    this.#emit({ kind: "plots" });
  }

  /**
   * Gives a client another way, used when no better one is connected.
   *
   * @param client The client.
   * @param feed The way.
   * @returns Who is to be told what comes on it.
   */
  attach(client: LiveClient, feed: Feed): FeedListener {
    client.feeds.push(feed);
    this.#follow(client);
    const inUse = () => {
      if (feed.state !== client.state) this.#follow(client);
      return client.feed === feed && !this.#closed && this.#clients.get(client.name) === client;
    };
    const gate = new LogGate(this.clock, (line) => this.log(line));
    this.#gates.set(feed, gate);
    return {
      onState: () => this.#follow(client),
      onDescription: (description) => void (inUse() && this.#describe(client, description)),
      onUpdate: (update) => void (inUse() && this.#update(client, update)),
      onLog: (line) => gate.take(line),
    };
  }

  /** Takes a way back. */
  detach(client: LiveClient, feed: Feed): void {
    const place = client.feeds.indexOf(feed);
    if (place >= 0) client.feeds.splice(place, 1);
    this.#gates.get(feed)?.[Symbol.dispose]();
    this.#gates.delete(feed);
    this.#follow(client);
  }

  /** Ends it: what comes now changes nothing any more. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#sweep.stop();
    for (const gate of this.#gates.values()) gate[Symbol.dispose]();
    this.runs[Symbol.dispose]();
  }

  /** An interval of 0 made the original store as often as it polled, each second. */
  #refresh(): void {
    this.#recorder.refreshEvery(Math.max(this.#interval, 1) * 1000);
  }

  /** Takes over the state of the way in use, and says once when it came or went. */
  #follow(client: LiveClient): void {
    const { present } = client;
    const isGone = this.#clients.get(client.name) !== client;
    if (this.#closed || isGone || isSame(present, client.state)) return;
    const { connected: wasConnected, state: before } = client;
    client.state = present;
    if (present.since !== before.since) client.turned = this.clock.now();
    if (present.peerName !== before.peerName) this.#doubt(client);
    if (client.connected !== wasConnected) {
      this.say("info", `${client.name} ${client.connected ? "connected" : "disconnected"}`);
      if (wasConnected) this.#spoiled(client, client.lose(present.why ?? "not connected"));
    }
    this.#emit({ kind: "state", client });
  }

  /** A daemon that calls itself as another client is most likely reached under a wrong address. */
  #doubt({ name, address, state: { peerName } }: LiveClient): void {
    if (peerName === undefined || peerName === name || !this.#clients.has(peerName)) return;
    this.say(
      "warning",
      `${name} (${address}) calls itself ${peerName}, which is another client here: see their addresses`,
    );
  }

  #describe(client: LiveClient, description: Description): void {
    client.describe(description);
    this.#emit({ kind: "described", client });
  }

  #update(client: LiveClient, update: Update): void {
    const keys = client.take(update, this.clock.now());
    this.#recorder.record(client.name, update, client.channels);
    this.#emit({ kind: "values", client, keys, time: update.time });
  }

  #expire(): void {
    const now = this.clock.now();
    for (const client of this.clients.values()) this.#spoiled(client, client.expire(now));
  }

  #spoiled(client: LiveClient, keys: readonly string[]): void {
    if (keys.length === 0) return;
    const time = this.clock.time();
    const readings = new Map(keys.map((key) => [key, client.latest.get(key)!.reading]));
    this.#recorder.record(client.name, { time, complete: false, readings }, client.channels);
    this.#emit({ kind: "values", client, keys, time });
  }

  #emit(event: LabEvent): void {
    for (const listener of this.#watchers) listener(event);
  }
}

/** A link may make its state anew each time it is asked. */
function isSame(a: LinkState, b: LinkState): boolean {
  return a === b ||
    (a.status === b.status && a.since === b.since && a.why === b.why && a.nextTry === b.nextTry &&
      a.offset === b.offset && a.peerName === b.peerName && a.peerType === b.peerType &&
      a.claim?.by === b.claim?.by && a.claim?.note === b.claim?.note);
}
