/**
 * An STA Archon on its own port, with a charge-coupled device behind it: it executes the timing script it is given, and
 * what the script's clocks do to the charge is what comes out as an image.
 * @module
 */
import { type CommandLine, interrupted, runProgram, UsageError } from "../../lib/cli/mod.ts";
import { formatAddress, tcp } from "../../lib/net/mod.ts";
import type { Transport } from "../../lib/net/connection.ts";
import { Ccd, type CcdOptions, USUAL_CCD } from "../../lib/sim/ccd/ccd.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { autoFetched, Controller } from "./simulator/controller.ts";
import { FAULT_WORDS, Faults, parseFaults } from "./simulator/faults.ts";
import { Mount } from "./simulator/mount.ts";
import { type ModuleType, parseModules, USUAL_MODULES } from "./simulator/modules.ts";
import { type Amplifier, Video } from "./simulator/video.ts";
import { ArchonWire } from "./simulator/wire.ts";
import { looped, USUAL_WIRING, type Wiring } from "./simulator/wiring.ts";

/** Options of {@linkcode simulateArchon}. */
export interface ArchonSimulatorOptions {
  /** How to listen (default: TCP). */
  transport?: Transport;
  /** Where to listen (default `"127.0.0.1:4242"`). */
  address?: string;
  /** The clock (default: the system's). */
  clock?: Clock;
  /** Seconds of the plant in a second of the clock (default 1). */
  speed?: number;
  /** Seed of everything that chance decides (default 1). */
  seed?: number;
  /** What is in the slots. */
  modules?: readonly ModuleType[];
  /** Revision of the back-plane, from 0 (A) to 7 (H); up to F it takes one connection, H takes four (default 7). */
  revision?: number;
  /** What the outputs and inputs are wired to. */
  wiring?: Wiring;
  /** The detector, where it differs from the usual one. */
  ccd?: Partial<CcdOptions>;
  /** Gains of the amplifiers, electrons per unit with low gain. */
  gains?: readonly number[];
  /** Noise of the amplifiers, electrons rms. */
  noises?: readonly number[];
  /** Light on the detector while the shutter is open, photons per second and pixel (default 0). */
  flux?: number;
  /** Temperature of the detector, degC (default -100). */
  temperature?: number;
  /** What goes wrong. */
  faults?: Faults;
}

/** A simulator that runs. */
export interface ArchonSimulator extends AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** What goes wrong; may be changed at any time. */
  readonly faults: Faults;
  /** The controller. */
  readonly controller: Controller;
  /** The detector: ask it for the truth. */
  readonly ccd: Ccd;
  /** The amplifiers: their true gains and noises. */
  readonly amplifiers: readonly Amplifier[];
  /** Changes the light, photons per second and pixel. */
  setFlux(flux: number): void;
}

/** Gains and noises of the usual amplifiers. */
const GAINS = [1.52, 1.47, 1.55, 1.5];
const NOISES = [4.1, 3.8, 4.4, 4];
/** The plant is brought up to the clock at least this often. */
const PACE = "10 ms";
const CONNECTIONS = [1, 1, 1, 1, 1, 1, 4, 4];

/**
 * Starts a simulator.
 *
 * @param options What it is like.
 * @returns It; dispose of it to stop it.
 */
