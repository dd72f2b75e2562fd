/** Asks a KATCP device: one request, or one after another as they are typed. */
import { CommandError, TimeoutError } from "@dewar/sdk";
import { KatcpClient, type Message } from "@dewar/sdk/katcp";
import {
  type CommandLine,
  interrupted,
  type Needs,
  type Parsed,
  runProgram,
  typedLines,
  UsageError,
} from "../lib/cli/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { requestTyped } from "../lib/katcp/bound_requests.ts";
import { reachedAt } from "../lib/link/mod.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task katcp",
  description:
    "Asks a KATCP device and shows its informs and its reply. Without a request it takes them from the " +
    "terminal, with Tab for requests and sensors, or line by line from a pipe. " +
    "The exit status is 0 for ok, 1 when the device cannot be reached or does not answer, 2 for any other reply.",
  options: {
    timeout: {
      type: "number",
      description: "How long to wait for the connection and for a reply, s",
      default: 10,
      min: 0.001,
    },
    follow: { type: "switch", short: "f", description: "Go on showing what the device tells, until Ctrl-C" },
    protocol: {
      type: "text",
      placeholder: "VERSION",
      description: "What a device speaks that does not say it: 5.1-MIB",
    },
  },
  operands: {
    placeholder: "HOST:PORT [REQUEST [ARGUMENT...]]",
    description: "The device, and what to ask",
    min: 1,
  },
  examples: [
    ["localhost:7147 help", "what the device can be asked"],
    ["localhost:7147 sensor-value /gain/", "sensors by a pattern"],
    ["--follow localhost:7147 sensor-sampling rf.gain event", "every change of a sensor"],
    ["-- localhost:7147 set-offset -5", "an argument that begins with a dash"],
    ["localhost:7147", "one request after another, with Tab"],
  ],
} as const satisfies CommandLine;

/** The device. */
export function needs({ operands }: Parsed<typeof commandLine>): Needs {
  return { net: [addressOf(operands[0]!)] };
}

function addressOf(word: string): string {
  const [, scheme = "katcp"] = /^([a-z]+):\/\//.exec(word) ?? [];
  if (scheme !== "katcp") {
    throw new UsageError(`Expected HOST:PORT or katcp://HOST:PORT, got ${JSON.stringify(word)}`);
  }
  return reachedAt(word);
}

/** Names of requests and sensors, each learnt when it is first wanted. */
class Names {
  readonly #client: KatcpClient;
  readonly #lists = new Map<string, readonly string[]>();

  constructor(client: KatcpClient) {
    this.#client = client;
  }

  async of(request: "help" | "sensor-list"): Promise<readonly string[]> {
    const known = this.#lists.get(request);
    if (known) return known;
    const { informs } = await this.#client.request(request);
    const names = informs.map((inform) => inform.text(0));
    this.#lists.set(request, names);
    return names;
  }

  /** Requests for the first word, sensors for every other. */
  async complete(line: string): Promise<readonly string[]> {
    const isFirst = !/\S\s/.test(line);
    const mark = line.trimStart().startsWith("?") ? "?" : "";
    return isFirst ? (await this.of("help")).map((name) => mark + name) : await this.of("sensor-list");
  }
}

/** Asks, shows what comes, and gives the exit status. */
async function ask(
  client: KatcpClient,
  name: string,
  args: readonly (string | Uint8Array)[],
  { timeout, names }: { timeout: number; names: Names },
): Promise<number> {
  const { reply } = await client.ask(name, ...args, { timeout, onInform: show });
  show(reply);
  if (reply.ok) return 0;
  const isUnknown = reply.text(0) === "invalid" && !(await names.of("help")).includes(name);
  if (isUnknown) console.error(`There is no request ${name}${suggestion(name, await names.of("help"))}`);
  return 2;
}

function show(message: Message): void {
  console.log(String(message));
}

/** Takes requests from the terminal or a pipe; what fails does not end it. */
async function converse(client: KatcpClient, how: { timeout: number; names: Names }): Promise<number> {
  let status = 0;
  for await (const line of typedLines({ prompt: "? ", complete: (line) => how.names.complete(line) })) {
    if (line.trim() === "") continue;
    try {
      const { name, args } = requestTyped(line);
      status = await ask(client, name, args, how);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      console.error(error.message);
      status = error.code === "invalid" ? 2 : 1;
    }
  }
  return status;
}

if (import.meta.main) {
  await runProgram(commandLine, async ({ operands: [where, request, ...args], options }) => {
    const interruption = interrupted();
    const timeout = options.timeout * 1000;
    await using client = new KatcpClient(addressOf(where!), {
      protocol: options.protocol,
      onUnhandled: (message) => {
        if (options.follow || request === undefined) show(message);
      },
      onProblem: (problem) => console.error(problem),
    });
    try {
      await client.connected({ timeout });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const { why } = client.state;
      throw new TimeoutError(`${error.message}${why === undefined ? "" : `: ${why}`}`, { cause: error });
    }
    const how = { timeout, names: new Names(client) };
    if (request === undefined) return await converse(client, how);
    const status = await ask(client, request.replace(/^\?/, ""), args, how);
    if (options.follow && status === 0) await interruption;
    return status;
  });
}
