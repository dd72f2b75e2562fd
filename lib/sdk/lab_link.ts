/** One device of a lab as its MONITOR shows it: values come from MONITOR, commands go through its `send`. @module */
import { type Channel, channelsOf } from "../device/channel.ts";
import type { Description } from "../device/description.ts";
import type { Model } from "../device/model.ts";
import { isBad, type Reading, type Update } from "../device/reading.ts";
import { formatValue, parseValue, textOf } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
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
  readonly #states = new Feed<LinkState>();
  readonly #end = new AbortController();
  readonly #loops: Promise<void>[];
  readonly #isAlone: boolean;
  #isThere: boolean | undefined;
  #state: LinkState;

  /** Begins to follow a client. The model is needed: an old MONITOR describes nothing. */
  constructor(monitor: Link, client: string, model: Model, { isAlone = false } = {}) {
    this.#isAlone = isAlone;
    this.address = `${client} at ${monitor.address}`;
    this.#monitor = monitor;
    this.#client = client;
    this.#model = model;
    this.#state = { ...monitor.state, status: "connecting" };
    for (const channel of channelsOf(model)) {
      this.#channels.set(channel.key, channel);
      this.#channels.set(channel.wire, channel);
    }
    this.#loops = [this.#followMonitor(), this.#followClient()];
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

  command(command: LinkCommand, options?: CommandOptions): Promise<Answer> {
    const line = this.#lineOf(command);
    return this.#monitor.command({ kind: "line", line: `send ${this.#client} ${line}` }, options);
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
      const value = readings.get(this.#client)?.value;
      if (value === undefined) continue;
      this.#isThere = value === true || value === 1;
      this.#judge();
    }
  }

  #judge(): void {
    const { state } = this.#monitor;
    if (state.status !== "connected" || this.#isThere) return this.#become(state);
    if (this.#isThere === undefined) return this.#become({ ...state, status: "connecting" });
    this.#become({ ...state, status: "lost", why: `MONITOR has lost ${this.#client}` });
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
    };
  }

  #channelOf(name: string): Channel | undefined {
    const prefix = this.#client.length + 1;
    return name.startsWith(`${this.#client}.`) ? this.#channels.get(name.slice(prefix)) : undefined;
  }

  #lineOf(command: LinkCommand): string {
    switch (command.kind) {
      case "line":
        return command.line;
      case "set":
        return formatLine({ name: "set", options: this.#words(command.values) });
      case "call": {
        const params = this.#model.commands?.[command.name]?.args ?? {};
        const args = Object.entries(command.args ?? {}).map(([name, value]) => {
          const param = params[name];
          return [name, param ? formatValue(param, value) : String(value)];
        });
        return formatLine({ name: command.name, options: Object.fromEntries(args) });
      }
      default:
        throw new CommandError(
          "denied",
          `A claim of ${this.#client} needs a connection of its own: MONITOR speaks for many`,
        );
    }
  }

  #words(values: Readonly<Record<string, Value>>): Record<string, string> {
    const words = Object.entries(values).map(([key, value]) => {
      const param = this.#channels.get(key)?.param;
      return [key, param ? formatValue(param, value) : String(value)];
    });
    return Object.fromEntries(words);
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
