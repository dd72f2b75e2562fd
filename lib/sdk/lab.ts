/** A whole lab, through its MONITOR. @module */
import { type Model, suggestion } from "../device/mod.ts";
import { CommandError } from "../errors.ts";
import type { Answer, CommandOptions, Link, LinkOptions, LogLine } from "../link/link.ts";
import { openLink } from "../link/open_link.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import type { Device } from "./device.ts";
import { deviceOn } from "./device_on.ts";
import { LabLink } from "./lab_link.ts";
import { ownName } from "./own_name.ts";
import { credentials, monitorAddress } from "./place.ts";

/** A lab: its devices, seen and commanded through its MONITOR. */
export class Lab implements AsyncDisposable {
  /** The link to MONITOR. */
  readonly link: Link;
  readonly #clock: Clock;
  readonly #isAlone: boolean;

  /** Makes one on an open link to a MONITOR; `isAlone` when its one device is to end the link. */
  constructor(link: Link, clock: Clock, { isAlone = false } = {}) {
    this.link = link;
    this.#clock = clock;
    this.#isAlone = isAlone;
  }

  /** Names of the devices that MONITOR watches; of an old MONITOR, of those that are connected. */
  async devices(options: { timeout?: Duration; signal?: AbortSignal } = {}): Promise<string[]> {
    const { names, owners, isCertain } = await this.#look(options);
    return isCertain ? names : names.filter((name) => owners.has(name));
  }

  /**
   * One device of the lab.
   *
   * @param model What it is.
   * @param name Its name in MONITOR's configuration.
   * @returns The device. Claims are not to be had through MONITOR.
   * @throws {CommandError} `invalid` if MONITOR watches nothing of that name.
   */
  async device<const M extends Model>(
    model: M,
    name: string,
    options: { timeout?: Duration; signal?: AbortSignal } = {},
  ): Promise<Device<M>> {
    const { names } = await this.#look(options);
    if (!names.includes(name)) {
      const problem = `MONITOR at ${this.link.address} watches no ${name}`;
      throw new CommandError("invalid", problem + suggestion(name, names));
    }
    return await deviceOn(
      model,
      new LabLink(this.link, name, model, { isAlone: this.#isAlone }),
      this.#clock,
      options,
    );
  }

  /** Sends a line to MONITOR as a person would type it: `message warming up at noon`. */
  send(line: string, options?: CommandOptions): Promise<Answer> {
    return this.link.command({ kind: "line", line }, options);
  }

  /** Log lines that MONITOR sends. */
  async *log(options: { signal?: AbortSignal } = {}): AsyncIterable<LogLine> {
    if (this.link.log) yield* this.link.log(options);
  }

  /** Ends the connection. */
  close(): Promise<void> {
    return this.link.close();
  }

  /** Ends the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A client is a channel of its own name, and those of its channels begin with it. An old MONITOR has others beside. */
  async #look(options: { timeout?: Duration; signal?: AbortSignal }) {
    const { dynamic = {}, inferred = false } = await this.link.describe(options);
    const keys = Object.values(dynamic).flatMap((members) => Object.keys(members));
    const owners = new Set(keys.flatMap((key) => key.includes(".") ? [key.slice(0, key.indexOf("."))] : []));
    return { names: keys.filter((key) => !key.includes(".")), owners, isCertain: !inferred };
  }
}

/**
 * Connects to a lab.
 *
 * @param where MONITOR's address (default: `DEWAR_MONITOR`, else `"localhost:7100"`).
 * @param options Our name (default: the script's), token (default: `DEWAR_TOKEN`), certificates to believe (default: the
 * file that `DEWAR_CA` names), clock, transport.
 * @returns The lab.
 *
 * @example Usage
 * ```ts ignore
 * import { connectLab } from "@dewar/sdk";
 * import { Cryocon } from "@dewar/sdk/models";
 *
 * await using lab = await connectLab("localhost:7100");
 * await using cryocon = await lab.device(Cryocon, "cryocon");
 * console.log((await cryocon.get()).temperature);
 * ```
 *
 * @example A lamp seen by something that speaks as an old MONITOR does
 * ```ts
 * import { connectLab } from "@dewar/sdk";
 * import type { Model } from "@dewar/sdk/device";
 * import { serveLine } from "@dewar/sdk/line";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const Lamp = {
 *   model: "lamp",
 *   description: "A lamp",
 *   params: { flux: { type: "number" } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * } as const satisfies Model;
 *
 * const transport = new MemoryTransport();
 * const status = () => "nconnected=1 lamp=1 lamp.flux=3";
 * const service = { name: "monitor", role: "", status, command: () => undefined };
 * await using monitor = await serveLine(service, { address: "monitor:7100", transport });
 *
 * await using lab = await connectLab(monitor.address, { transport });
 * assertEquals(await lab.devices(), ["lamp"]);
 * await using lamp = await lab.device(Lamp, "lamp");
 * assertEquals((await lamp.get()).flux, 3);
 * ```
 */
export async function connectLab(where: string = monitorAddress(), options: LinkOptions = {}): Promise<Lab> {
  const { clock = systemClock } = options;
  return new Lab(await openLink(where, { name: ownName(), ...await credentials(), ...options }), clock);
}
