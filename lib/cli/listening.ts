/** Programs that listen until somebody ends them. @module */
import type { CommandLine, OptionValues } from "./command_line.ts";
import { interrupted } from "./interrupted.ts";
import { runProgram } from "./program.ts";

/** The options of a program that listens on one port. */
export interface ListenOptions {
  /** `--port`, `-p`. */
  readonly port: {
    readonly type: "integer";
    readonly short: "p";
    readonly default: number;
    readonly min: 0;
    readonly max: 65535;
    readonly description: string;
  };
  /** `--host`. */
  readonly host: { readonly type: "text"; readonly default: "127.0.0.1"; readonly description: string };
}

/**
 * The options that say where a program listens.
 *
 * @param port The port where it is looked for.
 */
export function listenOptions(port: number): ListenOptions {
  return {
    port: {
      type: "integer",
      short: "p",
      default: port,
      min: 0,
      max: 65535,
      description: "Port; 0 takes any free one",
    },
    host: { type: "text", default: "127.0.0.1", description: "Address to listen on" },
  };
}

/** What listens, and where. */
export interface Listening extends AsyncDisposable {
  /** Its address: `127.0.0.1:5000`. */
  readonly address: string;
}

/**
 * Runs a program that listens until SIGINT or SIGTERM; its first line says `listening on HOST:PORT`.
 *
 * @param line What its command line may say.
 * @param start Starts it; what it uses beside, and is disposed of after it, is handed to `uses`.
 */
export async function runListening<const C extends CommandLine>(
  line: C,
  start: (options: OptionValues<C>, uses: <T extends AsyncDisposable>(other: T) => T) => Promise<Listening>,
): Promise<void> {
  await runProgram(line, async ({ options }) => {
    await using others = new AsyncDisposableStack();
    await using listening = await start(options, (other) => others.use(other));
    const interruption = interrupted();
    console.log(`listening on ${listening.address}`);
    await interruption;
  });
}
