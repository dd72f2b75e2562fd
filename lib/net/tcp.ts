/** TCP. @module */
import type { Transport } from "./connection.ts";
import { type Address, parseAddress } from "./address.ts";
import { ConfigError } from "../errors.ts";
import { connectSocket, listenSocket } from "./node_net.ts";

/** Connections over TCP, without delay; addresses are `"host:port"` and `"[::1]:port"`. */
export const tcp: Transport = {
  connect: async (address, options = {}) => await connectSocket(tcpAddress(address), address, options),
  listen: async (address, accept) => await listenSocket(tcpAddress(address), accept),
};

/**
 * Takes the address of a TCP port apart.
 *
 * @param text `"host:port"` or `"[::1]:port"`.
 * @throws {ConfigError} If it is none.
 */
export function tcpAddress(text: string): Address & { kind: "tcp" } {
  const address = parseAddress(text);
  if (address.kind === "tcp") return address;
  throw new ConfigError(`Cannot use "${text}" over TCP: expected "host:port"`);
}
