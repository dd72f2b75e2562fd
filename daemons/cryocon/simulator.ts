/**
 * A Cryo-con 24C on its own wire, with a cryostat behind it: sensor A on the detector, B on the cold plate, D on the cold
 * head, C not connected; heater 1 on the detector, heater 2 on the cold plate.
 * @module
 */
import { type CommandLine, listenOptions, runListening } from "../../lib/cli/mod.ts";
import { formatAddress, tcp } from "../../lib/net/mod.ts";
import { Cryostat } from "../../lib/sim/cryostat.ts";
import { FAULT_OPTION, faultOf } from "../../lib/sim/fault.ts";
import { InstrumentServer, type InstrumentServerOptions } from "../../lib/sim/instrument_server.ts";
import { joinWorld, type World, WORLD_OPTION } from "../../lib/sim/world/mod.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { carryOut } from "./simulator/commands.ts";
import { Instrument24C, type Instrument24COptions, type Wiring } from "./simulator/instrument.ts";

/** Options of {@linkcode simulateCryocon}. */
export interface CryoconSimulatorOptions
  extends Instrument24COptions, Partial<Omit<InstrumentServerOptions, "clock">> {
  /** Seconds of the plant in a second of the clock (default 1). */
  speed?: number;
  /** Temperature at the start, degC (default 20). */
  start?: number;
  /** The clock (default: the system's). */
  clock?: Clock;
  /** The world that is told the detector's temperature (default: none). */
  world?: World;
}

/** A simulator that runs. */
export interface CryoconSimulator extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** Its wire; its `fault` may be changed at any time. */
  readonly server: InstrumentServer;
  /** The instrument; sensors may be taken off and put on. */
  readonly instrument: Instrument24C;
  /** The cryostat: ask it for the truth. */
  readonly cryostat: Cryostat;
}

/** The plant is brought up to the clock at least this often, so that a long silence is no long wait. */
const PACE = "50 ms";

/**
 * Starts a simulator.
 *
 * @param options Where, how fast, and what goes wrong.
 * @returns It; dispose of it to stop it.
 */
export async function simulateCryocon(options: CryoconSimulatorOptions = {}): Promise<CryoconSimulator> {
  const { clock = systemClock, speed = 1, transport = tcp, address = "127.0.0.1:5000" } = options;
  const cryostat = new Cryostat({ start: options.start ?? 20 });
  const instrument = new Instrument24C(wiringOf(cryostat), options);
  let last = clock.now();
  const advance = () => {
    const now = clock.now();
    instrument.advance((now - last) / 1000 * speed);
    last = now;
    options.world?.publish("detector.temperature", cryostat.truth().detector);
  };
  advance();
  const server = await InstrumentServer.listen({
    answer(line) {
      advance();
      return carryOut(instrument, line);
    },
  }, { ...options, transport, address, clock });
  const pace = clock.every(PACE, advance);
  return {
    address: server.address,
    server,
    instrument,
    cryostat,
    async [Symbol.asyncDispose]() {
      pace.stop();
      await server.close();
    },
  };
}

function wiringOf(cryostat: Cryostat): Wiring {
  return {
    temperatures() {
      const { detector, coldPlate, coldHead } = cryostat.truth();
      return [detector, coldPlate, coldHead, coldHead];
    },
    step(seconds, [first, second]) {
      cryostat.heaters[0] = first;
      cryostat.heaters[1] = second;
      cryostat.step(seconds);
    },
  };
}

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim cryocon",
  description: "A simulated Cryo-con 24C temperature controller with a cooled detector behind it.",
  options: {
    ...listenOptions(5000),
    speed: { type: "number", default: 1, min: 0, description: "Seconds of the plant in a real second" },
    seed: { type: "integer", default: 1, description: "Seed of the sensors' noise" },
    world: WORLD_OPTION,
    start: { type: "number", default: 20, min: -190, max: 60, description: "Temperature at the start, degC" },
    fault: FAULT_OPTION,
  },
  examples: [
    ["--speed 500", "Cools from +20 to -100 degC in some twenty seconds"],
    ["--world 127.0.0.1:7090", "Tells other simulators how cold the detector is"],
    ["--port 0 --fault late@10", "Every tenth reply comes five seconds late"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runListening(commandLine, (options, uses) =>
    simulateCryocon({
      ...options,
      fault: faultOf(options.fault),
      world: uses(joinWorld({ address: options.world, name: "cryocon" })),
      address: formatAddress(options.host, options.port),
    }));
}
