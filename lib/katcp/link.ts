/** KATCP as a link: what MONITOR and the SDK see of a device. @module */
import type { Channel } from "../device/channel.ts";
import type { Model } from "../device/model.ts";
import { readingOf } from "../device/grade.ts";
import { bad, isBad, type Reading } from "../device/reading.ts";
import { textOf as textOfParam } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import type {
  Answer,
  CommandOptions,
  Link,
  LinkCommand,
  LinkOptions,
  LinkState,
  LogLine,
} from "../link/link.ts";
import { PublishedLink } from "../link/published.ts";
import { typedSet } from "../link/typed_set.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { type BoundRequest, requestsToSet, requestToCall, requestTyped } from "./bound_requests.ts";
import { KatcpClient } from "./client.ts";
import { AnyKatcpDevice, foundChannels, type LinkChannels, modelledChannels } from "./link_channels.ts";
import { logLineOf } from "./log_line.ts";
import type { Message } from "./message.ts";
import type { Answer as KatcpAnswer } from "./pending_requests.ts";
import type { Reading as SensorReading } from "./reading.ts";
import { readSamples } from "./sample.ts";
import { channelReading } from "./sensor_channel.ts";
import { SensorMirror } from "./sensor_mirror.ts";
import type { Sensor } from "./sensor.ts";

/** A device that was silent for twice this time is asked whether it is there, and given up at the second miss. */
const SILENCE: Duration = "2 s";
/** Up to so many sensors are read one by one, with more the device is asked for all it has. */
const FEW = 50;

/**
 * Opens a link to a device that speaks KATCP. Its sensors become channels: with a model those that it names (by alias,
 * else by key), without one all of them, in the dynamic group `sensor`. Statuses are kept: `nominal`, `warn` and `error`
 * are good values of severity ok, warn and alarm, `unreachable` ones are stale, and of all others there is no value.
 * Parameters may be set where the model binds them to a request.
 *
 * An answer comes when the sensors have been read again, so that what is seen after it was said after the command.
 *
 * @param address `"host:port"`.
 * @param options Model, clock, transport.
 * @returns The link, which connects by itself, again and again.
 *
 * @example Usage
 * ```ts
 * import { DeviceServer, float, openKatcpLink, Sensor } from "@dewar/sdk/katcp";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using device = new DeviceServer({ version: "receiver-1.0", buildState: "receiver-1.0.3" });
 * device.sensors.add(new Sensor("rf.gain", float, { unit: "dB" })).set(20);
 * await device.listen("receiver:7147", { transport });
 *
 * await using link = openKatcpLink("receiver:7147", { transport });
 * for await (const { readings } of link.updates()) {
 *   assertEquals(readings.get("rf.gain")?.value, 20);
 *   break;
 * }
 * ```
 */
export function openKatcpLink(address: string, options: LinkOptions = {}): Link {
  return new KatcpLink(address, options);
}

