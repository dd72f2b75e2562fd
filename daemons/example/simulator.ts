/** Hardware for the example: it answers every line that has a `?`. @module */
import { type CommandLine, listenOptions, runListening } from "../../lib/cli/mod.ts";
import { formatAddress, type Listener, tcp, type Transport } from "../../lib/net/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task sim example",
  description: "Hardware for the example daemon: answers status? with what it was told last.",
  options: {
    ...listenOptions(8099),
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
  await runListening(commandLine, ({ host, port }) => simulateExample(formatAddress(host, port)));
}
