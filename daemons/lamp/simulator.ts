/** A stabilised lamp on its own wire; its light falls on the detector and the photodiode of the same world. @module */
import { type CommandLine, listenOptions, runListening } from "../../lib/cli/mod.ts";
import { formatAddress, tcp } from "../../lib/net/mod.ts";
import { FAULT_OPTION, faultOf } from "../../lib/sim/fault.ts";
import { InstrumentServer, type InstrumentServerOptions } from "../../lib/sim/instrument_server.ts";
import { joinWorld, type World, WORLD_OPTION } from "../../lib/sim/world/mod.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { carryOut } from "./simulator/commands.ts";
import { Source, type SourceOptions } from "./simulator/source.ts";

/** Options of {@linkcode simulateLamp}. */
export interface LampSimulatorOptions extends SourceOptions, Partial<Omit<InstrumentServerOptions, "clock">> {
  /** Seconds of the plant in a second of the clock (default 1). */
  speed?: number;
  /** The clock (default: the system's). */
  clock?: Clock;
  /** The world that is told of its light (default: none). */
  world?: World;
}

/** A simulator that runs. */
export interface LampSimulator extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** Its wire; its `fault` may be changed at any time. */
  readonly server: InstrumentServer;
  /** The lamp: ask it for the truth. */
  readonly source: Source;
}

/** The world is told at least this often. */
const PACE = "10 ms";

/**
 * Starts a simulator.
 *
 * @param options Where, how fast, and what goes wrong.
 * @returns It; dispose of it to stop it. Its light goes out then.
 */
export async function simulateLamp(options: LampSimulatorOptions = {}): Promise<LampSimulator> {
  const { clock = systemClock, speed = 1, transport = tcp, address = "127.0.0.1:5050", world } = options;
  const source = new Source(options);
  let last = clock.now();
  const tell = () => {
    world?.publish("lamp.flux", source.flux);
    world?.publish("lamp.shutter", source.shutter.opening);
    if (source.glass) world?.publish("lamp.wavelength", source.glass.wavelength);
  };
  const advance = () => {
    const now = clock.now();
    source.advance((now - last) / 1000 * speed);
    last = now;
    tell();
  };
  const server = await InstrumentServer.listen({
    answer(line) {
      advance();
      return carryOut(source, line);
    },
  }, { ...options, transport, address, clock });
  advance();
  const pace = clock.every(PACE, advance);
  return {
    address: server.address,
    server,
    source,
    async [Symbol.asyncDispose]() {
      pace.stop();
      world?.publish("lamp.flux", 0);
      await server.close();
    },
  };
}

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim lamp",
  description: "A simulated stabilised lamp with filter wheel and shutter.",
  options: {
    ...listenOptions(5050),
    speed: { type: "number", default: 1, min: 0, description: "Seconds of the plant in a real second" },
    seed: { type: "integer", default: 1, description: "Seed of the noise" },
    flux: {
      type: "number",
      default: 100_000,
      min: 0,
      description: "Photons per second and pixel at full level without a filter",
    },
    flicker: {
      type: "number",
      default: 0.001,
      min: 0,
      max: 0.1,
      description: "Noise of the filament, of the whole",
    },
    world: WORLD_OPTION,
    fault: FAULT_OPTION,
  },
  examples: [
    ["--world 127.0.0.1:7090", "Its light falls on detector and photodiode"],
    ["--speed 60", "Warms up in some seconds"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runListening(commandLine, (options, uses) =>
    simulateLamp({
      ...options,
      fault: faultOf(options.fault),
      world: uses(joinWorld({ address: options.world, name: "lamp" })),
      address: formatAddress(options.host, options.port),
    }));
}
