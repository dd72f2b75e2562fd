/** One device of a lab as its MONITOR shows it: values come from MONITOR, commands go through its `send`. @module */
import { type Channel, channelsOf, channelsOfParam, dynamicNames } from "../device/channel.ts";
import { type Description, descriptionOf } from "../device/description.ts";
import type { Model, Param } from "../device/model.ts";
import { isBad, type Reading, type Update } from "../device/reading.ts";
import { parseValue, textOf } from "../device/text.ts";
import { CommandError } from "../errors.ts";
import { CommandText } from "../line/command_text.ts";
import { formatLine } from "../line/mod.ts";
import { Feed, Latest } from "../link/feed.ts";
import type { Answer, CommandOptions, Link, LinkCommand, LinkState, UpdateOptions } from "../link/link.ts";
import type { Duration } from "../time/mod.ts";

/** A link to one client of a MONITOR. Closing it leaves the link to MONITOR open unless that was made for it alone. */
export class LabLink implements Link {
  readonly address: string;
  readonly #monitor: Link;
  readonly #client: string;
  readonly #model: Model;
  readonly #channels = new Map<string, Channel>();
  #commands: CommandText;
  /** Channels of dynamic groups: MONITOR says which there are. */
  #members: ReadonlyMap<string, Channel> = new Map();
  readonly #states = new Feed<LinkState>();
  readonly #end = new AbortController();
  readonly #loops: Promise<void>[];
  readonly #isAlone: boolean;
  #isThere: boolean | undefined;
  #thereSince = 0;
  #state: LinkState;

  /** Begins to follow a client. The model is needed: an old MONITOR describes nothing. */
  constructor(monitor: Link, client: string, model: Model, { isAlone = false } = {}) {
    this.#isAlone = isAlone;
    this.address = `${client} at ${monitor.address}`;
    this.#monitor = monitor;
    this.#client = client;
    this.#model = model;
    this.#state = { ...monitor.state, status: "connecting" };
    this.#commands = new CommandText(descriptionOf(model, { name: client }));
    for (const channel of channelsOf(model)) {
      this.#channels.set(channel.key, channel);
      this.#channels.set(channel.wire, channel);
    }
    this.#loops = [this.#followMonitor(), this.#followClient(), this.#followDescriptions()];
  }

  get state(): LinkState {
    return this.#state;
  }

  states(options: { signal?: AbortSignal } = {}): AsyncIterable<LinkState> {
    return this.#states.read(new Latest(this.#state), options.signal);
  }

  async describe(options: { signal?: AbortSignal; timeout?: Duration } = {}): Promise<Description> {
    return this.#describe(await this.#monitor.describe(options));
  }

  async *descriptions(options: { signal?: AbortSignal } = {}): AsyncIterable<Description> {
    for await (const lab of this.#monitor.descriptions({ signal: this.#until(options.signal) })) {
      yield this.#describe(lab);
    }
  }

  async *updates(options: UpdateOptions = {}): AsyncIterable<Update> {
    const wanted = options.keys && new Set(options.keys);
    const { period } = options;
    const signal = this.#until(options.signal);
    for await (const update of this.#monitor.updates({ signal, ...(period !== undefined && { period }) })) {
      const readings = new Map<string, Reading>();
      for (const [name, reading] of update.readings) {
        const channel = this.#channelOf(name);
        if (channel && (!wanted || wanted.has(channel.key))) {
          readings.set(channel.key, typed(channel, reading));
        }
      }
      if (readings.size > 0 || update.complete) yield { ...update, readings };
    }
  }

