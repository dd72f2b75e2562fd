/** Serves a device that anybody's KATCP client can be put to. */
import { systemClock } from "@dewar/sdk";
import {
  type CommandLine,
  interrupted,
  listenOptions,
  type Needs,
  type Parsed,
  runProgram,
  UsageError,
} from "../lib/cli/mod.ts";
import { conformanceDevice } from "../lib/katcp/conformance/device.ts";
import { formatAddress } from "../lib/net/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task katcp:conformance",
  description:
    "Serves a KATCP device with one sensor of each type and requests that answer in every way there is, for tests of " +
    "clients. ?help lists them.",
  options: {
    ...listenOptions(5000),
    protocol: { type: "integer", default: 5, description: "Major version of the protocol: 4 or 5" },
    single: {
      type: "switch",
      description: "One client at a time; a new one takes the place of the one before",
    },
    sensors: {
      type: "integer",
      default: 0,
      min: 0,
      max: 1_000_000,
      description: "So many more sensors, many.0 and on, integers",
    },
  },
  examples: [
    ["--port 0", "listen on any free port, which the first line says"],
    ["--protocol 4 --single", "a device as they were"],
  ],
} as const satisfies CommandLine;

/** Where it listens. */
export function needs({ options: { host, port } }: Parsed<typeof commandLine>): Needs {
  return { net: [formatAddress(host, port)] };
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ options: { host, port, protocol, single, sensors } }) => {
    if (protocol !== 4 && protocol !== 5) {
      throw new UsageError(`--protocol: expected 4 or 5, got ${protocol}`);
    }
    let address = formatAddress(host, port);
    const interruption = interrupted();
    for (let ended: string = "restart"; ended === "restart";) {
      await using device = conformanceDevice({
        protocol,
        multiClient: !single,
        clock: systemClock,
        sensors,
        restart: () => console.log("restarting"),
        onError: (what) => console.error(what),
      });
      await device.listen(address);
      address = device.address;
      console.log(`listening on ${address}`);
      ended = await Promise.race([device.closed, interruption]);
    }
  });
}
