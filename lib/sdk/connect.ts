/** Connecting to a device. @module */
import type { Model } from "../device/mod.ts";
import { CommandError, ConfigError, TimeoutError } from "../errors.ts";
import type { Link, LinkOptions } from "../link/link.ts";
import { openLink } from "../link/open_link.ts";
import { type Duration, systemClock } from "../time/mod.ts";
import type { Device } from "./device.ts";
import { deviceOn } from "./device_on.ts";
import { Lab } from "./lab.ts";
import { ownName } from "./own_name.ts";
import { credentials, placeOf } from "./place.ts";

/** Options of {@linkcode connect}. */
export interface ConnectDeviceOptions extends Omit<LinkOptions, "model"> {
  /** How long the first connection and description may take (default `"10 s"`). */
  timeout?: Duration;
  /** Stops connecting. */
  signal?: AbortSignal;
}

/** How long the first connection may take. */
const DEFAULT_TIMEOUT = "10 s";

/**
 * Connects to a device and types it by its model.
 *
 * @param model What it is.
 * @param where Its address (`"localhost:7024"`), or its name; without it the model's name. The address of a name comes
 * from the environment (`DEWAR_CRYOCON`), else from `lab.yaml` (in the current folder, or where `DEWAR_LAB` says), else
 * from MONITOR (`DEWAR_MONITOR`, else `localhost:7100`), through which it is then reached. What the program has no
 * permission to look at is passed over. Or a link that is open already; it belongs to the device from then on.
 * @param options Our name (default: the script's), token (default: `DEWAR_TOKEN`), certificates to believe (default: the
 * file that `DEWAR_CA` names), timeout, clock, transport.
 * @returns The device. The link to it mends itself; nothing is sent again by itself.
 * @throws {TimeoutError} If it does not answer in time.
 * @throws {ConfigError} If another kind of device answers.
 *
 * @example Usage
 * ```ts ignore
 * import { connect } from "@dewar/sdk";
 * import { Cryocon } from "@dewar/sdk/models";
 *
 * await using cryocon = await connect(Cryocon, "localhost:7024");
 * await cryocon.set({ temperature: -100 });
 * await cryocon.waitFor((s) => s.temperature < -99.9);
 * ```
 *
 * @example A device and its daemon in one program
 * ```ts
 * import { connect } from "@dewar/sdk";
 * import { serve } from "@dewar/sdk/daemon";
 * import type { Model } from "@dewar/sdk/device";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const Lamp = {
 *   model: "lamp",
 *   description: "A lamp that exists only in its daemon",
 *   params: { flux: { type: "number", min: 0, max: 10, set: true } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * } as const satisfies Model;
 *
 * const transport = new MemoryTransport();
 * await using daemon = await serve(Lamp, { port: 7000, initial: { flux: 0 } }, { transport });
 *
 * await using lamp = await connect(Lamp, daemon.address, { transport });
 * await lamp.set({ flux: 3 });
 * assertEquals((await lamp.get()).flux, 3);
 * ```
 */
export async function connect<const M extends Model>(
  model: M,
  where?: string | Link,
  options: ConnectDeviceOptions = {},
): Promise<Device<M>> {
  const { timeout = DEFAULT_TIMEOUT, signal, ...given } = options;
  const { clock = systemClock } = options;
  const wait = { timeout, ...(signal && { signal }) };
  if (typeof where === "object") return await deviceOn(model, where, clock, wait);
  const { address, name } = await placeOf(model, where);
  const own = { name: ownName(), ...await credentials(), ...given };
  if (name === undefined) {
    return await deviceOn(model, await openLink(address, { ...own, model }), clock, wait);
  }
  const lab = new Lab(await openLink(address, own), clock, { isAlone: true });
  try {
    return await lab.device(model, name, wait);
  } catch (error) {
    await lab.close();
    const isUnknown = error instanceof TimeoutError ||
      (error instanceof CommandError && error.code === "invalid");
    if (!isUnknown) throw error;
    const variable = `DEWAR_${name.toUpperCase().replace(/\W/g, "_")}`;
    throw new ConfigError(
      `Nobody knows where ${name} is: say HOST:PORT, set ${variable}, name it in lab.yaml, or start MONITOR ` +
        `(${error.message})`,
      { cause: error },
    );
  }
}
