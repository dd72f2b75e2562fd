/** What a person types to set something, whatever the device speaks. @module */
import { type Channel, settablesByName } from "../device/channel.ts";
import { parseSetting } from "../device/check.ts";
import { channelsOfDescription, type Description } from "../device/description.ts";
import { suggestion } from "../device/nearest.ts";
import type { Value } from "../device/types.ts";
import { CommandError } from "../errors.ts";
import { parseLine } from "../line/parse.ts";

/**
 * Reads `set name=value …` as the lab's console and page have it.
 *
 * @param line What was typed.
 * @param describe What the device is; asked for only if the line is of this kind.
 * @returns The values by the names under which they are set; undefined for any other line: that one is in the device's
 * own grammar.
 * @throws {CommandError} If there is no such parameter, it is read-only, or the value is not right.
 */
export async function typedSet(
  line: string,
  describe: () => Description | Promise<Description>,
): Promise<Record<string, Value> | undefined> {
  if (!/^\s*set\s+[^\s=]+=/.test(line)) return undefined;
  const { args, options } = parseLine(line);
  if (args.length > 0) {
    throw new CommandError("invalid", `set takes name=value only, got ${JSON.stringify(args[0])}`);
  }
  const description = await describe();
  const settables = settablesByName(channelsOfDescription(description));
  return Object.fromEntries(
    Object.entries(options).map(([name, words]) => {
      const channel = settables.get(name) ?? unknown(name, description, settables);
      return [channel.settable!, parseSetting(channel, words)];
    }),
  );
}

function unknown(
  name: string,
  { name: device }: Description,
  settables: ReadonlyMap<string, Channel>,
): never {
  const names = [...settables.keys()];
  const there = names.length === 0 ? " (nothing of it can be set)" : suggestion(name, names);
  throw new CommandError(
    "invalid",
    `${device} has no parameter to set named ${JSON.stringify(name)}${there}`,
  );
}
