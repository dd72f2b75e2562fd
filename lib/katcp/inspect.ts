/** A device that is got to know when it is connected: its sensors and requests, by their names. @module */
import { suggestion } from "../device/nearest.ts";
import { CommandError, TimeoutError } from "../errors.ts";
import { type Clock, type Duration, systemClock, withDeadline } from "../time/mod.ts";
import { KatcpClient } from "./client.ts";
import type { KatcpClientOptions, RequestArguments } from "./client_options.ts";
import { InspectedSensor } from "./inspected_sensor.ts";
import type { Answer } from "./pending_requests.ts";
import { SensorMirror } from "./sensor_mirror.ts";
import type { Strategy } from "./strategy.ts";

/** Options of {@linkcode inspect}. */
export interface InspectOptions extends KatcpClientOptions {
  /** How to be told of each sensor until {@linkcode InspectedSensor.sample} says otherwise (default: `auto`). */
  strategy?: Strategy | undefined;
  /** How long the device may take to connect and to say what it has (default `"20 s"`). */
  inspection?: Duration | undefined;
  /** Stops connecting. */
  signal?: AbortSignal | undefined;
}

/** A request of the device, ready to be made. */
export type InspectedRequest = (...args: RequestArguments) => Promise<Answer>;

/**
 * Connects to a device and finds out what it has.
 *
 * @param address `"host:port"`.
 * @param options How to be told of its sensors, and what a client may be told.
 * @returns The device, whose sensors are followed and known.
 * @throws {TimeoutError} If it does not connect or does not say what it has in time.
 *
 * @example Usage
 * ```ts
 * import { DeviceServer, float, inspect, Sensor } from "@dewar/sdk/katcp";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "receiver-1.0" });
 * const gain = server.sensors.add(new Sensor("rf.gain", float, { unit: "dB" }));
 * server.request("set-gain", { help: "Sets it.", args: [float] }, (_, value) => gain.set(value));
 * await server.listen("receiver:7147", { transport });
 *
 * await using receiver = await inspect("receiver:7147", { transport });
 * await receiver.req.set_gain!("4.5");
 * await receiver.sensor["rf.gain"]!.wait((value) => value === 4.5, { timeout: "1 s" });
 * assertEquals(receiver.sensor.rf_gain!.unit, "dB");
 * ```
 */
export async function inspect(address: string, options: InspectOptions = {}): Promise<InspectedDevice> {
  const device = new InspectedDevice(address, options);
  try {
    await device.ready();
    return device;
  } catch (error) {
    await device.close();
    throw error;
  }
}

/**
 * A KATCP device with its sensors and requests by name; `-` and `.` of a name may be written `_`. They come and go with
 * those of the device, over any number of connections.
 */
export class InspectedDevice implements AsyncDisposable {
  /** What asks it. */
  readonly client: KatcpClient;
  /** Its sensors. One that is not there throws when it is looked at, and says what was meant. */
  readonly sensor: Readonly<Record<string, InspectedSensor>>;
  /** Its requests: `await device.req.set_gain(3)`. One that is not there throws when it is looked at. */
  readonly req: Readonly<Record<string, InspectedRequest>>;
  readonly #address: string;
  readonly #options: InspectOptions;
  readonly #clock: Clock;
  readonly #mirror: SensorMirror;
  readonly #wanted = new Map<string, Strategy>();
  readonly #sensors = new Map<string, InspectedSensor>();
  #requests: ReadonlyMap<string, string> = new Map();
  readonly #synced = Promise.withResolvers<void>();

