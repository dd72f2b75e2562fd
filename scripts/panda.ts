/** A PandA from the command line: talk to it, save and load its settings, capture to files. */
import { DewarError } from "@dewar/sdk";
import { connectPanda, type Panda, raw, type Restored } from "@dewar/sdk/panda";
import {
  type CommandLine,
  interrupted,
  type Needs,
  type OptionValues,
  type Parsed,
  progressBar,
  runProgram,
  typedLines,
  UsageError,
} from "../lib/cli/mod.ts";
import { suggestion } from "../lib/device/mod.ts";
import { formatAddress } from "../lib/net/mod.ts";
import { completeLine } from "../lib/panda/completion.ts";
import { isTableHead } from "../lib/panda/command.ts";

/** What may be said on its command line. */
export const commandLine = {
  program: "deno task panda",
  description:
    "control HOST: talk to a box, with Tab and history on a terminal, or line by line from a pipe; a table is typed line " +
    "by line, an empty one ends it. save HOST FILE: write its settings. load HOST FILE: restore them; what it refuses is " +
    "shown. hdf HOST SCHEME: write every acquisition to a file of its own; %d stands for its number. " +
    "The exit status is 0 if all was done, 1 if the box cannot be reached, refused something or failed.",
  options: {
    num: {
      type: "integer",
      short: "n",
      description: "hdf: acquisitions to write; 0 is for ever",
      default: 1,
      min: 0,
    },
    arm: { type: "switch", description: "hdf: arm, and again after each acquisition" },
    prompt: { type: "text", description: "control: what stands before each line", default: "< " },
    timeout: { type: "number", description: "How long an answer may take, s", default: 10, min: 0.001 },
    "data-port": {
      type: "integer",
      description: "Port of captured data (default: the one after that of commands)",
      min: 1,
      max: 65535,
    },
  },
  operands: {
    placeholder: "control|save|load|hdf HOST[:PORT] [FILE]",
    description: "What to do, the box (its port is 8888), and the file; - is the terminal or a pipe",
    min: 2,
    max: 3,
  },
  examples: [
    ["control panda.lab", "one command after another: TTLIN1.TERM=50-Ohm, *PCAP.STATUS?"],
    ["save panda.lab settings.txt", "all settings, as lines that restore them"],
    ["load panda.lab settings.txt", "and back"],
    ["hdf panda.lab 'scan_%03d.h5' --arm --num 10", "ten acquisitions, each in an HDF5 file"],
  ],
} as const satisfies CommandLine;

type Options = OptionValues<typeof commandLine>;

/** What can be done; `file` says whether it needs one. */
const ACTIONS = {
  control: { file: false },
  save: { file: true },
  load: { file: true },
  hdf: { file: true },
} as const;
type Action = keyof typeof ACTIONS;

/** Files that are named one by one to whoever gives permissions; beyond that it is their folder. */
const FEW = 20;

interface Job {
  readonly action: Action;
  readonly host: string;
  readonly port: number;
  readonly dataPort: number;
  /** The file; of `control` none. */
  readonly file: string;
}

