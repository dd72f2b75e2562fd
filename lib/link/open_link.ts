/** Opens a link by its address. @module */
import { ConfigError } from "../errors.ts";
import type { Link, LinkOptions } from "./link.ts";

/** The protocols that can be spoken, by the scheme of the address. Each is loaded when it is first needed. */
const PROTOCOLS: Readonly<Record<string, () => Promise<(address: string, options: LinkOptions) => Link>>> = {
  line: async () => (await import("../line/link.ts")).openLineLink,
  fitspipe: async () => (await import("../fitspipe/link.ts")).openFitspipeLink,
  katcp: async () => (await import("../katcp/link.ts")).openKatcpLink,
  panda: async () => (await import("../panda/link.ts")).openPandaLink,
  tls: async () => {
    const { openLineLink } = await import("../line/link.ts");
    return (address, options) => openLineLink(`tls://${address}`, options);
  },
};

/** Ports that are always the same, and so may be left out. */
const PORTS: Readonly<Record<string, number>> = { panda: 8888 };

const WITH_SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i;

/**
 * Opens a link. `host:port`, `line://host:port`, `tls://host:port` (through TLS) and `unix:/path` speak the line protocol;
 * other protocols are named by a scheme.
 *
 * @param address Where to.
 * @param options Model, our name, token, certificates to believe, clock, transport.
 * @returns The link, which connects by itself.
 * @throws {ConfigError} If the address names a protocol that is not known, or is none.
 *
 * @example Usage
 * ```ts
 * import { openLink } from "@dewar/sdk";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using link = await openLink("line://127.0.0.1:7024");
 * assertEquals(link.address, "127.0.0.1:7024");
 * await assertRejects(() => openLink("gpib://1"), Error, "supported: line");
 * ```
 */
export async function openLink(address: string, options: LinkOptions = {}): Promise<Link> {
  const [, scheme = "line", rest = address] = WITH_SCHEME.exec(address) ?? [];
  const load = Object.hasOwn(PROTOCOLS, scheme) ? PROTOCOLS[scheme] : undefined;
  if (!load) {
    const supported = Object.keys(PROTOCOLS).join(", ");
    throw new ConfigError(
      `Cannot open a link to "${address}": nothing here speaks ${scheme} (supported: ${supported})`,
    );
  }
  const open = await load();
  return open(rest, options);
}

/**
 * Where the address of a link leads to on the network.
 *
 * @param address The address: `"fitspipe://images:9000/feed"`.
 * @returns Without scheme and path, with its port: `"images:9000"`.
 */
export function reachedAt(address: string): string {
  const [, scheme = "", rest] = WITH_SCHEME.exec(address) ?? [];
  if (rest === undefined) return address;
  const where = rest.replace(/\/.*$/, "");
  const port = Object.hasOwn(PORTS, scheme) && !/:\d+$/.test(where) ? `:${PORTS[scheme]}` : "";
  return `${where}${port}`;
}
