/**
 * A Prologix GPIB-ETHERNET adapter on its own wire, with a Keithley 6485 at address 14 and a Keithley 487 at 15; each has a
 * photodiode at its input that sees the light of the world.
 * @module
 */
import { type CommandLine, listenOptions, runListening } from "../../lib/cli/mod.ts";
import { formatAddress, tcp, type Transport } from "../../lib/net/mod.ts";
import { type Fault, FAULT_OPTION, faultOf } from "../../lib/sim/fault.ts";
import { GpibAdapter } from "../../lib/sim/gpib/adapter.ts";
import { HangingInstrument } from "../../lib/sim/gpib/instrument.ts";
import { Keithley487 } from "../../lib/sim/keithley/keithley_487.ts";
import { Keithley6485 } from "../../lib/sim/keithley/keithley_6485.ts";
import { Photodiode, type PhotodiodeOptions } from "../../lib/sim/photodiode.ts";
import { joinWorld, LocalWorld, type World, WORLD_OPTION } from "../../lib/sim/world/mod.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";

/** Options of {@linkcode simulateGpib}. */
export interface GpibSimulatorOptions extends PhotodiodeOptions {
  /** Where to listen (default `"127.0.0.1:1234"`). */
  address?: string;
  /** How to listen (default: TCP). */
  transport?: Transport;
  /** The clock (default: the system's). */
  clock?: Clock;
  /** Seed of the meters' noise (default 1). */
  seed?: number;
  /** The world whose light the photodiodes see (default: none, it is dark). */
  world?: World;
  /** What goes wrong with the adapter's replies. */
  fault?: Fault | undefined;
}

/** A simulator that runs. */
export interface GpibSimulator extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** The adapter; its `fault` may be changed at any time. */
  readonly adapter: GpibAdapter;
  /** The 6485. */
  readonly picoammeter: Keithley6485;
  /** The 487. */
  readonly source: Keithley487;
  /** Both by address; each may be made to hang. */
  readonly instruments: ReadonlyMap<number, HangingInstrument>;
  /** The photodiode at each input. */
  readonly diode: Photodiode;
}

/**
 * Starts a simulator.
 *
 * @param options Where, in which world, and what goes wrong.
 * @returns It; dispose of it to stop it.
 */
export async function simulateGpib(options: GpibSimulatorOptions = {}): Promise<GpibSimulator> {
  const { clock = systemClock, transport = tcp, address = "127.0.0.1:1234", seed = 1 } = options;
  const diode = new Photodiode(options.world ?? new LocalWorld({ clock }), options);
  const picoammeter = new Keithley6485({ source: diode, clock, seed });
  const source = new Keithley487({ source: diode, clock, seed: seed + 1 });
  const instruments = new Map([
    [14, new HangingInstrument(picoammeter)],
    [15, new HangingInstrument(source)],
  ]);
  const { fault } = options;
  const adapter = await GpibAdapter.listen(instruments, { transport, address, clock, fault });
  return {
    address: adapter.address,
    adapter,
    picoammeter,
    source,
    instruments,
    diode,
    async [Symbol.asyncDispose]() {
      picoammeter[Symbol.dispose]();
      await adapter.close();
    },
  };
}

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim gpib",
  description:
    "A simulated GPIB adapter with a Keithley 6485 at 14 and a Keithley 487 at 15, on photodiodes.",
  options: {
    ...listenOptions(1234),
    seed: { type: "integer", default: 1, description: "Seed of the meters' noise" },
    dark: {
      type: "number",
      default: 2e-12,
      min: 0,
      description: "Dark current of the photodiodes at 20 degC, A",
    },
    temperature: { type: "number", default: 20, min: -100, max: 60, description: "Their temperature, degC" },
    world: WORLD_OPTION,
    fault: FAULT_OPTION,
  },
  examples: [
    ["--world 127.0.0.1:7090", "The photodiodes see the lamp of that world"],
    ["--fault never@50", "Every fiftieth reply never comes"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runListening(commandLine, (options, uses) =>
    simulateGpib({
      ...options,
      fault: faultOf(options.fault),
      world: uses(joinWorld({ address: options.world, name: "gpib" })),
      address: formatAddress(options.host, options.port),
    }));
}
