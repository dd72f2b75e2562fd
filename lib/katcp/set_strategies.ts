/** Setting the strategies of many sensors. @module */
import { CommandError } from "../errors.ts";
import type { KatcpClient } from "./client.ts";
import { formatStrategy, type Strategy } from "./strategy.ts";

/** How many sensors are named in one request, where a device takes several. */
const BULK = 500;
/** How many requests are under way at once where it does not: some devices drop what they cannot queue. */
const AT_ONCE = 50;

/**
 * Sets one strategy for many sensors, in as few requests as the device allows.
 *
 * @returns What the device refused, by sensor.
 * @throws {CommandError} If the connection is lost meanwhile or the device does not reply in time.
 */
export async function setStrategies(
  client: KatcpClient,
  names: readonly string[],
  strategy: Strategy,
): Promise<Map<string, CommandError>> {
  const refused = new Map<string, CommandError>();
  const isBulk = client.protocol?.flags.has("B") ?? false;
  const size = isBulk ? BULK : AT_ONCE;
  for (let at = 0; at < names.length; at += size) {
    const some = names.slice(at, at + size);
    // Of several it takes all or none: which one it does not like is found out one by one.
    if (isBulk && some.length > 1 && !await set(client, some.join(","), strategy)) continue;
    for (let from = 0; from < some.length; from += AT_ONCE) {
      await Promise.all(
        some.slice(from, from + AT_ONCE).map(async (name) => {
          const error = await set(client, name, strategy);
          if (error) refused.set(name, error);
        }),
      );
    }
  }
  return refused;
}

async function set(
  client: KatcpClient,
  names: string,
  strategy: Strategy,
): Promise<CommandError | undefined> {
  try {
    await client.request(
      "sensor-sampling",
      names,
      ...formatStrategy(strategy, undefined, client.protocol?.major ?? 5),
    );
  } catch (error) {
    if (
      error instanceof CommandError && (error.code === "invalid" || error.code === "device") &&
      client.protocol
    ) return error;
    throw error;
  }
}
