/** A copy of the sensors of a device that follows them. @module */
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import type { KatcpClient } from "./client.ts";
import type { Message } from "./message.ts";
import { copyOf, isSameSensor, readRemoteSensor, type RemoteSensor } from "./remote_sensor.ts";
import { readSamples, type Sample } from "./sample.ts";
import type { Sensor } from "./sensor.ts";
import { SensorSet } from "./sensor_set.ts";
import { setStrategies } from "./set_strategies.ts";
import type { Strategy } from "./strategy.ts";

/** How a mirror stands. */
export type MirrorState =
  /** The device cannot be reached: all sensors are `unreachable`. */
  | "disconnected"
  /** Sensors are listed and strategies set. */
  | "syncing"
  /** Every sensor of the device is there and followed. */
  | "synced"
  /** It follows no more. */
  | "closed";

/** Options of {@linkcode SensorMirror}. */
export interface SensorMirrorOptions {
  /** Which sensors are followed (default: all). */
  filter?: ((sensor: RemoteSensor) => boolean) | undefined;
  /** What a sensor is called here (default: as there). Of two that get one name, the one listed first has it. */
  rename?: ((name: string) => string) | undefined;
  /** How to be told of each (default: `auto`). */
  strategy?: ((sensor: RemoteSensor) => Strategy) | undefined;
  /** Where the copies are kept (default: in a set of its own). */
  sensors?: SensorSet | undefined;
  /** How long the device may take to list its sensors (default `"60 s"`). */
  timeout?: Duration | undefined;
  /** Is told of every change of the state. */
  onState?: ((state: MirrorState) => void) | undefined;
  /** Is told of sensors and readings that cannot be read, and of strategies that are refused. */
  onProblem?: ((problem: string) => void) | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

interface Copy {
  readonly remote: RemoteSensor;
  readonly sensor: Sensor;
}

/**
 * Follows the sensors of a device: they come and go with those of the device, have its readings, and are `unreachable`
 * while it is.
 *
 * @example
 * ```ts
 * import { DeviceServer, integer, KatcpClient, Sensor } from "@dewar/sdk/katcp";
 * import { eventually, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "wheel-1.0" });
 * const position = server.sensors.add(new Sensor("position", integer));
 * await server.listen("wheel:5000", { transport });
 *
 * await using client = new KatcpClient("wheel:5000", { transport });
 * using mirror = new SensorMirror(client, { rename: (name) => `wheel.${name}` });
 * await eventually(() => mirror.state === "synced");
 * position.set(4);
 * await eventually(() => mirror.sensors.get("wheel.position")?.value === 4);
 * ```
 */
export class SensorMirror implements Disposable {
  /** The copies. */
  readonly sensors: SensorSet;
  readonly #client: KatcpClient;
  readonly #options: SensorMirrorOptions;
  readonly #clock: Clock;
  readonly #copies = new Map<string, Copy>();
  readonly #watching: readonly Disposable[];
  #state: MirrorState = "disconnected";
  #round = 0;