class KatcpLink extends PublishedLink {
  readonly address: string;
  /** The model, if it names sensors: {@linkcode AnyKatcpDevice} takes all. */
  readonly #model: Model | undefined;
  readonly #clock: Clock;
  readonly #client: KatcpClient;
  readonly #mirror: SensorMirror;
  readonly #observer = {
    update: (reading: SensorReading<unknown>, _previous: SensorReading<unknown>, sensor: Sensor) =>
      this.#told(sensor, reading),
  };
  #state: LinkState;
  #channels: LinkChannels | undefined;
  #said = "";
  #count = 0;
  #seq: number;
  #reading: Promise<void> | undefined;
  #readingNext: Promise<void> | undefined;

  constructor(address: string, options: LinkOptions) {
    const { clock = systemClock, transport } = options;
    super(address, clock);
    this.address = address;
    this.#model = options.model === AnyKatcpDevice ? undefined : options.model;
    this.#clock = clock;
    this.#seq = Math.floor(clock.time() * 1000);
    this.#state = { status: "connecting", since: clock.time() };
    this.#client = new KatcpClient(address, {
      clock,
      transport,
      silence: SILENCE,
      onState: (state) => this.#enter({ ...state, ...this.#peerName() }),
      onProblem: (problem) => this.#say("warning", problem),
    });
    this.#client.onInform("log", (inform) => this.#log(inform));
    this.#client.onInform("disconnect", (inform) => this.#say("warning", `disconnects: ${String(inform)}`));
    const names = this.#model && new Set(modelledChannels(this.#model, "").bySensor.keys());
    this.#mirror = new SensorMirror(this.#client, {
      clock,
      filter: names && (({ name }) => names.has(name)),
      onState: (state) => {
        if (state === "synced") this.#describe();
      },
      onProblem: (problem) => this.#say("warning", problem),
    });
    this.#mirror.sensors.subscribe(({ kind, sensor, previous }) => {
      previous?.detach(this.#observer);
      if (kind === "removed") sensor.detach(this.#observer);
      else sensor.attach(this.#observer);
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  async command(command: LinkCommand, options: CommandOptions = {}): Promise<Answer> {
    switch (command.kind) {
      case "line": {
        const values = await typedSet(command.line, () => this.describe(options));
        if (values) return await this.#set(values, options);
        return await this.#ask(requestTyped(command.line), options, (answer) => ({ text: textOf(answer) }));
      }
      case "call":
        return await this.#ask(
          requestToCall(await this.describe(options), command.name, command.args ?? {}),
          options,
          (answer) => this.#resultOf(command.name, answer),
        );
      case "set":
        return await this.#set(command.values, options);
      default:
        throw new CommandError("invalid", `${this.address} speaks KATCP, which knows no claims`);
    }
  }

  async close(): Promise<void> {
    this.#mirror[Symbol.dispose]();
    await this.#client.close();
    this.published.close();
  }

  async #set(values: Readonly<Record<string, Value>>, options: CommandOptions): Promise<Answer> {
    const requests = requestsToSet(await this.describe(options), values);
    const done: string[] = [];
    for (const { name, args, channel } of requests) {
      try {
        await this.#request({ name, args }, options);
      } catch (error) {
        if (done.length === 0 || !(error instanceof CommandError)) throw error;
        throw new CommandError(error.code, `${error.message} (${done.join(", ")} had been set before)`, {
          cause: error,
        });
      }
      done.push(channel.settable!);
    }
    const seq = ++this.#seq; // all that is read from here on was read after the command
    await this.#readAgain();
    const read = requests.flatMap(({ channel: { key } }) => {
      const { value } = this.published.latest.get(key) ?? {};
      return value === undefined ? [] : [[key, value] as const];
    });
    return { seq, values: new Map(read), confirmed: true };
  }

  async #ask(
    request: BoundRequest,
    options: CommandOptions,
    read: (answer: KatcpAnswer) => Partial<Answer>,
  ): Promise<Answer> {
    const answer = await this.#request(request, options);
    const seq = ++this.#seq; // all that is read from here on was read after the command
    await this.#readAgain();
    return { seq, values: new Map(), confirmed: true, ...read(answer) };
  }

  #request(
    { name, args }: BoundRequest,
    { timeout, signal, onProgress }: CommandOptions,
  ): Promise<KatcpAnswer> {
    const informs: Message[] = [];
    return this.#client.request(name, ...args, {
      timeout,
      signal,
      onInform: (inform) => {
        informs.push(inform.detached());
        onProgress?.({ note: inform.args.map((_, index) => inform.text(index)).join(" ") });
      },
    }).then(({ reply }) => ({ reply, informs }));
  }

  #resultOf(name: string, { reply }: KatcpAnswer): Partial<Answer> {
    const returns = this.#channels?.description.model.commands?.[name]?.returns;
    if (!returns) return {};
    const words = reply.length > 1 ? reply.text(1) : "";
    const value = textOfParam(returns).parse(words);
    if (!isBad(value)) return { result: value };
    throw new CommandError(
      "device",
      `${this.address} did ${name}, but what it returned cannot be read: ${String(reply)}`,
    );
  }

  /** Reads the sensors anew; whoever asks while that is under way gets the next round. */
  #readAgain(): Promise<void> {
    return this.#readingNext ??= (async () => {
      await this.#reading;
      this.#readingNext = undefined;
      await (this.#reading = this.#readSensors());
    })();
  }

  async #readSensors(): Promise<void> {
    const names = [...this.#mirror.sensors].map(({ name }) => name);
    const version = this.#client.protocol?.major ?? 5;
    try {
      const answers = await Promise.all(
        (names.length <= FEW ? names.map((name) => [name]) : [[]]).map((args) =>
          this.#client.request("sensor-value", ...args)
        ),
      );
      const samples = answers.flatMap(({ informs }) =>
        informs.flatMap((inform) => readSamples(inform, version))
      );
      for (const { name, value, status, timestamp } of samples) {
        const sensor = this.#mirror.sensors.get(name);
        sensor?.set(sensor.type.parse(value, version), { status, timestamp });
      }
    } catch (error) { // the command itself was done: what is not known to be of after it must not be believed
      this.#say("warning", `its sensors could not be read after a command: ${(error as Error).message}`);
      for (const sensor of this.#mirror.sensors) sensor.set(sensor.value, { status: "unreachable" });
    }
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.published.enter(state);
  }

  /** What the device calls itself, without its version. */
  #peerName(): { peerName?: string } {
    const { versions } = this.#client ?? {};
    const [version] = versions?.get("katcp-device") ?? versions?.get("build-state") ?? [];
    return version === undefined ? {} : { peerName: version.replace(/-\d+(?:\.\d+)*\w*$/, "") };
  }

  /** The sensors are known and have told what they are. */
  #describe(): void {
    const { peerName = "katcp" } = this.#peerName();
    const model = this.#model;
    const channels = model
      ? modelledChannels(model, peerName)
      : foundChannels(this.#mirror.sensors, peerName);
    const said = JSON.stringify(channels.description);
    if (said !== this.#said) {
      this.#said = said;
      this.#count += 1;
      this.#channels = channels;
      this.published.described({
        ...channels.description,
        revision: `${model?.version ?? 1}.${this.#count}`,
      });
    }
    const time = this.#clock.time();
    const readings = new Map<string, Reading>();
    for (const [name, channel] of channels.bySensor) { // its alias before its key: either may name the sensor
      const sensor = this.#mirror.sensors.get(name);
      if (sensor) readings.set(channel.key, channelReading(channel, sensor, sensor.reading));
      else if (!readings.has(channel.key)) readings.set(channel.key, missing(channel, time));
    }
    this.published.update({ time, seq: ++this.#seq, complete: true, readings });
  }

  #told(sensor: Sensor, reading: SensorReading<unknown>): void {
    const channel = this.#channels?.bySensor.get(sensor.name);
    if (!channel) return;
    const readings = new Map([[channel.key, channelReading(channel, sensor, reading)]]);
    this.published.update({ time: this.#clock.time(), seq: ++this.#seq, complete: false, readings });
  }

  #log(inform: Message): void {
    this.published.say(logLineOf(inform, this.#peerName().peerName ?? this.address, {
      version: this.#client.protocol?.major ?? 5,
      now: this.#clock.time(),
    }));
  }

  #say(type: LogLine["type"], message: string): void {
    const source = this.#peerName().peerName ?? this.address;
    this.published.say({ time: this.#clock.time(), source, type, message });
  }
}

function missing(channel: Channel, time: number): Reading {
  return readingOf(channel, bad("the device has no such sensor"), time);
}

/** An answer for people, as it came: its informs, then its reply. */
function textOf({ reply, informs }: KatcpAnswer): string {
  return [...informs, reply].map(String).join("\n");
}
