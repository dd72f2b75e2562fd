/** Finding a device and connecting to it. @module */
import { type LabConfig, type Model, readLab, resolveAddress } from "../device/mod.ts";
import { ConfigError } from "../errors.ts";
import type { LinkOptions } from "../link/link.ts";
import { openLink } from "../link/open_link.ts";
import { type Duration, systemClock } from "../time/mod.ts";
import type { Device } from "./device.ts";
import { deviceOn } from "./device_on.ts";
import { connectLab, environment } from "./lab.ts";
import { ownName } from "./own_name.ts";

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
 * permission to look at is passed over.
 * @param options Our name (default: the script's), token, timeout, clock, transport.
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
 */
export async function connect<const M extends Model>(
  model: M,
  where?: string,
  options: ConnectDeviceOptions = {},
): Promise<Device<M>> {
  const { timeout = DEFAULT_TIMEOUT, signal, ...rest } = options;
  const { clock = systemClock } = options;
  const wait = { timeout, ...(signal && { signal }) };
  const address = where?.includes(":") ? where : await lookUp(model, where);
  if (address !== undefined) {
    const link = await openLink(address, { name: ownName(), ...rest, model });
    return await deviceOn(model, link, clock, wait);
  }
  const lab = await connectLab(undefined, { ...rest, isAlone: true });
  try {
    return await lab.device(model, where ?? model.model, wait);
  } catch (error) {
    await lab.close();
    const name = where ?? model.model;
    throw new ConfigError(
      `Nobody knows where ${name} is: say HOST:PORT, set DEWAR_${name.toUpperCase().replace(/\W/g, "_")}, ` +
        `name it in lab.yaml, or start MONITOR`,
      { cause: error },
    );
  }
}

async function lookUp(model: Model, name: string | undefined): Promise<string | undefined> {
  const lab = await labConfig(environment("DEWAR_LAB") ?? "lab.yaml");
  const instance = [...lab?.instances.values() ?? []].find((each) => each.model === model.model);
  return resolveAddress(name ?? instance?.name ?? model.model, { env: environment, lab });
}

/** The lab's file, where there is one that may be read. */
async function labConfig(path: string): Promise<LabConfig | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return undefined;
  try {
    return readLab(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
