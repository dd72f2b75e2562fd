/** Asks a daemon what it is and writes its model file, from which every type of the SDK follows. */
import { systemClock } from "@dewar/sdk";
import { modelSource } from "@dewar/sdk/device";
import { type CommandLine, type Needs, type Parsed, runProgram, UsageError } from "../lib/cli/mod.ts";
import { openLink, reachedAt } from "../lib/link/mod.ts";
import { describe } from "../lib/sdk/describe.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task types",
  description:
    "Asks a daemon what it is and writes its model file. An old daemon cannot say it: its model is made " +
    "up from its status, and is for you to complete.",
  options: {
    out: { type: "text", placeholder: "FILE", description: "Where to write it (default: to stdout)" },
    name: { type: "text", description: "What the model is called in the file (default: after what it is)" },
  },
  operands: { placeholder: "HOST:PORT", description: "Where the daemon is", min: 1, max: 1 },
  examples: [
    ["localhost:7024", "show the model of a cryostat's controller"],
    ["gauge:7023 --name Gauge --out daemons/gauge/model.ts", "begin the model of an old daemon's gauge"],
  ],
} as const satisfies CommandLine;

/** The daemon, and the file. */
export function needs({ operands, options }: Parsed<typeof commandLine>): Needs {
  return { net: operands.map(reachedAt), write: options.out === undefined ? [] : [options.out] };
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ options: { name, out }, operands }) => {
    if (name !== undefined && !/^[A-Z]\w*$/.test(name)) {
      throw new UsageError(`--name: expected a name that begins with a capital, got ${JSON.stringify(name)}`);
    }
    await using link = await openLink(operands[0]!, { name: "types" });
    const description = await describe(link, systemClock, { timeout: "5 s" });
    const source = modelSource(description, { origin: operands[0]!, ...(name !== undefined && { name }) });
    if (out === undefined) await Deno.stdout.write(new TextEncoder().encode(source));
    else await Deno.writeTextFile(out, source);
  });
}
