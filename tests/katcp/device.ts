/** A device in memory and virtual time, with clients that talk in lines. */
import { DeviceServer, type DeviceServerOptions } from "../../lib/katcp/server.ts";
import { Sensor, type SensorOptions } from "../../lib/katcp/sensor.ts";
import type { ValueType } from "../../lib/katcp/types.ts";
import {
  type LineClient,
  lineClient,
  MemoryTransport,
  type MemoryTransportOptions,
  VirtualClock,
} from "../../lib/testing/mod.ts";

/** The greeting of a device of version 5 with many clients. */
export const GREETING = [
  "#version-connect katcp-protocol 5.1-BIMT",
  "#version-connect katcp-library dewar-katcp-0.1 dewar-katcp-0.1.0",
  "#version-connect katcp-device foodevice-1.0 foodevice-1.0.0rc1",
];

/** A device that listens, and what tests do with it. */
export class Device implements AsyncDisposable {
  readonly clock = new VirtualClock(1234567890);
  readonly transport: MemoryTransport;
  readonly server: DeviceServer;

  private constructor(options: Partial<DeviceServerOptions>, network: MemoryTransportOptions) {
    this.transport = new MemoryTransport(network);
    this.server = new DeviceServer({
      version: "foodevice-1.0",
      buildState: "foodevice-1.0.0rc1",
      clock: this.clock,
      ...options,
    });
  }

  /** Starts one. */
  static async start(
    options: Partial<DeviceServerOptions> = {},
    network: MemoryTransportOptions = {},
  ): Promise<Device> {
    const device = new Device(options, network);
    await device.server.listen("device:5000", device);
    return device;
  }

  /** Adds a sensor. */
  sensor<T>(name: string, type: ValueType<T>, options: SensorOptions<T> = {}): Sensor<T> {
    const made = new Sensor(name, type, { clock: this.clock, status: "nominal", ...options });
    return this.server.sensors.add(made);
  }

  /** Connects a client; its greeting is past. */
  async connect(): Promise<Client> {
    const client = new Client(this, lineClient(await this.transport.connect("device:5000")));
    await client.take();
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.runUntil(this.server.close());
  }
}

/** A client that talks in lines. */
export class Client {
  readonly lines: LineClient;
  readonly #device: Device;
  #seen = 0;

  constructor(device: Device, lines: LineClient) {
    this.#device = device;
    this.lines = lines;
  }

  /** Lets everything happen that needs no time, and gives the lines that came since. */
  async take(): Promise<string[]> {
    await this.#device.clock.advance(0);
    await this.#device.clock.advance(0);
    const { lines } = this.lines;
    const news = lines.slice(this.#seen);
    this.#seen = lines.length;
    return news;
  }

  /** Sends lines and gives what comes. */
  ask(...lines: string[]): Promise<string[]> {
    this.lines.send(lines.join("\n"));
    return this.take();
  }
}
