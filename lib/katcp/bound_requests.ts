/** What is asked of a device in its model's words, as requests. @module */
import { checkSetting } from "../device/check.ts";
import { type Channel, settablesByName } from "../device/channel.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Command, Param } from "../device/model.ts";
import { suggestion } from "../device/nearest.ts";
import { textOf as textOfParam } from "../device/text.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import { parseMessage } from "./codec.ts";
import type { Message } from "./message.ts";

/** A request ready to be sent. */
export interface BoundRequest {
  /** Its name. */
  readonly name: string;
  /** Its arguments. */
  readonly args: readonly (string | Uint8Array)[];
}

/**
 * The requests that set parameters, in the order given.
 *
 * @param description The device.
 * @param values The values by the names under which they are set.
 * @returns Each with the channel it sets.
 * @throws {CommandError} `invalid` if one of them is bound to no request, or of the wrong kind; `limit` if out of range.
 */
export function requestsToSet(
  description: Description,
  values: Readonly<Record<string, Value>>,
): (BoundRequest & { readonly channel: Channel })[] {
  const settables = settablesByName(channelsOfDescription(description));
  return Object.entries(values).map(([key, value]) => {
    const channel = settables.get(key);
    const { request } = channel?.param ?? {};
    if (!channel || request === undefined) {
      throw new CommandError(
        "invalid",
        `${description.name} has no request that sets ${key}: its model binds none to it${
          suggestion(key, [...settables].flatMap(([name, { param }]) => param.request ? [name] : []))
        }`,
      );
    }
    const words = textOfParam(channel.param).format(checkSetting(channel, value));
    return { channel, ...withWords(request, [words]) };
  });
}

/**
 * The request that a command of the model is.
 *
 * @param description The device.
 * @param name The command.
 * @param args Its arguments by name.
 * @throws {CommandError} If the model has no such command, or an argument is missing.
 */
export function requestToCall(
  description: Description,
  name: string,
  args: Readonly<Record<string, Value>>,
): BoundRequest {
  const commands = description.model.commands ?? {};
  const command: Command | undefined = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw new CommandError(
      "invalid",
      `${description.name} has no command ${name}${suggestion(name, Object.keys(commands))}`,
    );
  }
  const words = Object.entries(command.args ?? {}).map(([arg, param]: [string, Param]) => {
    const value = args[arg];
    if (value === undefined) throw new CommandError("invalid", `${name} needs ${arg}`);
    return textOfParam(param).format(value);
  });
  return withWords(command.request ?? name.replaceAll("_", "-"), words);
}

/**
 * The request that a person typed, with or without its question mark.
 *
 * @param line The line.
 * @throws {CommandError} `invalid` if it is none.
 */
export function requestTyped(line: string): BoundRequest {
  const text = line.trim();
  let message: Message;
  try {
    message = parseMessage(/^[?!#]/.test(text) ? text : `?${text}`);
  } catch (cause) {
    throw new CommandError("invalid", `${JSON.stringify(line)} is no request: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (message.type !== "request") {
    throw new CommandError(
      "invalid",
      `${JSON.stringify(line)} is no request; only requests can be sent`,
    );
  }
  return { name: message.name, args: message.args };
}

function withWords(request: string, words: readonly string[]): BoundRequest {
  const [name, ...fixed] = request.split(" ");
  return { name: name!, args: [...fixed, ...words] };
}
