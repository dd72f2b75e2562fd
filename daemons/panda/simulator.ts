/**
 * A PandA box: its control and its data port, with the blocks of the configuration that servers are tested with. What
 * runs in it runs in ticks of 8 ns: clocks, counters, the sequencer, pulses, encoders on axes that move, position
 * compare and capture. Its TTL lines lead to the world that simulators share.
 * @module
 */
import {
  type CommandLine,
  interrupted,
  type OptionValues,
  runProgram,
  UsageError,
} from "../../lib/cli/mod.ts";
import { formatAddress, tcp, type Transport } from "../../lib/net/mod.ts";
import { type PandaServer, servePanda } from "../../lib/panda/server.ts";
import { joinWorld, WORLD_OPTION } from "../../lib/sim/world/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";
import type { CaptureFault } from "./simulator/box.ts";
import { type BoxSettings, INPUTS, RunningBox } from "./simulator/running.ts";

/** Options of {@linkcode simulatePanda}. */
export interface PandaSimulatorOptions extends BoxSettings {
  /** Where it listens (default `"127.0.0.1"`). */
  host?: string | undefined;
  /** Port of commands, 0 for any free one (default 8888). */
  port?: number | undefined;
  /** Port of captured data, 0 for any free one (default: the one after that of commands). */
  dataPort?: number | undefined;
  /** How to listen (default: over TCP). */
  transport?: Transport | undefined;
  /** Bytes of captured rows that are kept for clients that are slow or come late. */
  kept?: number | undefined;
}

/** A simulator that runs. */
export interface PandaSimulator extends AsyncDisposable {
  /** Where it takes commands. */
  readonly address: string;
  /** Where it gives captured data. */
  readonly dataAddress: string;
  /** What runs: ask it for the truth. */
  readonly running: RunningBox;
  /** Its ports. */
  readonly server: PandaServer;
}

/** The hardware is brought up to the clock at least this often. */
const PACE = "5 ms";

/**
 * Starts a simulator.
 *
 * @param options Where, how fast, how its axes move, and what goes wrong.
 * @returns It; dispose of it to stop it.
 */
export async function simulatePanda(options: PandaSimulatorOptions = {}): Promise<PandaSimulator> {
  const { clock = systemClock, host = "127.0.0.1", port = 8888, transport = tcp, kept } = options;
  const { dataPort = port === 0 ? 0 : port + 1 } = options;
  const running = new RunningBox({ ...options, clock });
  const server = await servePanda(running.box, { host, controlPort: port, dataPort, transport, kept, clock });
  running.box.server = server;
  const pace = clock.every(PACE, () => running.advance());
  return {
    address: server.listeners.control.address,
    dataAddress: server.listeners.data.address,
    running,
    server,
    async [Symbol.asyncDispose]() {
      pace.stop();
      await running[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim panda",
  description: "A simulated PandA box: triggers, and positions captured with them.",
  options: {
    port: {
      type: "integer",
      short: "p",
      default: 8888,
      min: 0,
      max: 65535,
      description: "Port of commands; 0 takes any free one",
    },
    "data-port": {
      type: "integer",
      min: 0,
      max: 65535,
      description: "Port of captured data (default: the one after that of commands; 0 takes any free one)",
    },
    host: { type: "text", default: "127.0.0.1", description: "Address to listen on" },
    speed: { type: "number", default: 1, min: 0, description: "Seconds of the box in a real second" },
    seed: { type: "integer", default: 1, description: "Seed of the encoders' noise" },
    world: WORLD_OPTION,
    inputs: {
      type: "text",
      placeholder: "LINE,...",
      default: INPUTS.join(","),
      description: "Lines of the world that lead to TTLIN1, TTLIN2, ...",
    },
    reaction: {
      type: "number",
      default: 50,
      min: 0,
      description: "How long it waits after an edge to or from the world for what others do about it, ms",
    },
    fault: {
      type: "text",
      placeholder: "REASON[@ROWS]",
      description: "How every capture ends, after so many rows (default 0): 'DMA data error@1000'",
    },
  },
  examples: [
    ["", "Where every client of a PandA looks for one: ports 8888 and 8889"],
    ["--world 127.0.0.1:7090", "Its TTL outputs trigger the simulated camera of the same world"],
    ["--port 0 --fault 'Driver data overrun@100'", "Every capture fails after 100 rows"],
  ],
} as const satisfies CommandLine;

/** Where it listens: on two ports. */
export function addresses({ host, port, "data-port": dataPort }: OptionValues<typeof commandLine>): string[] {
  return [formatAddress(host, port), formatAddress(host, dataPort ?? (port === 0 ? 0 : port + 1))];
}

function parseFault(text: string): CaptureFault {
  const match = /^([A-Z][A-Za-z ]*?)(?:@(\d+))?$/.exec(text);
  if (!match) throw new UsageError(`--fault: expected a reason such as 'DMA data error@1000', got "${text}"`);
  return { reason: match[1]!, rows: Number(match[2] ?? 0) };
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ options }) => {
    const { host, port, speed, seed, reaction, fault } = options;
    await using world = options.world === undefined
      ? undefined
      : joinWorld({ address: options.world, name: "panda" });
    await using simulator = await simulatePanda({
      host,
      port,
      dataPort: options["data-port"],
      speed,
      seed,
      world,
      inputs: options.inputs.split(","),
      reaction,
      report: console.error,
      fault: fault === undefined ? undefined : parseFault(fault),
    });
    const interruption = interrupted();
    console.log(`listening on ${simulator.address}`);
    console.log(`data on ${simulator.dataAddress}`);
    await interruption;
  });
}
