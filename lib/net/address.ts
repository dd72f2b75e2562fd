/** Addresses as people write them. @module */
import { ConfigError } from "../errors.ts";

/** Where something listens, taken apart. */
export type Address =
  /** A TCP port of a host; IPv6 hosts without their brackets. */
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** A TCP port of a host, spoken to through TLS. */
  | { readonly kind: "tls"; readonly host: string; readonly port: number }
  /** A socket in the file system. */
  | { readonly kind: "unix"; readonly path: string };

/** Longest path the system takes for a Unix socket, in bytes. */
const MAX_UNIX_PATH = 107;

const HOST_AND_PORT = /^(tls:\/\/)?(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/[\]]+)):(\d+)$/;

/**
 * Takes an address apart.
 *
 * @param address `"host:port"`, `"[::1]:port"`, `"tls://host:port"` or `"unix:/path"`.
 * @returns Its parts.
 * @throws {ConfigError} If it is none of these, the port is above 65535 or the path longer than 107 bytes.
 */
export function parseAddress(address: string): Address {
  if (address.startsWith("unix:")) return { kind: "unix", path: checkedPath(address, address.slice(5)) };
  const match = HOST_AND_PORT.exec(address);
  if (!match) {
    throw new ConfigError(
      `Cannot read "${address}" as an address: expected "host:port", "[IPv6]:port", "tls://host:port" or "unix:/path"`,
    );
  }
  const [, scheme, ipv6, name, digits] = match;
  const port = Number(digits);
  if (port > 65535) {
    throw new ConfigError(`Cannot use address "${address}": port ${digits} is not within 0 to 65535`);
  }
  return { kind: scheme ? "tls" : "tcp", host: (ipv6 ?? name)!, port };
}

/**
 * Writes a host and a port as an address, with brackets around IPv6.
 *
 * @param host Name or number.
 * @param port Port.
 * @returns The address.
 */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host is this machine, by its number. */
export function isLoopback(host: string): boolean {
  return /^(?:::ffff:)?127\./i.test(host) || host === "::1";
}

function checkedPath(address: string, path: string): string {
  if (!path.startsWith("/")) {
    throw new ConfigError(`Cannot use address "${address}": the path of a Unix socket must start with "/"`);
  }
  const length = new TextEncoder().encode(path).length;
  if (length > MAX_UNIX_PATH) {
    throw new ConfigError(
      `Cannot use address "${address}": its path has ${length} bytes, a Unix socket takes ${MAX_UNIX_PATH} at most`,
    );
  }
  return path;
}