function jobOf({ operands, options }: Parsed<typeof commandLine>): Job {
  const [action = "", where = "", file] = operands;
  if (!Object.hasOwn(ACTIONS, action)) {
    const names = Object.keys(ACTIONS);
    throw new UsageError(
      `Cannot ${JSON.stringify(action)} a PandA${suggestion(action, names)}: expected ${names.join(", ")}`,
    );
  }
  const needsFile = ACTIONS[action as Action].file;
  if (needsFile !== (file !== undefined)) {
    throw new UsageError(
      needsFile ? `${action} needs a file` : `${action} takes no file, got ${JSON.stringify(file)}`,
    );
  }
  const [, host = where, port = "8888"] = /^(.*):(\d+)$/.exec(where.replace(/^panda:\/\//, "")) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, "$1").replace(/^panda:\/\//, "");
  const dataPort = options["data-port"] ?? Number(port) + 1;
  return { action: action as Action, host: bare, port: Number(port), dataPort, file: file ?? "" };
}

/** The box, and the file or the files. */
export function needs(parsed: Parsed<typeof commandLine>): Needs {
  const { action, host, port, dataPort, file } = jobOf(parsed);
  const control = formatAddress(host, port);
  const isPipe = file === "-";
  switch (action) {
    case "control":
      return { net: [control] };
    case "save":
      return { net: [control], write: isPipe ? [] : [file] };
    case "load":
      return { net: [control], read: isPipe ? [] : [file] };
    case "hdf": {
      const files = filesOf(file, parsed.options.num);
      return { net: [control, formatAddress(host, dataPort)], read: files, write: files };
    }
  }
}

function filesOf(scheme: string, count: number): string[] {
  if (count === 0 || count > FEW) {
    const folder = scheme.replace(/[^/]*$/, "");
    return [folder.startsWith("/") ? folder : `${Deno.cwd()}/${folder}`];
  }
  return Array.from(
    { length: count },
    (_, at) =>
      scheme.replace(
        /%(?:(%)|(0?)(\d*)d)/g,
        (_, percent, zero, width) =>
          percent ?? String(at + 1).padStart(Number(width), zero === "0" ? "0" : " "),
      ),
  );
}

async function control(panda: Panda, prompt: string): Promise<number> {
  let table: string[] = [];
  let isRefused = false;
  const complete = (line: string) => table.length > 0 ? [] : completeLine(line, panda);
  for await (const line of typedLines({ prompt, complete, ending: "" })) {
    if (table.length === 0 && line.trim() === "") continue;
    table.push(line);
    if (isTableHead(table[0]!) && line !== "") continue;
    const lines = table;
    table = [];
    try {
      const replies = await panda.send(raw(lines));
      for (const reply of replies) console.log(reply);
      isRefused = replies.some((reply) => reply.startsWith("ERR "));
    } catch (error) {
      if (!(error instanceof DewarError)) throw error;
      console.error(error.message);
      isRefused = true;
    }
  }
  return isRefused ? 1 : 0;
}

async function save(panda: Panda, file: string): Promise<number> {
  const lines = (await panda.save()).filter((line) => !line.includes(".QUEUED_LINES=")); // nobody can set these
  const text = `${lines.join("\n")}\n`;
  if (file === "-") await Deno.stdout.write(new TextEncoder().encode(text));
  else await withFile(file, "write", () => Deno.writeTextFile(file, text));
  return 0;
}

/** What the system says of a file is for people, too. */
async function withFile<T>(file: string, what: "read" | "write", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new DewarError(`Cannot ${what} ${file}: ${(cause as Error).message}`, { cause });
  }
}

async function load(panda: Panda, file: string): Promise<number> {
  const text = file === "-"
    ? await new Response(Deno.stdin.readable).text()
    : await withFile(file, "read", () => Deno.readTextFile(file));
  const restored = await panda.load(text.replace(/\n$/, "").split("\n"));
  const refused = restored.filter((one): one is Restored & { refusal: string } => one.refusal !== undefined);
  for (const { line, refusal } of refused) console.error(`${line}: ${refusal}`);
  console.error(`${restored.length - refused.length} of ${restored.length} settings were restored`);
  return refused.length === 0 ? 0 : 1;
}

async function capture(panda: Panda, scheme: string, { num, arm }: Options): Promise<number> {
  const over = new AbortController();
  interrupted().then(() => over.abort());
  using progress = progressBar();
  const files = new Set<string>();
  const count = num === 0 ? Infinity : num;
  try {
    await panda.record({
      scheme,
      count,
      arm,
      signal: over.signal,
      onProgress: ({ path, rows }) => {
        files.add(path);
        progress.update((files.size - 1) / count, `${path}: ${rows} rows`);
      },
    });
    progress.update(1, `${files.size} files`);
    return 0;
  } catch (error) {
    if (!over.signal.aborted) throw error;
    return num === 0 ? 0 : 1; // whoever wants it for ever ends it this way
  } finally {
    for (const path of files) console.log(path);
  }
}

if (import.meta.main) {
  await runProgram(commandLine, async (parsed) => {
    const { action, host, port, dataPort, file } = jobOf(parsed);
    const { options } = parsed;
    const settings = { controlPort: port, dataPort, timeout: options.timeout * 1000 };
    await using panda = await connectPanda(host, settings);
    switch (action) {
      case "control":
        return await control(panda, options.prompt);
      case "save":
        return await save(panda, file);
      case "load":
        return await load(panda, file);
      case "hdf":
        return await capture(panda, file, options);
    }
  });
}
