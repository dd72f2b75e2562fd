/** The world that simulators in separate processes share. @module */
import { type CommandLine, listenOptions, runListening } from "../../lib/cli/mod.ts";
import { formatAddress } from "../../lib/net/mod.ts";
import { serveWorld } from "../../lib/sim/world/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim world",
  description: "The world that simulators share: temperature of the detector, flux of the lamp, TTL edges.",
  options: {
    ...listenOptions(7090),
    speed: { type: "number", default: 1, min: 0.001, description: "Seconds of its time in a real second" },
  },
  examples: [
    ["", "Then start simulators with --world 127.0.0.1:7090"],
    ["--speed 10", "For simulators that run with --speed 10 and exchange edges"],
  ],
} as const satisfies CommandLine;

if (import.meta.main) {
  await runListening(
    commandLine,
    ({ host, port, speed }) => serveWorld({ address: formatAddress(host, port), speed, log: console.error }),
  );
}