export async function simulateArchon(options: ArchonSimulatorOptions = {}): Promise<ArchonSimulator> {
  const { clock = systemClock, speed = 1, seed = 1, wiring = USUAL_WIRING, revision = 7 } = options;
  const { faults = new Faults() } = options;
  let flux = options.flux ?? 0;
  const mount = new Mount(options.temperature ?? -100);
  const ccd = new Ccd({ ...USUAL_CCD, ...options.ccd }, { flux, temperature: mount.temperature }, seed);
  const amplifiers = wiring.video.map((channel, index): Amplifier => ({
    channel,
    gain: (options.gains ?? GAINS)[index]!,
    readNoise: (options.noises ?? NOISES)[index]!,
  }));
  const controller = new Controller({
    clock,
    speed,
    modules: options.modules ?? USUAL_MODULES,
    revision,
    wiring,
    ccd,
    video: new Video(amplifiers, seed),
    heating: {
      temperatures: () =>
        faults.conditions.has("sensor")
          ? [undefined, undefined, undefined]
          : [mount.temperature, mount.sink, undefined],
      step: (seconds, [watts = 0]) => mount.step(seconds, watts),
    },
    faults,
    seed,
  });
  const wire = await ArchonWire.listen(controller, {
    transport: options.transport ?? tcp,
    address: options.address ?? "127.0.0.1:4242",
    clock,
    faults,
    connections: CONNECTIONS[revision] ?? 1,
  });
  controller.events = {
    began() {},
    completed(_tick, buffer) {
      if (controller.isAutoFetching) wire.send(autoFetched(buffer, controller.pace));
    },
    shutter() {},
    disconnect: (pause) => wire.disconnect(pause),
  };
  const surround = () => controller.surround({ flux, temperature: mount.temperature });
  const pace = clock.every(PACE, () => {
    controller.advance();
    surround();
  });
  return {
    address: wire.address,
    faults,
    controller,
    ccd,
    amplifiers,
    setFlux(photons) {
      controller.advance();
      flux = photons;
      surround();
    },
    async [Symbol.asyncDispose]() {
      pace.stop();
      controller.close();
      await wire.close();
    },
  };
}

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim archon",
  description:
    "A simulated STA Archon controller with a charge-coupled device of 1024 x 1024 pixels behind it.",
  options: {
    port: {
      type: "integer",
      short: "p",
      default: 4242,
      min: 0,
      max: 65535,
      description: "Port; 0 takes any free one",
    },
    host: { type: "text", default: "127.0.0.1", description: "Address to listen on" },
    speed: { type: "number", default: 1, min: 0.001, description: "Seconds of the plant in a real second" },
    seed: { type: "integer", default: 1, description: "Seed of everything that chance decides" },
    flux: {
      type: "number",
      default: 0,
      min: 0,
      description: "Photons per second and pixel while the shutter is open",
    },
    temperature: {
      type: "number",
      default: -100,
      min: -200,
      max: 60,
      description: "Temperature of the detector, degC",
    },
    size: {
      type: "integer",
      default: 1024,
      min: 2,
      max: 8192,
      description: "Rows and columns of the detector, an even number",
    },
    gain: { type: "number", min: 0.01, description: "Gain of all amplifiers, electrons per unit" },
    noise: { type: "number", min: 0, description: "Read noise of all amplifiers, electrons rms" },
    fe55: {
      type: "number",
      default: 0,
      min: 0,
      description: "X-rays of iron-55 per second on a million pixels, while the shutter is open",
    },
    modules: {
      type: "text",
      placeholder: "TYPE,...",
      description: "What is in the slots from 1 on: None, Driver, AD, HeaterX, ...",
    },
    revision: {
      type: "integer",
      default: 7,
      min: 0,
      max: 7,
      description: "Revision of the back-plane: 0 is A, 7 is H; up to F it takes one connection",
    },
    loop: {
      type: "text",
      placeholder: "SLOT/CHANNEL=AD",
      description: "Instead of a detector, wire a driver output to a video channel: 3/1=1",
    },
    coupling: {
      type: "number",
      default: 1,
      min: 0,
      max: 2,
      description: "Part of the driver's voltage that arrives there",
    },
    fault: {
      type: "text",
      placeholder: "KIND,...",
      description: `What goes wrong: ${FAULT_WORDS}`,
    },
  },
  examples: [
    ["--flux 2000", "A lamp that is always on: frames taken with the shutter open are flat fields"],
    ["--speed 10 --port 0", "Everything takes a tenth of its time"],
    ["--fault cut@3,log", "Every third reply of blocks breaks off, and the log fills"],
    ["--loop 3/1=1 --coupling 0.914", "The wiring of the manual's example"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runProgram(commandLine, async ({ options }) => {
    const { size, gain, noise, loop } = options;
    if (size % 2 === 1) throw new UsageError(`--size: expected an even number, got ${size}`);
    const faults = options.fault === undefined ? new Faults() : parseFaults(options.fault);
    if (!faults) throw new UsageError(`--fault: expected ${FAULT_WORDS}, got "${options.fault}"`);
    const modules = options.modules === undefined ? USUAL_MODULES : parseModules(options.modules);
    if (typeof modules === "string") throw new UsageError(`--modules: ${modules}`);
    const [, output, channel] = /^(\d+\/\d+)=(\d+)$/.exec(loop ?? "") ?? [];
    if (loop !== undefined && output === undefined) {
      throw new UsageError(`--loop: expected SLOT/CHANNEL=AD, got "${loop}"`);
    }
    await using simulator = await simulateArchon({
      ...options,
      address: formatAddress(options.host, options.port),
      faults,
      modules,
      wiring: output === undefined ? USUAL_WIRING : looped(output, Number(channel), options.coupling),
      ccd: { rows: size, columns: size, ironRate: options.fe55 },
      ...(gain !== undefined && { gains: [gain, gain, gain, gain] }),
      ...(noise !== undefined && { noises: [noise, noise, noise, noise] }),
    });
    const interruption = interrupted();
    console.log(`listening on ${simulator.address}`);
    await interruption;
  });
}