  async command(command: LinkCommand, options?: CommandOptions): Promise<Answer> {
    const line = `send ${this.#client} ${this.#lineOf(command)}`;
    return this.#understood(command, await this.#monitor.command({ kind: "line", line }, options));
  }

  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#loops);
    if (this.#isAlone) await this.#monitor.close();
    this.#become({ status: "closed", since: this.#state.since });
    this.#states.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #followMonitor(): Promise<void> {
    for await (const _ of this.#monitor.states({ signal: this.#end.signal })) this.#judge();
  }

  async #followClient(): Promise<void> {
    const options = { keys: [this.#client], signal: this.#end.signal };
    for await (const { readings } of this.#monitor.updates(options)) {
      const reading = readings.get(this.#client);
      if (reading?.value === undefined) continue;
      const isThere = reading.value === true || reading.value === 1;
      if (isThere === this.#isThere) continue;
      this.#isThere = isThere;
      this.#thereSince = reading.time;
      this.#judge();
    }
  }

  async #followDescriptions(): Promise<void> {
    for await (const lab of this.#monitor.descriptions({ signal: this.#end.signal })) {
      const description = this.#describe(lab);
      this.#commands = new CommandText(description);
      this.#members = new Map(
        Object.entries(description.dynamic ?? {}).flatMap(([group, members]) =>
          Object.entries(members).flatMap(([name, param]) =>
            channelsOfParam(name, param).map((channel) => [channel.key, { ...channel, group }] as const)
          )
        ),
      );
    }
  }

  #judge(): void {
    const { state } = this.#monitor;
    if (state.status !== "connected") return this.#become(state);
    if (this.#isThere === undefined) return this.#become({ ...state, status: "connecting" });
    const since = Math.max(state.since, this.#thereSince);
    if (this.#isThere) return this.#become({ ...state, since });
    this.#become({ ...state, since, status: "lost", why: `MONITOR has lost ${this.#client}` });
  }

  #become(state: LinkState): void {
    if (this.#state.status === state.status && this.#state.since === state.since) return;
    this.#state = state;
    this.#states.publish(state);
  }

  #describe(lab: Description): Description {
    const prefix = `${this.#client}.`;
    const own = (key: string) => key.startsWith(prefix);
    const labels = Object.entries(lab.labels ?? {}).filter(([key]) => own(key));
    return {
      model: this.#model,
      revision: lab.revision,
      name: this.#client,
      labels: Object.fromEntries(labels.map(([key, label]) => [key.slice(prefix.length), label])),
      held: (lab.held ?? []).filter(own).map((key) => key.slice(prefix.length)),
      ...this.#dynamic(lab, prefix),
    };
  }

  /** The members of the model's dynamic groups: what MONITOR has of this client, and the model does not name itself. */
  #dynamic(lab: Description, prefix: string): Pick<Description, "dynamic"> {
    const groups = Object.entries(this.#model.groups ?? {}).flatMap(([name, group]) =>
      "dynamic" in group ? [{ name, names: dynamicNames(group), members: {} as Record<string, Param> }] : []
    );
    if (groups.length === 0) return {};
    for (const [key, param] of Object.values(lab.dynamic ?? {}).flatMap(Object.entries<Param>)) {
      const name = key.slice(prefix.length);
      if (!key.startsWith(prefix) || this.#channels.has(name)) continue;
      const group = groups.find(({ names }) => names.test(name));
      if (group) group.members[name] = param;
    }
    return { dynamic: Object.fromEntries(groups.map(({ name, members }) => [name, members])) };
  }

  #channelOf(name: string): Channel | undefined {
    const prefix = this.#client.length + 1;
    if (!name.startsWith(`${this.#client}.`)) return undefined;
    const key = name.slice(prefix);
    return this.#channels.get(key) ?? this.#members.get(key);
  }

  /** In old names, which old and new daemons know. */
  #lineOf(command: LinkCommand): string {
    if (command.kind === "claim" || command.kind === "release") {
      throw new CommandError(
        "denied",
        `A claim of ${this.#client} needs a connection of its own: MONITOR speaks for many`,
      );
    }
    const words = this.#commands.write(command, false);
    return typeof words === "string" ? words : formatLine(words);
  }

  /** MONITOR numbers what is known to have been done; its own numbers say nothing of a daemon that does not answer it. */
  #understood(command: LinkCommand, { seq, result, ...answer }: Answer): Answer {
    const confirmed = answer.confirmed && seq !== undefined;
    const returns = command.kind === "call" ? this.#model.commands?.[command.name]?.returns : undefined;
    const value = result !== undefined && returns ? parseValue(returns, String(result)) : result;
    return {
      ...answer,
      confirmed,
      ...(confirmed && { seq }),
      ...(value !== undefined && !isBad(value) && { result: value }),
    };
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#end.signal]) : this.#end.signal;
  }
}

/** A reading as the model has it: an old MONITOR knows no types, only words. */
function typed(channel: Channel, reading: Reading): Reading {
  const { value } = reading;
  const right = value === undefined || typeof value === typeof textOf(channel.param).parse(String(value));
  if (value === undefined || right && typeof value !== "string") return reading;
  const parsed = parseValue(channel.param, String(value));
  if (!isBad(parsed)) return { ...reading, value: parsed };
  return {
    time: reading.time,
    value: undefined,
    quality: "bad",
    severity: "ok",
    reason: parsed.bad,
    raw: String(value),
  };
}