  /** Begins to follow. */
  constructor(client: KatcpClient, options: SensorMirrorOptions = {}) {
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.sensors = options.sensors ?? new SensorSet();
    this.#watching = [
      client.onConnected(() => this.#sync()),
      client.onLost(() => this.#lost()),
      client.onInform("interface-changed", (inform) => this.#changed(inform)),
      client.onInform("sensor-status", (inform) => this.#told(inform)),
    ];
    if (client.protocol) this.#sync();
  }

  /** How it stands. */
  get state(): MirrorState {
    return this.#state;
  }

  /**
   * Wants to be told of one of the device's sensors in another way. {@linkcode SensorMirrorOptions.strategy} is asked at
   * the next connection again.
   *
   * @param name The sensor at the device.
   * @param strategy The way.
   * @throws {CommandError} If the device refuses.
   */
  async sample(name: string, strategy: Strategy): Promise<void> {
    const [refused] = (await setStrategies(this.#client, [name], strategy)).values();
    if (refused) throw refused;
  }

  /** Follows no more; the copies stay as they are. */
  [Symbol.dispose](): void {
    this.#round++;
    for (const watching of this.#watching) watching[Symbol.dispose]();
    this.#enter("closed");
  }

  /** Lists and follows anew; what was begun before comes to nothing. */
  #sync(): void {
    const round = ++this.#round;
    this.#enter("syncing");
    this.#follow(round).catch((error) => {
      if (round === this.#round) this.#problem((error as Error).message);
    });
  }

  async #follow(round: number): Promise<void> {
    const remotes = await this.#list();
    if (round !== this.#round) return;
    const fresh = this.#adopt(remotes);
    const { strategy = () => ({ kind: "auto" }) } = this.#options;
    const groups = Map.groupBy(fresh, (remote) => JSON.stringify(strategy(remote)));
    for (const group of groups.values()) {
      const names = group.map(({ name }) => name);
      const refused = await setStrategies(this.#client, names, strategy(group[0]!));
      for (const error of refused.values()) this.#problem(error.message);
    }
    if (round === this.#round) this.#enter("synced");
  }

  async #list(): Promise<RemoteSensor[]> {
    const { filter, timeout = "60 s" } = this.#options;
    const { informs } = await this.#client.request("sensor-list", { timeout });
    const version = this.#client.protocol?.major ?? 5;
    const remotes: RemoteSensor[] = [];
    for (const inform of informs) {
      try {
        remotes.push(readRemoteSensor(inform, version));
      } catch (error) {
        this.#problem(`Cannot read ${inform}: ${(error as Error).message}`);
      }
    }
    return filter ? remotes.filter(filter) : remotes;
  }

  /** Makes the copies what the device has; those that are to be told of anew. */
  #adopt(remotes: readonly RemoteSensor[]): RemoteSensor[] {
    const names = new Set(remotes.map(({ name }) => name));
    for (const [name, { sensor }] of this.#copies) {
      if (names.has(name)) continue;
      this.#copies.delete(name);
      this.sensors.delete(sensor.name);
    }
    for (const remote of remotes) {
      const known = this.#copies.get(remote.name);
      if (known && isSameSensor(known.remote, remote)) continue;
      try {
        this.#add(remote);
      } catch (error) { // its name is none
        this.#problem((error as Error).message);
      }
    }
    return remotes.filter(({ name }) => this.#copies.has(name));
  }

  #add(remote: RemoteSensor): void {
    const name = this.#options.rename?.(remote.name) ?? remote.name;
    const mine = this.#copies.get(remote.name)?.sensor;
    if (this.sensors.has(name) && this.sensors.get(name) !== mine) {
      return this.#problem(`Sensor ${remote.name} cannot be called ${name}: another is`);
    }
    const sensor = copyOf(remote, name, this.#clock);
    this.#copies.set(remote.name, { remote, sensor });
    this.sensors.add(sensor);
  }

  #told(inform: Message): void {
    let samples: Sample[];
    try {
      samples = readSamples(inform, this.#client.protocol?.major ?? 5);
    } catch (error) {
      return this.#problem(`Cannot read ${inform}: ${(error as Error).message}`);
    }
    for (const sample of samples) this.#set(sample);
  }

  /** A value that cannot be read is a failure of the sensor. */
  #set(sample: Sample): void {
    const { name, status, timestamp } = sample;
    const sensor = this.#copies.get(name)?.sensor;
    if (!sensor) return;
    try {
      sensor.set(sample.as(sensor.type), { status, timestamp });
    } catch (error) {
      this.#problem(`Cannot read the value of ${name}: ${(error as Error).message}`);
      sensor.set(sensor.value, { status: "failure", timestamp });
    }
  }

  #changed(inform: Message): void {
    if (inform.length === 0 || inform.text(0).startsWith("sensor")) this.#sync();
  }

  #lost(): void {
    this.#round++;
    this.#enter("disconnected");
    for (const { sensor } of this.#copies.values()) sensor.set(sensor.value, { status: "unreachable" });
  }

  #enter(state: MirrorState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  #problem(problem: string): void {
    this.#options.onProblem?.(problem);
  }
}
