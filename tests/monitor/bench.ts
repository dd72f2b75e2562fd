/** A MONITOR for tests: fake links, connections through memory, a clock that stands still. */
import { type LineClient, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { type Config, DEFAULTS } from "../../daemons/monitor/config/mod.ts";
import type { LabEvent } from "../../daemons/monitor/lab.ts";
import { Forgetful } from "../../daemons/monitor/recorder.ts";
import { type Monitor, type MonitorOptions, startMonitor } from "../../daemons/monitor/run.ts";
import type { Update } from "../../lib/device/reading.ts";
import type { Duration } from "../../lib/time/mod.ts";
import { FakeLink } from "./fake_link.ts";
import { FakeRecords } from "./fake_records.ts";

/** Keeps in memory what a store would keep. */
export class MemoryRecorder extends Forgetful {
  readonly taken: { client: string; update: Update }[] = [];

  readonly records = new FakeRecords();

  refresh: Duration | undefined;

  override refreshEvery(period: Duration): void {
    this.refresh = period;
  }

  override record(client: string, update: Update): void {
    this.taken.push({ client, update });
  }
}

/** What a test has in hand. */
export interface Bench extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly transport: MemoryTransport;
  readonly monitor: Monitor;
  readonly recorder: MemoryRecorder;
  readonly links: ReadonlyMap<string, FakeLink>;
  readonly events: LabEvent[];
  readonly exits: number;
  /** The link of a client. */
  link(name: string): FakeLink;
  /** Lets everything finish that needs no time. */
  settle(): Promise<void>;
  /** Connects a peer and lets the greeting pass. */
  peer(): Promise<LineClient>;
  /** The log so far, oldest first: `source type message`. */
  log(): Promise<string[]>;
}

/** Starts MONITOR with one fake link for each name. */
export async function bench(
  names: readonly string[],
  config: Partial<Config> = {},
  options: Partial<MonitorOptions> = {},
): Promise<Bench> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const recorder = new MemoryRecorder();
  const links = new Map<string, FakeLink>();
  const events: LabEvent[] = [];
  let exits = 0;
  const clients = names.map((name) => ({
    name,
    address: `${name}:1`,
    title: name,
    enabled: true,
    template: "default.html",
    plots: [],
  }));
  const monitor = await startMonitor({
    config: { ...DEFAULTS, clients, ...config },
    recorder,
    transport,
    clock,
    openLink(address) {
      const link = new FakeLink(address, clock);
      links.set(address.split(":")[0]!, link);
      return link;
    },
    exit: () => void exits++,
    ...options,
  });
  monitor.lab.watch((event) => void events.push(event));
  const settle = () => clock.advance(0);
  await settle();
  const peers: LineClient[] = [];
  return {
    clock,
    transport,
    monitor,
    recorder,
    links,
    events,
    get exits() {
      return exits;
    },
    link: (name) => links.get(name)!,
    settle,
    async peer() {
      const peer = lineClient(await transport.connect(monitor.address!));
      peers.push(peer);
      await peer.expect("id name=monitor");
      await peer.expect("get_id");
      return peer;
    },
    async log() {
      const lines = await monitor.lab.recentLog(100);
      return lines.map(({ source, type, message }) => `${source} ${type} ${message}`).reverse();
    },
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.close();
      await clock.runUntil(monitor.close());
    },
  };
}
