/** Programs of ours as processes, for tests and benches of the whole: started, watched, weighed, signalled, and ended. */
import { ConnectionError } from "../lib/errors.ts";
import { tcp } from "../lib/net/mod.ts";
import { systemClock } from "../lib/time/mod.ts";

/** The repository's root, with a slash at its end. */
export const ROOT = new URL("../", import.meta.url).pathname;

/** A running program. */
export interface Program extends AsyncDisposable {
  /** Where its first line said that it listens: `"127.0.0.1:7024"`. */
  readonly address: string;
  /** The port of {@linkcode Program.address}. */
  readonly port: number;
  /** Its process. */
  readonly pid: number;
  /** Milliseconds from its start to the line `listening on`. */
  readonly startup: number;
  /**
   * Waits until what it has written to stdout matches.
   *
   * @returns The pattern's first group.
   * @throws If it ends before.
   */
  said(pattern: RegExp): Promise<string>;
  /** Everything it has written to stdout so far. */
  readonly output: string;
  /** Everything it has written to stderr so far: its log. */
  readonly log: string;
  /** How it ended. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Sends it a signal. */
  kill(signal: Deno.Signal): void;
}

/**
 * Starts a program that prints `listening on HOST:PORT` and waits for that line. Disposing of it sends SIGKILL, which it
 * cannot ignore even when it is stopped.
 *
 * @param args Its arguments.
 * @param command What is run (default: `deno`).
 * @throws If it ends before; the message has what it wrote.
 */
export async function start(args: readonly string[], command: string = Deno.execPath()): Promise<Program> {
  const began = systemClock.now();
  const child = spawn(args, command);
  const output = collect(child.stdout);
  const log = collect(child.stderr);
  const ended = Promise.all([child.status, output.finished, log.finished]).then(([status]) => status);
  const said = (pattern: RegExp) =>
    Promise.race([
      output.match(pattern),
      ended.then(({ code }) => {
        const all = output.text + log.text;
        throw new Error(`${args.join(" ")} ended with status ${code} and never said ${pattern}:\n${all}`);
      }),
    ]);
  const address = await said(/^listening on (\S+)$/m);
  const startup = systemClock.now() - began;
  let isOver = false;
  child.status.then(() => isOver = true);
  return {
    address,
    port: Number(address.split(":").at(-1)),
    pid: child.pid,
    startup,
    status: ended,
    kill: (signal) => child.kill(signal),
    said,
    get output() {
      return output.text;
    },
    get log() {
      return log.text;
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await ended;
    },
  };
}

/**
 * A port that nobody has, and nobody is given: it lies below those that the system hands out, of which one might become the
 * near end of the very connection that is tried to it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      await using _listener = await tcp.listen(`127.0.0.1:${port}`, () => {});
      return port;
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }
}

/** How a program ended that was run to its end. */
export interface Ended {
  /** Its exit status. */
  readonly code: number;
  /** What it wrote to stdout. */
  readonly output: string;
  /** What it wrote to stderr. */
  readonly log: string;
}

/**
 * Runs a program to its end; it is killed if that takes longer than two minutes, on a machine however busy.
 *
 * @param args Arguments of `deno`.
 */
export async function run(args: readonly string[]): Promise<Ended> {
  const child = spawn(args);
  const patience = systemClock.after("2 min", () => child.kill("SIGKILL"));
  const { code, stdout, stderr } = await child.output();
  patience.stop();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout), log: decoder.decode(stderr) };
}

/** Arguments of `deno` that run a program of the repository with what tests give it: loopback, files and environment. */
export function program(script: string, ...args: readonly string[]): string[] {
  const permissions = ["--allow-net=127.0.0.1,localhost", "--allow-read", "--allow-write", "--allow-env"];
  return ["run", "--no-prompt", ...permissions, `${ROOT}${script}`, ...args];
}

/** Seconds of processor time a process has used. */
export async function processorTime(pid: number): Promise<number> {
  const fields = (await outputOf("cat", `/proc/${pid}/stat`)).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Seconds of processor time that each thread of a process has used. */
export async function threadTimes(pid: number): Promise<Map<number, number>> {
  const threads = (await outputOf("ls", `/proc/${pid}/task`)).trim().split("\n");
  const files = threads.map((thread) => `/proc/${pid}/task/${thread}/stat`);
  // One that has ended in between is missed: its name is not there any more, which is no failure.
  const { stdout } = await new Deno.Command("cat", { args: files, stderr: "null" }).output();
  const all = new TextDecoder().decode(stdout).trim().split("\n");
  return new Map(all.map((line) => {
    const fields = line.replace(/^.*\) /, "").split(" ");
    return [parseInt(line), (Number(fields[11]) + Number(fields[12])) / 100];
  }));
}

/** Memory of a process in MB, as the system counts it (resident). */
export async function memory(pid: number): Promise<number> {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(await outputOf("cat", `/proc/${pid}/status`))!;
  return Number(kilobytes) / 1024;
}

/** How many files and sockets a process has open. */
export async function openFiles(pid: number): Promise<number> {
  return (await outputOf("ls", `/proc/${pid}/fd`)).trim().split("\n").length;
}

/** What a program prints. Below `/proc` Deno itself reads only for those who may do everything. */
async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/**
 * Starts a program and leaves everything else to the caller.
 *
 * @param args Its arguments.
 * @param command What is run (default: `deno`).
 */
export function spawn(args: readonly string[], command: string = Deno.execPath()): Deno.ChildProcess {
  return new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a process writes to a stream. */
export interface Collected {
  /** All so far. */
  readonly text: string;
  /** Resolves at its end. */
  readonly finished: Promise<void>;
  /** Resolves with the first group once the text matches. */
  match(pattern: RegExp): Promise<string>;
}

/** Reads a stream to its end, so that nobody who writes to it ever waits. */
export function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Collected {
  let text = "";
  let look = () => {};
  const finished = (async () => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      look();
    }
  })();
  return {
    finished,
    get text() {
      return text;
    },
    match(pattern) {
      const { promise, resolve } = Promise.withResolvers<string>();
      look = () => {
        const found = pattern.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      };
      look();
      return promise;
    },
  };
}
