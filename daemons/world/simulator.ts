/** The world that simulators in separate processes share. @module */
import { type CommandLine, interrupted, runProgram } from "../../lib/cli/mod.ts";
import { formatAddress } from "../../lib/net/mod.ts";
import { serveWorld } from "../../lib/sim/world/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim world",
  description: "The world that simulators share: temperature of the detector, flux of the lamp, TTL edges.",
  options: {
    port: {
      type: "integer",
      short: "p",
      default: 7090,
      min: 0,
      max: 65535,
      description: "Port; 0 takes any free one",
    },
    host: { type: "text", default: "127.0.0.1", description: "Address to listen on" },
    speed: { type: "number", default: 1, min: 0.001, description: "Seconds of its time in a real second" },
  },
  examples: [
    ["", "Then start simulators with --world 127.0.0.1:7090"],
    ["--speed 10", "For simulators that run with --speed 10 and exchange edges"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runProgram(commandLine, async ({ options }) => {
    await using server = await serveWorld({
      address: formatAddress(options.host, options.port),
      speed: options.speed,
      log: console.error,
    });
    const interruption = interrupted();
    console.log(`listening on ${server.address}`);
    await interruption;
  });
}
