/** A client by the name that somebody typed. @module */
import { suggestion } from "../../lib/device/nearest.ts";
import { CommandError } from "../../lib/errors.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";

/**
 * Finds a client.
 *
 * @throws {CommandError} `invalid`, if there is none of the name, with the one that may have been meant.
 */
export function clientNamed(name: string | undefined, lab: LiveLab): LiveClient {
  const client = lab.clients.get(name ?? "");
  if (client) return client;
  const what = name === undefined ? "send needs a client" : `There is no client ${JSON.stringify(name)}`;
  throw new CommandError("invalid", `${what}${suggestion(name ?? "", lab.clients.keys())}`);
}
