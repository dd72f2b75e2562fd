/** Chooses the transport by the form of the address. @module */
import type { Transport } from "./connection.ts";
import { parseAddress } from "./address.ts";
import { tcp } from "./tcp.ts";
import { tls } from "./tls.ts";
import { unix } from "./unix.ts";

/**
 * The transport an address belongs to.
 *
 * @param address `"host:port"`, `"[::1]:port"`, `"tls://host:port"` or `"unix:/path"`.
 * @returns {@linkcode tcp}, {@linkcode tls} or {@linkcode unix}.
 * @throws {ConfigError} If it is no address.
 */
export function transportFor(address: string): Transport {
  const { kind } = parseAddress(address);
  return kind === "unix" ? unix : kind === "tls" ? tls() : tcp;
}
