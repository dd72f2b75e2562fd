/** The multiplexer's model tied to its adapter. @module */
import {
  type Binding,
  GpibBus,
  type Hardware,
  type Outcome,
  type Peer,
  Prologix,
} from "../../lib/daemon/mod.ts";
import { bad } from "../../lib/device/mod.ts";
import { CommandError, ConnectionError, TimeoutError } from "../../lib/errors.ts";
import { BoundPeers } from "./bound_peers.ts";
import { type GpibLine, readGpibLine } from "./language.ts";
import type { Gpib } from "./model.ts";

/** The bus as the daemon's hardware: what it asks and tells itself are commands of the adapter. */
export class GpibHardware extends GpibBus implements Hardware {
  async ask(line: string, { timeout = "3 s", signal }: Parameters<Hardware["ask"]>[1] = {}): Promise<string> {
    return await this.command(line, { client: this, timeout, signal });
  }

  async tell(line: string): Promise<void> {
    await this.command(line, { client: this });
  }
}

/**
 * Everything the daemon knows of the adapter.
 *
 * @returns A binding for one daemon: it holds which of its clients talks to which instrument.
 */
export function gpibBinding(): Binding<typeof Gpib, GpibHardware> {
  const peers = new BoundPeers();
  return {
    port: 7020,
    hardware: "192.168.1.3:1234",
    options: {
      timeout: {
        default: 2.5,
        description: "Seconds in which an instrument has to answer, waiting included",
      },
      quarantine: {
        default: 10,
        description: "Seconds for which an instrument that did not answer is asked nothing but that answer",
      },
    },
    async open({ address, options, transport, clock, signal, log }) {
      const connection = await transport.connect(address, { signal });
      const adapter = await Prologix.start(connection, {
        clock,
        name: `GPIB adapter (${address})`,
        onStray: (line) => log("debug", `The adapter sent "${line}", which nobody asked for`),
      });
      return new GpibHardware(adapter, {
        clock,
        timeout: Number(options.timeout) * 1000,
        quarantine: Number(options.quarantine) * 1000,
        log,
      });
    },
    poll: [{
      every: "1 s",
      ask: "++addr",
      read: (reply, { hardware }) => ({
        currentAddress: /^\d+$/.test(reply) ? Number(reply) : bad("unreadable", reply),
        waiting: hardware.waiting,
        silent: hardware.silent.join(" ") || "none",
        adapter: hardware.version,
      }),
    }],
    commands: {
      clearInterface: async ({ hardware }) => await hardware.tell("++ifc"),
    },
    through(line, { peer, signal }, { hardware }) {
      const said = readGpibLine(line.text);
      if (said.kind === "address") {
        peers.bind(peer, said.address);
        return {};
      }
      if (hardware === undefined) throw new CommandError("device", "The GPIB adapter is not connected");
      return carryOut(hardware, peers, said, { peer, signal });
    },
  };
}

type Request = Exclude<GpibLine, { kind: "address" }>;

async function carryOut(
  bus: GpibBus,
  peers: BoundPeers,
  said: Request,
  { peer, signal }: { peer: Peer; signal: AbortSignal },
): Promise<Outcome> {
  const address = peers.addressOf(peer);
  try {
    const reply = await ask(bus, said, address, { client: peer, signal });
    if (reply === undefined) return {};
    if (peer.modern) return { text: reply };
    if (said.kind === "adapter" && address === undefined) peer.send(reply);
    else peers.tell(address!, reply);
    return {};
  } catch (error) {
    if (error instanceof TimeoutError) throw new CommandError("timeout", error.message, { cause: error });
    if (!(error instanceof ConnectionError)) throw error;
    throw new CommandError("unknown_outcome", error.message, { cause: error });
  }
}

/** The reply, where there is one. */
async function ask(
  bus: GpibBus,
  said: Request,
  address: number | undefined,
  request: { client: Peer; signal: AbortSignal },
): Promise<string | undefined> {
  if (said.kind === "adapter") {
    const place = said.isAddressed ? needed(address) : undefined;
    const reply = await bus.command(said.command, { ...request, address: place });
    return said.isAnswered ? `${reply}\r` : undefined;
  }
  if (said.isQuery) return await bus.query(needed(address), said.message, request);
  // Old scripts say what is to be done and hang up: it is done all the same.
  await bus.write(needed(address), said.message, { client: request.client });
  return undefined;
}

function needed(address: number | undefined): number {
  if (address !== undefined) return address;
  throw new CommandError("invalid", "This connection has no address yet: say set_addr N first");
}
