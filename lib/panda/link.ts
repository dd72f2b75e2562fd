/** A PandA as a link: what MONITOR and the SDK see of it. @module */
import { checkSetting } from "../device/check.ts";
import { settablesByName } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Model } from "../device/model.ts";
import { suggestion } from "../device/nearest.ts";
import { textOf } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import type { Answer, CommandOptions, Link, LinkCommand, LinkOptions, LinkState } from "../link/link.ts";
import { PublishedLink } from "../link/published.ts";
import { typedSet } from "../link/typed_set.ts";
import { tcp } from "../net/mod.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { Panda } from "./client.ts";
import type { Command } from "./command.ts";
import { arm, disarm, put, raw } from "./commands.ts";
import { openControl } from "./control_session.ts";
import { BoxWatch, type Seen } from "./box_watch.ts";
import { AnyPanda, type Found, LinkChannels } from "./link_channels.ts";

/** Port of commands. */
const PORT = 8888;
/** How long an answer may take, and how long the box may be silent before it is asked whether it lives. */
const PATIENCE = { timeout: "10 s", silence: "2 s" } as const;

/**
 * Opens a link to a PandA. Its fields become channels: with a model those that it names (by alias, else by key), without
 * one all that have a value, in the dynamic group `field`; positions are scaled and have their units, what is connected is
 * a choice, times are in the units in which the box has them. The box is asked twice a second what has changed, over a
 * connection of its own; commands go over another one. Fields that the box cannot read are bad.
 *
 * Of hundreds of fields MONITOR keeps the history of those only that the address names by patterns behind a slash:
 * `box/COUNTER*.OUT,INENC?.VAL`.
 *
 * @param address `"host"`, `"host:port"`, with patterns `"host:port/PATTERN,..."`.
 * @param options Model, clock, transport.
 * @returns The link, which connects by itself, again and again.
 *
 * @example Usage
 * ```ts
 * import { openLink } from "@dewar/sdk";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using link = await openLink("panda://box/COUNTER*.OUT", { transport: new MemoryTransport() });
 * assertEquals(link.state.status, "connecting");
 * ```
 */
export function openPandaLink(address: string, options: LinkOptions = {}): Link {
  return new PandaLink(address, options);
}

class PandaLink extends PublishedLink {
  readonly address: string;
  readonly #model: Model | undefined;
  readonly #clock: Clock;
  readonly #panda: Panda;
  readonly #watch: BoxWatch;
  #state: LinkState;
  #channels: LinkChannels | undefined;
  #said = "";
  #count = 0;
  #seq: number;

