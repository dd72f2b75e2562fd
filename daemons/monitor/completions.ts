/** What a line that somebody types may go on with. @module */
import { commandNames } from "./commands.ts";
import type { Via } from "./lab.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";

/**
 * What a line may go on with: commands first, then clients, and what can be set of them.
 *
 * @param line The line as far as it is typed.
 * @param via By which way it is typed.
 * @param lab The lab.
 * @returns Words in place of the one that is begun.
 */
export function completions(line: string, via: Via, lab: LiveLab): string[] {
  const words = line.trimStart().split(/\s+/);
  const [command = ""] = words;
  if (words.length <= 1) return commandNames(via);
  const settable = (client: LiveClient) =>
    [...client.channels.values()].flatMap(({ settable }) => settable ? [`${settable}=`] : []);
  const clients = [...lab.clients.values()];
  switch (command) {
    case "send": {
      if (words.length === 2) return [...lab.clients.keys()];
      const client = lab.clients.get(words[1]!);
      if (!client) return [];
      if (words.length > 3) return words[2] === "set" ? settable(client) : [];
      return ["set", "get_status", ...Object.keys(client.description?.model.commands ?? {})];
    }
    case "set":
      return [
        "interval=",
        ...clients.flatMap((client) => settable(client).map((name) => `${client.name}.${name}`)),
      ];
    case "history":
      return clients.flatMap(({ name, channels }) => [...channels.keys()].map((key) => `${name}.${key}`));
    case "acknowledge":
    case "shelve":
    case "unshelve":
      return lab.alarms?.all.map(({ rule }) => rule.name) ?? [];
    default:
      return [];
  }
}
