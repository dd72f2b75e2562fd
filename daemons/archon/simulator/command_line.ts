/** The command line of the simulated Archon. @module */
import { type CommandLine, listenOptions, type OptionValues } from "../../../lib/cli/mod.ts";
import { formatAddress } from "../../../lib/net/mod.ts";
import { WORLD_OPTION } from "../../../lib/sim/world/mod.ts";
import { FAULT_WORDS } from "./faults.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim archon",
  description:
    "A simulated STA Archon controller with a charge-coupled device of 1024 x 1024 pixels behind it.",
  options: {
    ...listenOptions(4242),
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
    world: WORLD_OPTION,
    trigger: {
      type: "text",
      default: "panda.ttl1",
      placeholder: "LINE",
      description: "The world's line on the trigger input",
    },
    "truth-port": {
      type: "integer",
      min: 0,
      max: 65535,
      description: "Port that answers every line with the truth as JSON, for tests",
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

/** Where it listens. */
export function addresses(options: OptionValues<typeof commandLine>): string[] {
  const { host, port, "truth-port": truth } = options;
  return [port, truth].filter((each) => each !== undefined).map((each) => formatAddress(host, each));
}
