/** Links and what they lead to, in virtual time. */
import type { Update } from "../../lib/device/mod.ts";
import { openLineLink } from "../../lib/line/link.ts";
import { type LineServer, type LineServerOptions, serveLine } from "../../lib/line/server.ts";
import type { Link, LinkOptions } from "../../lib/link/link.ts";
import type { Listener } from "../../lib/net/mod.ts";
import { type LineClient as Peer, lineClient, MemoryTransport, VirtualClock } from "../../lib/testing/mod.ts";
import { Lamp } from "./lamp.ts";

/** Where the lamp is. */
export const ADDRESS = "lamp:7000";

/** A link, its time and its network. */
export interface Bench {
  clock: VirtualClock;
  network: MemoryTransport;
  link: Link;
}

/** Gives a test a link to what it serves there. */
export async function withLink(
  serve: (network: MemoryTransport, clock: VirtualClock) => Promise<AsyncDisposable>,
  test: (bench: Bench) => Promise<void>,
  options: LinkOptions = {},
) {
  const clock = new VirtualClock();
  const network = new MemoryTransport();
  await using _server = await serve(network, clock);
  const link = openLineLink(ADDRESS, { clock, transport: network, name: "script", ...options });
  try {
    await test({ clock, network, link });
  } finally {
    await clock.runUntil(link.close());
  }
}

/** Gives a test a link to a lamp of ours. */
export function withLamp(
  test: (bench: Bench & { lamp: Lamp; server: LineServer; log: string[] }) => Promise<void>,
  options: Partial<LineServerOptions> = {},
) {
  const lamp = new Lamp();
  const log: string[] = [];
  let server: LineServer;
  return withLink(
    async (transport, clock) => {
      lamp.values.publish({ flux: 3 });
      return server = await serveLine(lamp, {
        address: ADDRESS,
        transport,
        clock,
        log: (type, message) => log.push(`${type} ${message}`),
        ...options,
      });
    },
    (bench) => test({ ...bench, lamp, server, log }),
  );
}

/** A daemon of the base protocol that keeps what it would pass to its hardware. */
export class OldDaemon {
  readonly passed: string[] = [];
  readonly peers: Peer[] = [];
  status = "hw_connected=1 FLUX=3 mode=auto";
  isFrozen = false;
  asked = 0;
  intro: string | undefined = "id name=old type=";
  listener: Listener | undefined;

  async listen(network: MemoryTransport): Promise<AsyncDisposable> {
    this.listener = await network.listen(ADDRESS, (connection) => {
      const peer: Peer = lineClient(connection);
      this.peers.push(peer);
      const lines = peer.lines as string[];
      lines.push = (...more) => {
        for (const line of more) this.obey(line, peer);
        return Array.prototype.push.apply(lines, more);
      };
    });
    return this.listener;
  }

  obey(line: string, peer: Peer): void {
    const [name] = line.split(" ");
    if (this.isFrozen || name === "id") return;
    if (name === "get_id") {
      if (this.intro) peer.send(this.intro);
    } else if (name === "get_status") {
      this.asked++;
      peer.send(`status ${this.status}`);
    } else this.passed.push(line);
  }
}

/** Takes from an iteration until time stands still. */
export function collect<T>(items: AsyncIterable<T>): T[] {
  const seen: T[] = [];
  (async () => {
    for await (const item of items) seen.push(item);
  })();
  return seen;
}

/** What tells of an update, short. */
export const shown = ({ seq, complete, gap, readings }: Update) =>
  [
    seq,
    complete ? "complete" : "",
    gap ? "gap" : "",
    ...[...readings].map(([k, r]) => `${k}=${r.value ?? r.reason}`),
  ]
    .filter((part) => part !== "" && part !== undefined).join(" ");
