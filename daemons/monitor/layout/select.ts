/** Patterns and commands of a layout against what a device has. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { Client } from "../lab.ts";
import type { LayoutButton } from "./layout.ts";

/**
 * The channels that patterns name, in the order of the patterns, each once. `*` stands for any letters; a name is the key
 * of a channel or its name in the status line, so that a layout fits old daemons as well as new ones.
 */
export function select(patterns: readonly string[], channels: Iterable<Channel>): Channel[] {
  const all = [...channels];
  const found = new Set<Channel>();
  for (const pattern of patterns) {
    if (!pattern.includes("*")) {
      const channel = all.find(({ key }) => key === pattern) ?? all.find(({ wire }) => wire === pattern);
      if (channel) found.add(channel);
      continue;
    }
    const form = new RegExp(
      `^${pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`,
    );
    for (const channel of all) if (form.test(channel.key) || form.test(channel.wire)) found.add(channel);
  }
  return [...found];
}

/**
 * What a button sends to a device: the first of its lines that the device knows.
 *
 * @returns The line; undefined where it knows none. Of a device that has not described itself nobody knows: the first.
 */
export function lineFor(
  { lines }: LayoutButton,
  client: Pick<Client, "description" | "channels">,
): string | undefined {
  const { description } = client;
  if (!description || description.inferred) return lines[0];
  const commands = Object.entries(description.model.commands ?? {});
  return lines.find((line) => {
    const [word = "", first = ""] = line.split(" ");
    if (word === "exit") return true;
    if (word !== "set") return commands.some(([name, { alias }]) => name === word || alias === line);
    const key = first.split("=")[0]!;
    return client.channels.values().some(({ settable, wire }) =>
      settable !== undefined && (settable === key || wire === key)
    );
  });
}
