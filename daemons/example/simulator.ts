/** Hardware for the example: it answers every line that has a `?`. @module */
import { type CommandLine, interrupted, runProgram } from "../../lib/cli/mod.ts";
import { formatAddress, type Listener, tcp, type Transport } from "../../lib/net/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim example",
  description: "Hardware for the example daemon: answers status? with what it was told last.",
  options: {
    port: {
      type: "integer",
      short: "p",
      default: 8099,
      min: 0,
      max: 65535,
      description: "Port; 0 takes any free one",
    },
    host: { type: "text", default: "127.0.0.1", description: "Address to listen on" },
  },
  examples: [["", "Listen on port 8099, where the example daemon looks for it"]],
} as const satisfies CommandLine;

/**
 * Starts the simulator.
 *
 * @param address Where it listens.
 * @param transport How (default: TCP).
 * @returns What listens.
 */
export async function simulateExample(address: string, transport: Transport = tcp): Promise<Listener> {
  let told = "nothing";
  return await transport.listen(address, (connection) => {
    let rest = "";
    const decoder = new TextDecoder();
    connection.receive({
      data(chunk) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          if (line === "status?") connection.write(`ok ${told}\n`);
          else if (line.includes("?")) connection.write(`unknown ${line}\n`);
          else told = line;
        }
      },
    });
  });
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ options }) => {
    await using simulator = await simulateExample(formatAddress(options.host, options.port));
    const interruption = interrupted();
    console.log(`listening on ${simulator.address}`);
    await interruption;
  });
}
