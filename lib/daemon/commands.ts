/** The commands of a model, and lines that go to the hardware as they are. @module */
import { parseChecked } from "../device/check.ts";
import type { Command, Param } from "../device/model.ts";
import { suggestion } from "../device/nearest.ts";
import { formatValue } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { CommandError, ConnectionError, type FailureCode, TimeoutError } from "../errors.ts";
import type { Caller, Outcome, ParsedLine } from "../line/service.ts";
import type { Device } from "./device.ts";
import type { Interlock } from "./settings.ts";

/** Runs the commands of one device. */
export class Commands {
  readonly #device: Device;
  readonly #ended: AbortSignal;
  readonly #interlock: Interlock | undefined;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #byAlias: ReadonlyMap<string, string>;

  /** Makes the commands of a device; `ended` ends those that run. */
  constructor(device: Device, ended: AbortSignal, interlock?: Interlock) {
    this.#device = device;
    this.#ended = ended;
    this.#interlock = interlock;
    this.#commands = new Map(Object.entries(device.model.commands ?? {}));
    this.#byAlias = new Map([...this.#commands].flatMap(([name, { alias }]) => alias ? [[alias, name]] : []));
  }

  /** The names of the commands. */
  get names(): Iterable<string> {
    return this.#commands.keys();
  }

  /** The command a line means, by name or by being its old line. */
  find(line: ParsedLine): string | undefined {
    return this.#byAlias.get(line.text.trim()) ?? (this.#commands.has(line.name!) ? line.name : undefined);
  }

  /**
   * Runs a command.
   *
   * @param name Its name.
   * @param line Its arguments: by name, or in the order of the model.
   * @param caller Who is told how far it has come.
   * @returns What it answers.
   * @throws {CommandError} `invalid` or `limit` for its arguments, `interlock`, `device`, and what the handler throws.
   */
  async run(name: string, line: ParsedLine, caller: Caller): Promise<Outcome> {
    const { args: params = {}, returns } = this.#commands.get(name)!;
    const args = line.name === name ? this.#arguments(name, params, line) : {};
    const reason = this.#interlock?.(name);
    if (reason !== undefined) throw new CommandError("interlock", `${name} is forbidden now: ${reason}`);
    const result = await this.#handle(name, args, caller);
    const seq = this.#device.state.finish();
    return returns && result !== undefined ? { seq, result: formatValue(returns, result) } : { seq };
  }

  /** How a line goes to the hardware as it is, if it does. */
  wayOf({ text }: ParsedLine): "ask" | "tell" | undefined {
    const way = this.#device.binding.passthrough?.(text) ?? false;
    if (way === true) return text.includes("?") ? "ask" : "tell";
    return way || undefined;
  }

  /**
   * Sends an old line to the hardware as it is.
   *
   * @param line The line.
   * @param way Whether a reply is awaited.
   * @returns The reply, where one is.
   * @throws {CommandError} `device`, `timeout`, `unknown_outcome`.
   */
  async pass({ text }: ParsedLine, way: "ask" | "tell"): Promise<Outcome> {
    const hardware = this.#device.queued("user");
    const reply = await hardware[way](text);
    const seq = this.#device.state.finish();
    return reply === undefined ? { seq } : { seq, text: reply };
  }

  async #handle(name: string, args: Readonly<Record<string, Value>>, caller: Caller): Promise<Value | void> {
    const device = this.#device;
    const hardware = device.queued("user");
    const progress = (fraction: number, note?: string) =>
      caller.progress(note === undefined ? { fraction } : { fraction, note });
    const handler = device.binding.commands![name]!;
    try {
      const { name: asker } = caller.peer;
      return await handler(device.context({ hardware, signal: this.#ended, progress, caller: asker }), args);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new CommandError(codeOf(error), `${name} failed: ${message}`, { cause: error });
    }
  }

  #arguments(
    name: string,
    params: Readonly<Record<string, Param>>,
    line: ParsedLine,
  ): Readonly<Record<string, Value>> {
    const names = Object.keys(params);
    const inOrder = names.filter((argument) => !(argument in line.options));
    const words = {
      ...line.options,
      ...Object.fromEntries(line.args.map((word, index) => [inOrder[index], word])),
    };
    const wanted = names.length === 0 ? "no arguments" : names.join(", ");
    if (line.args.length > inOrder.length) {
      throw new CommandError(
        "invalid",
        `${name} takes ${wanted}; got ${JSON.stringify(line.args.at(-1))} as well`,
      );
    }
    for (const word of Object.keys(words)) {
      if (word.startsWith("@") || names.includes(word)) continue;
      throw new CommandError("invalid", `${name} has no argument "${word}"${suggestion(word, names)}`);
    }
    return Object.fromEntries(names.map((argument) => {
      const word = words[argument];
      if (word !== undefined) return [argument, parseChecked(argument, params[argument]!, word)];
      throw new CommandError("invalid", `${name} needs ${argument}: it takes ${wanted}`);
    }));
  }
}

/** Silence is not refusal, and what was lost on the way may have happened. */
function codeOf(error: unknown): FailureCode {
  if (error instanceof TimeoutError) return "timeout";
  return error instanceof ConnectionError ? "unknown_outcome" : "device";
}
