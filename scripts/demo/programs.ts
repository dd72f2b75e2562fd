/** The programs of the demo. */
import { DewarError } from "../../lib/errors.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The programs of the demo; disposing of it ends them, the newest first. What they write goes to a log. */
export class Programs implements AsyncDisposable {
  readonly #running: { child: Deno.ChildProcess; drained: Promise<unknown> }[] = [];
  readonly #path: string;
  readonly #log: Deno.FsFile;

  constructor(path: string) {
    this.#path = path;
    this.#log = Deno.openSync(path, { write: true, create: true });
  }

  /** Starts a program by its launcher and waits for its line `listening on`. */
  async start(launcher: string, ...args: string[]): Promise<void> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-read",
        `--allow-run=${Deno.execPath()}`,
        `${ROOT}${launcher}`,
        ...args,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    const drain = async (stream: ReadableStream<Uint8Array>) => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        if (decoder.decode(bytes).includes("listening on")) resolve();
        await this.#log.write(bytes);
      }
    };
    const drained = Promise.all([drain(child.stdout), drain(child.stderr)]);
    this.#running.push({ child, drained });
    const failed = drained.then(() => {
      throw new DewarError(`${launcher} ${args.join(" ")} ended before it listened; ${this.#path} says why`);
    });
    await Promise.race([listening, failed]);
    failed.catch(() => {}); // from here on its end is the demo's
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, drained } of this.#running.reverse()) {
      try {
        child.kill("SIGTERM");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // Ctrl-C has ended it already
      }
      await drained;
      await child.status;
    }
    this.#log.close();
  }
}

/** What a script of the demo may reach. */
interface Reach {
  /** Its device. */
  readonly device: string;
  /** MONITOR, which it tells of its run. */
  readonly monitor: string;
  /** A folder that it reads. */
  readonly reads?: string;
}

/** Runs a script beside us, with its own progress display and with what it needs only; resolves to its exit status. */
export async function script(
  name: string,
  { device, monitor, reads }: Reach,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const permissions = [
    `--allow-net=${device},${monitor}`,
    "--allow-env=DEWAR_MONITOR,DEWAR_USER",
    ...reads === undefined ? [] : [`--allow-read=${reads}`],
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, `${ROOT}scripts/${name}.ts`, ...args],
    env: { DEWAR_MONITOR: monitor, DEWAR_USER: "demo" },
    stdin: "null",
    signal,
  }).spawn();
  return (await child.status).code;
}
