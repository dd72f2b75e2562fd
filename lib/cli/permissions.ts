/** The permissions a program needs, computed from what it shall do. @module */
import { ConfigError } from "../errors.ts";
import { formatAddress, parseAddress } from "../net/mod.ts";

/** What a program shall do. */
export interface Needs {
  /** Addresses it listens on or connects to: `"host:port"` (port 0: any free one), `"unix:/path"`. */
  readonly net?: readonly string[];
  /** Files and folders it reads. */
  readonly read?: readonly string[];
  /** Files and folders it writes. */
  readonly write?: readonly string[];
  /** Variables of the environment it reads; a star at the end stands for the rest of the name. */
  readonly env?: readonly string[];
  /** Programs it starts; what may start others may do what they may. */
  readonly run?: readonly string[];
}

/**
 * The least permissions with which a program can do its work, as arguments of `deno run`.
 *
 * @param needs What it shall do.
 * @returns The arguments; none for what is not needed. Whatever else the program tries is denied without asking.
 * @throws {ConfigError} If an address is none, or its host would mean several.
 *
 * @example Usage
 * ```ts ignore
 * permissionsFor({ net: ["127.0.0.1:7024", "192.168.1.5:5000"] });
 * // ["--no-prompt", "--allow-net=127.0.0.1:7024,192.168.1.5:5000"]
 * ```
 */
export function permissionsFor({ net = [], read = [], write = [], env = [], run = [] }: Needs): string[] {
  const addresses = net.map(parseAddress);
  const sockets = addresses.flatMap((address) => address.kind === "unix" ? [address.path] : []);
  const hosts = addresses.map((address) =>
    address.kind === "unix" ? `unix:${address.path}` : formatAddress(checked(address.host), address.port)
  );
  return [
    "--no-prompt",
    ...allow("net", hosts),
    ...allow("read", [...read, ...sockets]),
    ...allow("write", [...write, ...sockets]),
    ...allow("env", env),
    ...allow("run", run),
  ];
}

/** In a permission a star or a comma in a host would mean more than one. */
function checked(host: string): string {
  if (/^[\w.:%-]+$/.test(host)) return host;
  throw new ConfigError(`Cannot give permission for the host ${JSON.stringify(host)}: it is none`);
}

/** A comma in a path is doubled: alone it parts entries. */
function allow(what: string, entries: readonly string[]): string[] {
  const different = [...new Set(entries)].map((entry) => entry.replaceAll(",", ",,"));
  return different.length === 0 ? [] : [`--allow-${what}=${different.join(",")}`];
}
