/** Drives the KATCP client by lines of JSON, so that tests of servers in any language can use it. */
import { type CommandLine, type Needs, type Parsed, runProgram } from "../lib/cli/mod.ts";
import { ClientShim } from "../lib/katcp/conformance/shim.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task katcp:shim",
  description:
    "Reads commands as lines of JSON and answers each with one: connect, request, send, inform, strategy, close. " +
    "lib/katcp/conformance/shim.ts says what each takes.",
  options: {},
  operands: { placeholder: "HOST:PORT", description: "Where the client may connect to", min: 1 },
  examples: [
    ["127.0.0.1:5000", 'then type {"id": 1, "do": "connect", "address": "127.0.0.1:5000"}'],
  ],
} as const satisfies CommandLine;

/** The peers it may be told to connect to. */
export function needs({ operands }: Parsed<typeof commandLine>): Needs {
  return { net: operands };
}

if (import.meta.main) {
  await runProgram(commandLine, async () => {
    await using shim = new ClientShim({ write: (line) => console.log(line) });
    const running = new Set<Promise<void>>();
    let rest = "";
    for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines.filter((line) => line.trim() !== "")) {
        const taken = shim.take(line).finally(() => running.delete(taken));
        running.add(taken);
      }
    }
    await Promise.all(running);
  });
}
