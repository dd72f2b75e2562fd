/** Serves frames: what cameras put there, to whoever asks. */
import {
  type CommandLine,
  interrupted,
  parseCommandLine,
  runProgram,
  UsageError,
} from "../../lib/cli/mod.ts";
import { logToStderr } from "../../lib/daemon/log.ts";
import type { DaemonProgram } from "../../lib/daemon/mod.ts";
import { serveFitspipe } from "../../lib/fitspipe/mod.ts";
import { formatAddress } from "../../lib/net/mod.ts";
import { systemClock } from "../../lib/time/mod.ts";

const MEBI = 1024 ** 2;

const COMMAND_LINE = {
  program: "deno task daemon fitspipe",
  description: "Keeps the newest frames of cameras in memory, for displays, guiders and savers (fitspipe)",
  options: {
    port: {
      type: "integer",
      short: "p",
      description: "Where to listen; 0 takes any free port",
      default: 9999,
      min: 0,
      max: 65535,
    },
    host: {
      type: "text",
      description: "The address to listen on; others than loopback may be reached from other machines",
      default: "127.0.0.1",
    },
    depth: { type: "integer", description: "Frames kept of each feed, at most", default: 10, min: 1 },
    memory: {
      type: "integer",
      placeholder: "MB",
      description: "Memory for all frames",
      default: 1024,
      min: 1,
    },
    feeds: { type: "integer", description: "Feeds, at most", default: 1000, min: 1 },
    "frame-limit": {
      type: "integer",
      placeholder: "MB",
      description: "Larger frames are refused",
      default: 256,
      min: 1,
    },
    "trust-network": {
      type: "switch",
      description: "Let other machines put frames; without it they may only look",
    },
    "allow-shutdown": {
      type: "switch",
      description: "Let programs on this machine end it by the command shutdown",
    },
  },
  operands: {
    placeholder: "PORT [daemon=BOOLEAN]",
    description: "As the original has it; daemon= is not looked at",
    max: 2,
  },
  examples: [
    ["", "serve frames on port 9999"],
    ["--depth 50 --memory 8192", "keep 50 frames of each camera, in at most 8 GB"],
    ["--host 0.0.0.0 --trust-network", "for cameras and displays on other machines"],
  ],
} as const satisfies CommandLine;

function addressOf(operands: readonly string[], host: string, port: number): string {
  const [given, mode] = operands;
  if (mode !== undefined && !/^daemon=/.test(mode)) {
    throw new UsageError(`Expected daemon=true or daemon=false, got ${mode}`);
  }
  if (given === undefined) return formatAddress(host, port);
  if (!/^\d{1,5}$/.test(given)) throw new UsageError(`Expected a port, got ${JSON.stringify(given)}`);
  return formatAddress(host, Number(given));
}

/** The program. */
export const daemon: DaemonProgram = {
  description: COMMAND_LINE.description,
  hasDevice: false,
  needs(args) {
    const { help, options: { host, port }, operands } = parseCommandLine(COMMAND_LINE, args);
    return Promise.resolve(help ? {} : { net: [addressOf(operands, host, port)] });
  },
  run: (args) =>
    runProgram(COMMAND_LINE, async ({ options, operands }) => {
      const { host, port, depth, memory, feeds } = options;
      const interruption = interrupted();
      await using server = await serveFitspipe({
        address: addressOf(operands, host, port),
        depth,
        bytes: memory * MEBI,
        feeds,
        frameLimit: options["frame-limit"] * MEBI,
        trustNetwork: options["trust-network"],
        allowShutdown: options["allow-shutdown"],
        log: (type, message) => logToStderr({ time: systemClock.time(), source: "fitspipe", type, message }),
      });
      console.log(`listening on ${server.address}`);
      if (options["trust-network"]) {
        console.error(`Every machine that reaches ${server.address} may put frames`);
      }
      await Promise.race([server.closed, interruption]);
    }, args),
};

if (import.meta.main) await daemon.run();