  constructor(address: string, options: LinkOptions) {
    const { clock = systemClock, transport } = options;
    super(address, clock);
    const [where = "", ...patterns] = address.split(/[/,]/);
    const [, host = where, port = PORT] = /^(.*):(\d+)$/.exec(where) ?? [];
    this.address = address;
    this.#model = options.model === AnyPanda ? undefined : options.model;
    this.#clock = clock;
    this.#seq = Math.floor(clock.time() * 1000);
    this.#state = { status: "connecting", since: clock.time() };
    const control = `${host}:${port}`;
    this.#watch = new BoxWatch({
      clock,
      open: (signal) => openControl(control, { clock, transport: transport ?? tcp, signal, ...PATIENCE }),
      learn: () => this.#learn(host, matcherOf(patterns)),
      seen: (seen) => this.#see(seen),
      lost: (why) => this.#enter({ status: "lost", since: clock.time(), why }),
    });
    const settings = { controlPort: Number(port), clock, transport, ...PATIENCE };
    this.#panda = new Panda(host.replace(/^\[(.*)\]$/, "$1"), settings, (state) => {
      if (state.status === "connected") return this.#watch.begin();
      this.#watch.end();
      this.#enter(state);
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  async command(command: LinkCommand, options: CommandOptions = {}): Promise<Answer> {
    switch (command.kind) {
      case "line": {
        const values = await typedSet(command.line, () => this.describe(options));
        return values ? await this.#set(values, options) : await this.#type(command.line, options);
      }
      case "set":
        return await this.#set(command.values, options);
      case "call":
        return await this.#call(command.name, options);
      default:
        throw new CommandError("invalid", `${this.address} is a PandA, which knows no claims`);
    }
  }

  async close(): Promise<void> {
    await this.#watch.end();
    await this.#panda.close();
    this.published.close();
  }

  async #set(values: Readonly<Record<string, Value>>, options: CommandOptions): Promise<Answer> {
    const description = await this.describe(options);
    const settables = settablesByName(channelsOfDescription(description));
    const wanted = Object.entries(values).map(([name, value]) => {
      const channel = settables.get(name) ?? unknown(name, description, [...settables.keys()]);
      return { channel, text: textOf(channel.param).format(checkSetting(channel, value)) };
    });
    const done: string[] = [];
    for (const { channel, text } of wanted) {
      try {
        await this.#send(put(channel.wire, text), options);
      } catch (error) {
        if (done.length === 0 || !(error instanceof CommandError)) throw error;
        throw new CommandError(error.code, `${error.message} (${done.join(", ")} had been set before)`, {
          cause: error,
        });
      }
      done.push(channel.settable!);
    }
    const seq = await this.#lookAgain();
    const read = wanted.flatMap(({ channel: { key } }) => {
      const { value } = this.published.latest.get(key) ?? {};
      return value === undefined ? [] : [[key, value] as const];
    });
    return { seq, values: new Map(read), confirmed: true };
  }

  async #call(name: string, options: CommandOptions): Promise<Answer> {
    const { model, name: box } = await this.describe(options);
    const command = Object.hasOwn(model.commands ?? {}, name) ? model.commands![name] : undefined;
    if (command?.alias !== undefined) return await this.#type(command.alias, options);
    if (name !== "arm" && name !== "disarm") {
      const names = ["arm", "disarm", ...Object.keys(model.commands ?? {})];
      throw new CommandError("invalid", `${box} has no command ${name}${suggestion(name, names)}`);
    }
    await this.#send(name === "arm" ? arm() : disarm(), options);
    return { seq: await this.#lookAgain(), values: new Map(), confirmed: true };
  }

  /** A line in the grammar of the box. */
  async #type(line: string, options: CommandOptions): Promise<Answer> {
    const replies = await this.#send(raw([line]), options);
    if (replies[0]?.startsWith("ERR ")) {
      throw new CommandError(
        "device",
        `${this.address} refused ${JSON.stringify(line)}: ${replies[0].slice(4)}`,
      );
    }
    return { seq: await this.#lookAgain(), values: new Map(), confirmed: true, text: replies.join("\n") };
  }

  #send<T>(command: Command<T>, { timeout, signal }: CommandOptions): Promise<T> {
    return this.#panda.send(command, { timeout, signal });
  }

  /** All that is seen from here on was so after the command; when this returns, it has been seen. */
  async #lookAgain(): Promise<number> {
    const seq = ++this.#seq;
    await this.#watch.look();
    return seq;
  }

  async #learn(name: string, archived: Found["archived"]): Promise<Found> {
    const blocks = await this.#panda.blocks();
    const fields = await Promise.all([...blocks.keys()].map((block) => this.#panda.fields(block)));
    const found = [...blocks].map(([block, { number }], at) =>
      [block, { number, fields: fields[at]! }] as const
    );
    return { name, blocks: new Map(found), archived };
  }

  #see({ found, changes, values, inError, isFirst }: Seen): void {
    const isOther = isFirst || [...changes.values.keys()].some((name) => name.endsWith(".UNITS"));
    if (isOther) this.#describe(new LinkChannels(found, this.#model, values));
    if (this.#state.status !== "connected") {
      this.#enter({ status: "connected", since: this.#clock.time(), peerName: found.name });
    }
    const time = this.#clock.time();
    const readings = this.#channels!.readings(values, inError, time);
    this.published.update({ time, seq: ++this.#seq, complete: isFirst, readings });
  }

  #describe(channels: LinkChannels): void {
    this.#channels = channels;
    const said = JSON.stringify(channels.description);
    if (said === this.#said) return;
    this.#said = said;
    const revision = `${this.#model?.version ?? 1}.${++this.#count}`;
    this.published.described({ ...channels.description, revision });
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.published.enter(state);
  }
}

function unknown(name: string, { name: box }: Description, names: readonly string[]): never {
  throw new CommandError(
    "invalid",
    `${box} has no field ${name} that can be set${suggestion(name, names)}`,
  );
}

/** Tells whether any of some patterns matches; a star stands for anything, a question mark for one character. */
function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.filter((pattern) => pattern !== "").map((pattern) =>
    new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`)
  );
  return (name) => expressions.some((expression) => expression.test(name));
}
