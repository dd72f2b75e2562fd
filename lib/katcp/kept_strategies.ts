/** Strategies that outlive connections. @module */
import type { KatcpClient } from "./client.ts";
import type { Message } from "./message.ts";
import { readSamples, type Sample } from "./sample.ts";
import { setStrategies } from "./set_strategies.ts";
import { NONE, type Strategy } from "./strategy.ts";

/** What {@linkcode KeptStrategies} tells its owner. */
export interface SampleListener {
  /** A device has told a reading, asked for here or elsewhere. */
  sample(sample: Sample): void;
  /** A strategy could not be set again, or a reading could not be read. */
  problem?(what: string): void;
}

/**
 * Sets strategies at a device, and sets them again after each new connection and when a sensor comes that was not there.
 *
 * @example
 * ```ts
 * import { DeviceServer, integer, KatcpClient, Sensor } from "@dewar/sdk/katcp";
 * import { eventually, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "wheel-1.0" });
 * await server.listen("wheel:5000", { transport });
 *
 * await using client = new KatcpClient("wheel:5000", { transport });
 * const seen: string[] = [];
 * using strategies = new KeptStrategies(client, {
 *   sample: ({ name, value }) => seen.push(`${name}=${new TextDecoder().decode(value)}`),
 * });
 * await strategies.set(["position"], { kind: "event" }); // neither connected, nor is there such a sensor yet
 * await client.connected();
 * server.sensors.add(new Sensor("position", integer, { initial: 4 }));
 * await eventually(() => seen.includes("position=4"));
 * ```
 */
export class KeptStrategies implements Disposable {
  readonly #client: KatcpClient;
  readonly #listener: SampleListener;
  readonly #wanted = new Map<string, Strategy>();
  readonly #watching: readonly Disposable[];

  /** Begins to listen to a client. */
  constructor(client: KatcpClient, listener: SampleListener) {
    this.#client = client;
    this.#listener = listener;
    this.#watching = [
      client.onConnected(() => void this.#restore([...this.#wanted.keys()])),
      client.onInform("sensor-status", (inform) => this.#told(inform)),
      client.onInform("interface-changed", (inform) => this.#changed(inform)),
    ];
  }

  /** What is wanted of a sensor. */
  strategyOf(name: string): Strategy {
    return this.#wanted.get(name) ?? NONE;
  }

  /**
   * Sets the strategy of sensors, whether the device is connected and has them or not.
   *
   * @param names The sensors.
   * @param strategy The strategy; `none` is not set again later.
   * @throws {CommandError} If the device refuses it; it is tried again later all the same.
   */
  async set(names: readonly string[], strategy: Strategy): Promise<void> {
    for (const name of names) {
      if (strategy.kind === "none") this.#wanted.delete(name);
      else this.#wanted.set(name, strategy);
    }
    if (!this.#client.protocol) return;
    const [first] = (await setStrategies(this.#client, names, strategy)).values();
    if (first) throw first;
  }

  /** Does nothing more; what was set stays set until the connection ends. */
  [Symbol.dispose](): void {
    for (const watching of this.#watching) watching[Symbol.dispose]();
  }

  #told(inform: Message): void {
    try {
      for (const sample of readSamples(inform, this.#client.protocol!.major)) this.#listener.sample(sample);
    } catch (error) {
      this.#listener.problem?.(`Cannot read ${inform}: ${(error as Error).message}`);
    }
  }

  #changed(inform: Message): void {
    const [part, name, change] = inform.args.map((_, index) => inform.text(index));
    if (part === undefined || part === "sensor-list") void this.#restore([...this.#wanted.keys()]);
    else if (part === "sensor" && change !== "removed" && this.#wanted.has(name!)) {
      void this.#restore([name!]);
    }
  }

  /** Sets what is wanted of some sensors, those of one strategy together. */
  async #restore(names: readonly string[]): Promise<void> {
    const together = Map.groupBy(names, (name) => JSON.stringify(this.#wanted.get(name)));
    try {
      for (const group of together.values()) {
        const refused = await setStrategies(this.#client, group, this.strategyOf(group[0]!));
        for (const error of refused.values()) this.#listener.problem?.(error.message);
      }
    } catch (error) {
      this.#listener.problem?.((error as Error).message);
    }
  }
}
