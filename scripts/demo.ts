/** A cryostat cools down before your eyes: simulator, daemon, MONITOR with its store and page, and the cooldown script. */
import { connect, systemClock } from "@dewar/sdk";
import { Cryocon } from "@dewar/sdk/models";
import { type CommandLine, interrupted, runProgram } from "../lib/cli/mod.ts";
import { ConnectionError, DewarError } from "../lib/errors.ts";
import { formatAddress, tcp } from "../lib/net/mod.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const HOST = "127.0.0.1";
/** Ports without `--port-base`: those the real ones have. */
const PORTS = { simulator: 5000, daemon: 7024, monitor: 7100, page: 8888 };

const LINE = {
  program: "deno task demo",
  description:
    "Starts a simulated cryostat, its daemon and MONITOR, cools the detector and shows it on a web page. " +
    "Everything stays up until Ctrl-C.",
  options: {
    once: { type: "switch", description: "End after the cooldown, with a summary" },
    target: { type: "number", description: "Temperature to reach, degC", default: -100, min: -150, max: 20 },
    speed: {
      type: "number",
      description: "How much faster than real time the cryostat is",
      default: 500,
      min: 1,
      max: 2000,
    },
    "port-base": {
      type: "integer",
      description: "Use four ports from this one on (default 5000, 7024, 7100, 8888)",
      min: 1,
      max: 65532,
    },
  },
  examples: [
    ["", "watch it on http://127.0.0.1:8888/"],
    ["--once", "only show that it works"],
    ["--port-base 9000", "when the usual ports are taken"],
  ],
} as const satisfies CommandLine;

type Ports = typeof PORTS;

/** Where the demo keeps its store, its settings and its log; made anew each time. */
const folderOf = (ports: Ports): string => `data/demo-${ports.daemon}`;

function portsFrom(base: number | undefined): Ports {
  if (base === undefined) return PORTS;
  return { simulator: base, daemon: base + 1, monitor: base + 2, page: base + 3 };
}

/** Finds out beforehand, so that nothing is half started. */
async function needFree(ports: Ports): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    try {
      await (await tcp.listen(formatAddress(HOST, port), () => {})).close();
    } catch (cause) {
      const hint = "say --port-base 9000 (or any other) to use four others";
      throw new ConnectionError(`Port ${port} for the ${name} is in use, perhaps by another demo: ${hint}`, {
        cause,
      });
    }
  }
}

const configOf = (ports: Ports): string =>
  `name: Demo lab
host: ${HOST}
port: ${ports.monitor}
http_port: ${ports.page}
clients:
  cryocon:
    address: ${HOST}:${ports.daemon}
    title: Cryo-con 24C, simulated
    plots:
      temperature:
        name: Detector temperature
        values: [time, temperature, temperature.target]
      power:
        name: Heater power
        values: [time, loop1.power]
`;

/** The programs of the demo; disposing of it ends them, the newest first. What they write goes to a log. */
class Programs implements AsyncDisposable {
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

/** Runs the cooldown beside us, with its own progress display; resolves to its exit status. */
async function cooldown(port: number, target: number, signal: AbortSignal): Promise<number> {
  const permissions = ["--no-prompt", `--allow-net=localhost:${port}`];
  const args = ["--target", `${target}`, "--settle", "3 s", `localhost:${port}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, `${ROOT}scripts/cooldown.ts`, ...args],
    stdin: "null",
    signal,
  }).spawn();
  return (await child.status).code;
}

async function stored(page: string): Promise<number> {
  return (await (await fetch(`${page}lab`)).json()).stored;
}

await runProgram(LINE, async ({ options }) => {
  const { once, target, speed } = options;
  const ports = portsFrom(options["port-base"]);
  const folder = folderOf(ports);
  const log = `${folder}/log`;
  const began = systemClock.now();
  await needFree(ports);
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/monitor.yaml`, configOf(ports));

  const ended = new AbortController();
  void interrupted().then((signal) => ended.abort(signal));
  await using programs = new Programs(log);
  const page = `http://${HOST}:${ports.page}/`;
  console.log("Starting a simulated cryostat, its daemon and MONITOR ...");
  const monitor = programs.start(
    "daemons/monitor/launch.ts",
    "--config",
    `${folder}/monitor.yaml`,
    "--data",
    `${folder}/store`,
  );
  await programs.start(
    "daemons/launch.ts",
    "sim",
    "cryocon",
    "--port",
    `${ports.simulator}`,
    "--speed",
    `${speed}`,
  );
  const simulated = systemClock.now();
  const hardware = formatAddress(HOST, ports.simulator);
  await programs.start(
    "daemons/launch.ts",
    "daemon",
    "cryocon",
    "--name",
    "cryocon",
    "--port",
    `${ports.daemon}`,
    "--hardware",
    hardware,
    "--state",
    `${folder}/state`,
  );
  await monitor;
  console.log(`Watch it on ${page}\n`);

  await using cryocon = await connect(Cryocon, `localhost:${ports.daemon}`);
  const { temperature: start } = await cryocon.waitFor((s) => Number.isFinite(s.temperature), {
    timeout: "10 s",
  });
  const code = await cooldown(ports.daemon, target, ended.signal);
  if (ended.signal.aborted) return 130;
  if (code !== 0) return code;

  const { temperature: end } = await cryocon.get();
  const minutes = (systemClock.now() - simulated) / 60_000 * speed;
  console.log(`
  detector       ${start.toFixed(2)} degC -> ${end.toFixed(2)} degC
  simulated      ${minutes.toFixed(0)} min
  values stored  ${await stored(page)}
  real time      ${((systemClock.now() - began) / 1000).toFixed(0)} s
`);
  if (once) return 0;
  console.log(
    `The cryostat stays cold. Page: ${page}  Daemon: localhost:${ports.daemon}  MONITOR: localhost:${ports.monitor}`,
  );
  console.log(
    "Try: send cryocon set temperature=-90 on the page, or kill the daemon. Ctrl-C ends everything.",
  );
  if (!ended.signal.aborted) await new Promise((resolve) => ended.signal.addEventListener("abort", resolve));
});
