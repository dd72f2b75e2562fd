/** A lab without devices: what the page is tested against. */
import { type Channel, channelsOf } from "../../../lib/device/channel.ts";
import type { Model } from "../../../lib/device/model.ts";
import type { Reading } from "../../../lib/device/reading.ts";
import type { Value } from "../../../lib/device/types.ts";
import type { LinkState, LogLine } from "../../../lib/link/link.ts";
import { type Clock, systemClock } from "../../../lib/time/mod.ts";
import type { Person } from "../../../daemons/monitor/access/mod.ts";
import { auditLine } from "../../../daemons/monitor/audit.ts";
import { Runs } from "../../../daemons/monitor/runs/runs.ts";
import type { HistoryRange } from "../../../daemons/monitor/store/history.ts";
import { VirtualClock } from "../../../lib/testing/mod.ts";
import type {
  Asker,
  Client,
  CommandRecord,
  CommandReply,
  Lab,
  LabEvent,
  LabLine,
  Plot,
  Received,
  Series,
} from "../../../daemons/monitor/lab.ts";

const MODEL: Model = {
  model: "cryo-con",
  description: "Cryo-con 24C",
  params: {
    temperature: {
      type: "drivable",
      unit: "degC",
      min: -200,
      max: 50,
      warn: [-130, 40],
      precision: 2,
      settle: { tolerance: 0.1, time: "1 s" },
    },
    control: { type: "flag", set: true },
  },
  groups: {
    loop: { count: 2, params: { power: { type: "number", unit: "W", precision: 1, alarm: [0, 45] } } },
  },
  commands: { stop: { description: "Switch all loops off" } },
  safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
};

const PLOT: Plot = {
  id: "temperature",
  name: "Temperature",
  values: ["time", "temperature", "temperature.target"],
  width: 800,
  height: 260,
  xscale: "linear",
  yscale: "linear",
};

/** One client whose values a test sets. */
export class FakeClient implements Client {
  readonly title: string;
  readonly enabled = true;
  readonly template = "default.html";
  readonly plots: readonly Plot[];
  readonly description: { readonly model: Model; readonly revision: string; readonly name: string };
  readonly channels: ReadonlyMap<string, Channel>;
  readonly latest = new Map<string, Received>();
  state: LinkState;
  turned = 0;
  readonly name: string;
  readonly address = "localhost:7024";

  constructor(name: string, since: number, model: Model = MODEL) {
    this.name = name;
    this.title = model.description;
    this.plots = model === MODEL
      ? [PLOT]
      : [{ ...PLOT, id: name, name, values: ["time", ...Object.keys(model.params)] }];
    this.description = { model, revision: "1.0", name: "cryocon" };
    this.channels = new Map(channelsOf(model).map((channel) => [channel.key, channel]));
    this.state = { status: "connected", since };
  }
}

/** A lab whose events a test makes. */
export class FakeLab implements Lab {
  name = "CCD lab";
  readonly clients = new Map<string, FakeClient>();
  interval = 60;
  stored = 0;
  dropped = 0;
  storeProblem: string | undefined;
  readonly commands: string[] = [];
  readonly askers: (Person | undefined)[] = [];
  readonly lines: LabLine[] = [];
  past: Series = { time: [], value: [] };
  plotsFrom = 0;
  alarms: Lab["alarms"];
  records: Lab["records"];
  /** What scripts tell; a test tells it itself. */
  readonly runs: Runs;
  readonly clock: Clock;
  readonly #listeners = new Set<(event: LabEvent) => void>();

  constructor(names: readonly string[] = ["cryocon"], clock: Clock = systemClock) {
    this.clock = clock;
    this.runs = new Runs({
      clients: () => this.clients,
      records: undefined,
      clock: new VirtualClock(clock.time()),
      say: (type, message, source) => this.say(type, message, source),
      onChange: () => this.tell({ kind: "run" }),
    });
    for (const name of names) this.clients.set(name, new FakeClient(name, clock.time()));
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** A client's values come. */
  read(name: string, values: Record<string, Value>, more: Partial<Reading> = {}): void {
    const client = this.clients.get(name)!;
    const time = this.clock.time();
    for (const [key, value] of Object.entries(values)) {
      const reading: Reading = { value, time, quality: "good", severity: "ok", ...more };
      client.latest.set(key, { reading, received: this.clock.now() });
    }
    this.stored += Object.keys(values).length;
    this.tell({ kind: "values", client, keys: Object.keys(values), time });
  }

  /** A client is lost: its values go stale. */
  lose(name: string, why: string): void {
    const client = this.clients.get(name)!;
    client.state = { status: "lost", since: this.clock.time(), why };
    for (const [key, { reading, received }] of client.latest) {
      client.latest.set(key, { reading: { ...reading, quality: "stale", reason: "link lost" }, received });
    }
    this.tell({ kind: "state", client });
    this.tell({ kind: "values", client, keys: [...client.latest.keys()], time: this.clock.time() });
  }

  /** A line is logged. */
  log(type: LogLine["type"], message: string, source = "monitor"): void {
    const line: LogLine = { time: this.clock.time(), source, type, message };
    this.lines.unshift(line);
    this.tell({ kind: "log", line });
  }

  say(type: LogLine["type"], message: string, source?: string): void {
    this.log(type, message, source);
  }

  /** Curves begin anew. */
  resetPlots(): void {
    this.plotsFrom = this.clock.time();
    this.tell({ kind: "plots" });
  }

  /** Tells everybody who listens. */
  tell(event: LabEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  watch(listener: (event: LabEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  audit(command: CommandRecord): void {
    const line = auditLine(command, this.clock.time());
    this.lines.unshift(line);
    this.tell({ kind: "log", line });
  }

  command(line: string, { source, person, via, from }: Asker): Promise<CommandReply> {
    this.commands.push(`${source}: ${line}`);
    this.askers.push(person);
    const ok = line.startsWith("send cryocon ");
    const text = ok ? "done: temperature target is -100 degC" : `unknown command "${line}"`;
    const outcome = ok ? "done" : "failed";
    const known = person?.known ?? "nobody";
    this.audit({
      by: source,
      known,
      via,
      from: from ?? null,
      clients: ok ? ["cryocon"] : [],
      line,
      outcome,
      text,
    });
    return Promise.resolve({ ok, text });
  }

  history(_client: string, _key: string, _range: HistoryRange): Promise<Series> {
    return Promise.resolve(this.past);
  }

  recentLog(count: number): Promise<readonly LabLine[]> {
    return Promise.resolve(this.lines.slice(0, count));
  }
}
