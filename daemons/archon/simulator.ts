/**
 * An STA Archon on its own port, with a charge-coupled device behind it: it executes the timing script it is given, and
 * what the script's clocks do to the charge is what comes out as an image.
 * @module
 */
import { interrupted, runProgram, UsageError } from "../../lib/cli/mod.ts";
import { formatAddress, tcp } from "../../lib/net/mod.ts";
import type { Transport } from "../../lib/net/connection.ts";
import { joinWorld, type World } from "../../lib/sim/world/mod.ts";
import { Ccd, type CcdOptions, USUAL_CCD } from "../../lib/sim/ccd/ccd.ts";
import { darkCurrent } from "../../lib/sim/ccd/dark_current.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { autoFetched } from "./simulator/auto_fetch.ts";
import { commandLine } from "./simulator/command_line.ts";
import { Controller } from "./simulator/controller.ts";
import { FAULT_WORDS, Faults, parseFaults } from "./simulator/faults.ts";
import { Lines } from "./simulator/lines.ts";
import { Mount } from "./simulator/mount.ts";
import { type ModuleType, parseModules, USUAL_MODULES } from "./simulator/modules.ts";
import { TruthPort } from "./simulator/truth.ts";
import { type Amplifier, noiseWith, Video } from "./simulator/video.ts";
import { ArchonWire } from "./simulator/wire.ts";
import { looped, USUAL_WIRING, type Wiring } from "./simulator/wiring.ts";

export { addresses, commandLine } from "./simulator/command_line.ts";

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
  /** The world it is in: the light, the detector's temperature and TTL lines come from there where others say them. */
  world?: World;
  /** The world's line on the trigger input (default `"panda.ttl1"`). */
  trigger?: string;
  /** Where the truth can be asked for (default: nowhere). */
  truth?: string | undefined;
}

/** What is really the case. */
export interface ArchonTruth {
  /** Seconds of the plant since the start. */
  readonly time: number;
  /** Temperature of the detector, degC. */
  readonly temperature: number;
  /** Light while the shutter is open, photons per second and pixel. */
  readonly flux: number;
  /** Whether the shutter is open. */
  readonly shutter: boolean;
  /** Dark current of a pixel, electrons per second. */
  readonly darkCurrent: number;
  /** The amplifiers: electrons per unit with low gain, and electrons rms with the windows that are set. */
  readonly amplifiers: readonly Amplifier[];
  /** What the detector is like. */
  readonly detector: CcdOptions;
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
  /** Where the truth can be asked for. */
  readonly truthAddress: string | undefined;
  /** What is really the case. */
  truth(): ArchonTruth;
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
  const { faults = new Faults(), transport = tcp, world } = options;
  let flux = options.flux ?? 0;
  const mount = new Mount(options.temperature ?? -100);
  const detector = { ...USUAL_CCD, ...options.ccd };
  const ccd = new Ccd(detector, { flux, temperature: mount.temperature }, seed);
  const amplifiers = wiring.video.map((channel, index): Amplifier => ({
    channel,
    gain: (options.gains ?? GAINS)[index]!,
    readNoise: (options.noises ?? NOISES)[index]!,
  }));
  const video = new Video(amplifiers, seed);
  const controller = new Controller({
    clock,
    speed,
    modules: options.modules ?? USUAL_MODULES,
    revision,
    wiring,
    ccd,
    video,
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
    transport,
    address: options.address ?? "127.0.0.1:4242",
    clock,
    faults,
    connections: CONNECTIONS[revision] ?? 1,
  });
  const lines = world && new Lines(controller, world, options.trigger ?? "panda.ttl1");
  controller.events = {
    began: (tick) => lines?.frame(true, tick),
    completed(tick, buffer) {
      lines?.frame(false, tick);
      if (controller.isAutoFetching) wire.send(autoFetched(buffer));
    },
    shutter: (isOpen, tick) => lines?.shutter(isOpen, tick),
    disconnect: (pause) => wire.disconnect(pause),
  };
  const surround = () => controller.surround({ flux, temperature: mount.temperature });
  const setFlux = (photons: number) => {
    controller.advance();
    flux = photons;
    surround();
  };
  const watching = [
    world?.watch("lamp.flux", setFlux),
    world?.watch("detector.temperature", (celsius) => mount.move(celsius)),
  ];
  const pace = clock.every(PACE, () => {
    controller.advance();
    surround();
  });
  const truth = (): ArchonTruth => ({
    time: controller.seconds,
    temperature: mount.temperature,
    flux,
    shutter: controller.detector.isOpen,
    darkCurrent: darkCurrent(detector.darkCurrent, mount.temperature),
    amplifiers: amplifiers.map((amplifier) => ({
      ...amplifier,
      readNoise: noiseWith(amplifier.readNoise, controller.sampling?.noise ?? 1),
    })),
    detector,
  });
  const truthPort = options.truth === undefined
    ? undefined
    : await TruthPort.listen(transport, options.truth, truth);
  return {
    address: wire.address,
    faults,
    controller,
    ccd,
    truthAddress: truthPort?.address,
    truth,
    setFlux,
    async [Symbol.asyncDispose]() {
      pace.stop();
      for (const watch of watching) watch?.[Symbol.dispose]();
      lines?.[Symbol.dispose]();
      controller.close();
      await truthPort?.[Symbol.asyncDispose]();
      await wire.close();
    },
  };
}

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
    const truth = options["truth-port"];
    await using world = joinWorld({ address: options.world, name: "archon" });
    await using simulator = await simulateArchon({
      ...options,
      world,
      truth: truth === undefined ? undefined : formatAddress(options.host, truth),
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
    if (simulator.truthAddress) console.log(`truth on ${simulator.truthAddress}`);
    await interruption;
  });
}
