/** Chooses the transport by the form of the address. @module */
import type { Transport } from "./connection.ts";
import { parseAddress } from "./address.ts";
import { tcp } from "./tcp.ts";
import { unix } from "./unix.ts";

/**
 * The transport an address belongs to.
 *
 * @param address `"host:port"`, `"[::1]:port"` or `"unix:/path"`.
 * @returns {@linkcode tcp} or {@linkcode unix}.
 * @throws {ConfigError} If it is no address.
 */
export function transportFor(address: string): Transport {
  return parseAddress(address).kind === "unix" ? unix : tcp;
}
