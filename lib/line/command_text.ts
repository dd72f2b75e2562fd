/** Commands of a link in the words of the line protocol, and answers in values. @module */
import {
  type Channel,
  channelsOfDescription,
  type Description,
  formatValue,
  isBad,
  type Param,
  parseValue,
  settablesByName,
  suggestion,
  type Value,
} from "../device/mod.ts";
import { CommandError } from "../errors.ts";
import type { Answer, LinkCommand } from "../link/link.ts";
import type { ParsedLine } from "./parse.ts";
import type { LineParts } from "./quote.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Writes commands for one device, and reads its answers. */
export class CommandText {
  readonly #description: Description;
  readonly #settables: ReadonlyMap<string, Channel>;

  /** Makes the one of a device. */
  constructor(description: Description) {
    this.#description = description;
    this.#settables = settablesByName(channelsOfDescription(description));
  }

  /**
   * Writes a command.
   *
   * @param command The command.
   * @param isModern Whether the peer knows the extended protocol; an old one knows old names only, and no claims.
   * @returns The line or its parts.
   * @throws {CommandError} `invalid`, if the device has no such parameter or command.
   */
  write(command: LinkCommand, isModern: boolean): string | LineParts {
    switch (command.kind) {
      case "line":
        return command.line;
      case "set":
        return { name: "set", options: this.#settings(command.values, isModern) };
      case "call":
        return this.#call(command, isModern);
    }
    if (!isModern) throw new CommandError("invalid", `${this.#description.name} is too old to be claimed`);
    if (command.kind === "release") return { name: "release" };
    const note: Record<string, string> = command.note === undefined ? {} : { "@note": command.note };
    return { name: "claim", options: { "@for": String(command.seconds), ...note } };
  }

  /** Reads the answer to a command; its values when they are first looked at. */
  read(command: LinkCommand, { options }: ParsedLine): Answer {
    const settables = this.#settables;
    let values: ReadonlyMap<string, Value> | undefined;
    const answer: Mutable<Answer> = {
      confirmed: options["@confirmed"] !== "0",
      get values() {
        return values ??= valuesIn(options, settables);
      },
    };
    if (options["@seq"] !== undefined) answer.seq = Number(options["@seq"]);
    if (options["@text"] !== undefined) answer.text = options["@text"];
    if (options["@result"] !== undefined) answer.result = this.#result(command, options["@result"]);
    return answer;
  }

  #settings(values: Readonly<Record<string, Value>>, isModern: boolean): Record<string, string> {
    const words: Record<string, string> = {};
    for (const key in values) {
      const channel = this.#settables.get(key);
      if (!channel) return this.#unknown("parameter to set named", key, this.#settables.keys());
      words[isModern ? key : channel.wire] = formatValue(channel.param, values[key]!);
    }
    return words;
  }

  #call({ name, args = {} }: LinkCommand & { kind: "call" }, isModern: boolean): string | LineParts {
    const commands = this.#description.model.commands ?? {};
    const command = commands[name];
    if (!command) {
      // Of a device that nobody described, nobody knows the commands either.
      if (this.#description.inferred) return { name, options: plainWords(args) };
      return this.#unknown("command named", name, Object.keys(commands));
    }
    if (!isModern && command.alias !== undefined) return command.alias;
    return { name, options: wordsOf(args, command.args ?? {}) };
  }

  #result(command: LinkCommand, words: string): Value {
    const returns = command.kind === "call"
      ? this.#description.model.commands?.[command.name]?.returns
      : undefined;
    const value = returns ? parseValue(returns, words) : words;
    return isBad(value) ? words : value;
  }

  #unknown(what: string, name: string, names: Iterable<string>): never {
    const { name: device } = this.#description;
    throw new CommandError("invalid", `${device} has no ${what} "${name}"${suggestion(name, names)}`);
  }
}

function valuesIn(
  options: ParsedLine["options"],
  settables: ReadonlyMap<string, Channel>,
): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const name in options) {
    const channel = settables.get(name);
    const value = channel && parseValue(channel.param, options[name]!);
    if (value !== undefined && !isBad(value)) values.set(channel!.settable ?? name, value);
  }
  return values;
}

function wordsOf(
  args: Readonly<Record<string, Value>>,
  params: Readonly<Record<string, Param>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const param = params[name];
      return [name, param ? formatValue(param, value) : String(value)];
    }),
  );
}

function plainWords(args: Readonly<Record<string, Value>>): Record<string, string> {
  return wordsOf(args, {});
}