  /** Begins to connect; {@linkcode inspect} waits until everything is known. */
  constructor(address: string, options: InspectOptions = {}) {
    const { clock = systemClock, strategy = { kind: "auto" } } = options;
    this.#address = address;
    this.#options = options;
    this.#clock = clock;
    this.client = new KatcpClient(address, options);
    this.#mirror = new SensorMirror(this.client, {
      clock,
      strategy: ({ name }) => this.#wanted.get(name) ?? strategy,
      onState: (state) => {
        if (state === "synced") this.#synced.resolve();
      },
      onProblem: options.onProblem,
    });
    this.client.onConnected(() => void this.#learnRequests());
    this.client.onInform("interface-changed", (inform) => {
      if (inform.length === 0 || inform.text(0).startsWith("request")) void this.#learnRequests();
    });
    this.sensor = named("sensor", address, () => this.sensorNames, (name) => this.#sensorOf(name));
    this.req = named(
      "request",
      address,
      () => this.requestNames,
      (name) => (...args) => this.client.request(name, ...args),
    );
  }

  /** The names of its sensors, sorted. */
  get sensorNames(): readonly string[] {
    return [...this.#mirror.sensors].map(({ name }) => name);
  }

  /** The names of its requests, sorted. */
  get requestNames(): readonly string[] {
    return [...this.#requests.keys()];
  }

  /**
   * What a request does, as the device says it.
   *
   * @param name The request.
   * @returns Its help; undefined if there is no such request.
   */
  help(name: string): string | undefined {
    return this.#requests.get(name);
  }

  /**
   * Waits until sensors and requests are known for the first time.
   *
   * @throws {TimeoutError} If the device does not connect or does not say what it has in time.
   */
  async ready(): Promise<void> {
    const { inspection = "20 s", signal } = this.#options;
    const what = `sensors and requests of ${this.#address}`;
    try {
      await withDeadline(async () => {
        await this.#synced.promise;
        if (this.#requests.size === 0) await this.#learnRequests();
      }, { clock: this.#clock, timeout: inspection, signal, what });
    } catch (error) {
      const { why } = this.client.state;
      if (!(error instanceof TimeoutError) || why === undefined) throw error;
      throw new TimeoutError(`${error.message}: ${why}`, { cause: error });
    }
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#mirror[Symbol.dispose]();
    await this.client.close();
  }

  /** The same as {@linkcode InspectedDevice.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sensorOf(name: string): InspectedSensor {
    let sensor = this.#sensors.get(name);
    if (!sensor) {
      sensor = new InspectedSensor(name, this.#mirror.sensors, this.#clock, async (strategy) => {
        this.#wanted.set(name, strategy);
        if (this.client.protocol) await this.#mirror.sample(name, strategy);
      });
      this.#sensors.set(name, sensor);
    }
    return sensor;
  }

  async #learnRequests(): Promise<void> {
    try {
      const { informs } = await this.client.request("help");
      this.#requests = new Map(
        informs.map((inform) => [inform.text(0), inform.length > 1 ? inform.text(1) : ""] as const)
          .sort(([a], [b]) => a < b ? -1 : 1),
      );
    } catch (error) { // it is asked again at the next connection
      this.#options.onProblem?.((error as Error).message);
    }
  }
}

/** An object that has by name what there is at the moment. */
function named<T>(
  what: string,
  address: string,
  names: () => readonly string[],
  get: (name: string) => T,
): Readonly<Record<string, T>> {
  const find = (key: string) => {
    const all = names();
    return all.includes(key) ? key : all.find((name) => name.replace(/[.-]/g, "_") === key);
  };
  return new Proxy<Record<string, T>>({}, {
    get(_target, key) {
      if (typeof key === "symbol" || key === "then") return undefined;
      const name = find(key);
      if (name !== undefined) return get(name);
      throw new CommandError("invalid", `${address} has no ${what} ${key}${suggestion(key, names())}`);
    },
    has: (_target, key) => typeof key === "string" && find(key) !== undefined,
    ownKeys: () => [...names()],
    getOwnPropertyDescriptor: (_target, key) => {
      const name = typeof key === "string" ? find(key) : undefined;
      return name === undefined ? undefined : { value: get(name), enumerable: true, configurable: true };
    },
  });
}
