/** A daemon as a program: its command line, its process, its end. @module */
import { interrupted, type Needs, parseCommandLine, runProgram } from "../cli/mod.ts";
import type { Model } from "../device/model.ts";
import { formatAddress } from "../net/mod.ts";
import type { Binding, Hardware } from "./binding.ts";
import type { AnyBinding } from "./erased.ts";
import { outliveDefects } from "./defects.ts";
import { commandLineOf, instanceOf, withDefaults } from "./instance.ts";
import { logToStderr } from "./log.ts";
import { type Daemon, serve, type ServeOptions } from "./serve.ts";

/** A daemon that can be started from a command line; `daemons/NAME/daemon.ts` exports one under the name `daemon`. */
export interface DaemonProgram {
  /** What it serves, in one sentence. */
  readonly description: string;
  /** False where there is no device behind it: then it takes no `--hardware` and keeps no `--state`. */
  readonly hasDevice?: false;
  /**
   * What a command line will make it do, so that it can be given the permissions for it.
   *
   * @param args The arguments after the daemon's name.
   * @returns The addresses and paths it needs; nothing if only the help is wanted.
   * @throws {UsageError} If the command line is not understood.
   * @throws {ConfigError} If what it names cannot be used.
   */
  needs(args: readonly string[]): Promise<Needs>;
  /**
   * Runs it as the program of this process until `exit`, SIGINT or SIGTERM: prints `listening on HOST:PORT`, logs to stderr.
   *
   * @param args The arguments (default: those of the process).
   */
  run(args?: readonly string[]): Promise<void>;
}

/**
 * Makes the program of a daemon.
 *
 * @param model What the device is.
 * @param binding How it is tied to its hardware.
 * @returns The program.
 *
 * @example A whole daemon
 * ```ts
 * import { type DaemonProgram, daemonProgram } from "@dewar/sdk/daemon";
 *
 * const Lamp = {
 *   model: "lamp",
 *   description: "A lamp that exists only in its daemon",
 *   params: { flux: { type: "number", min: 0, max: 10, set: true } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * } as const;
 *
 * export const daemon: DaemonProgram = daemonProgram(Lamp, { port: 7000, initial: { flux: 0 } });
 *
 * if (import.meta.main) await daemon.run();
 * ```
 */
export function daemonProgram<const M extends Model, H extends Hardware = Hardware>(
  model: M,
  binding: Binding<M, H>,
): DaemonProgram {
  const erased = binding as unknown as AnyBinding;
  const commandLine = () => commandLineOf(model, erased, `deno task daemon ${folderOf(Deno.mainModule)}`);
  return {
    description: model.description,
    async needs(args) {
      const { help, options } = parseCommandLine(commandLine(), args);
      if (help) return {};
      const served = await instanceOf(model, erased, options);
      const own = binding.needs?.(withDefaults(erased, served.options.options)) ?? {};
      return needsOf(served.options, { hasHardware: binding.open !== undefined, lab: options.lab, own });
    },
    run: (args) =>
      runProgram(commandLine(), async ({ options }) => {
        const served = await instanceOf(model, erased, options);
        outliveDefects(served.options.name ?? model.model);
        await live(await serve(served.model as M, binding, { ...served.options, log: logToStderr }));
      }, args),
  };
}

async function live(daemon: Daemon): Promise<void> {
  const interruption = interrupted();
  console.log(`listening on ${daemon.address}`);
  if (daemon.katcpAddress !== undefined) console.log(`katcp at ${daemon.katcpAddress}`);
  const isInterrupted = await Promise.race([daemon.ended, interruption]);
  if (isInterrupted) await daemon.stop();
}

function needsOf(
  { host, port, katcpPort, hardware, state }: ServeOptions,
  { hasHardware, lab, own }: { hasHardware: boolean; lab: string | undefined; own: Needs },
): Needs {
  const folders = state === undefined ? [] : [state];
  const reached = hasHardware && hardware !== undefined ? [hardware] : [];
  return {
    net: [
      formatAddress(host!, port!),
      ...katcpPort === undefined ? [] : [formatAddress(host!, katcpPort)],
      ...reached,
      ...own.net ?? [],
    ],
    read: [...folders, ...lab === undefined ? [] : [lab], ...own.read ?? []],
    write: [...folders, ...own.write ?? []],
  };
}

function folderOf(module: string): string {
  return new URL(".", module).pathname.split("/").at(-2)!;
}
