/** MONITOR's console: commands typed where it runs, or piped to it. @module */
import type { Workplace } from "./command.ts";
import { commandsFor } from "./commands.ts";
import type { Asker } from "./lab.ts";
import type { LiveClient } from "./live_client.ts";
import { runTyped } from "./run_command.ts";
import type { LabStatus } from "./status.ts";

/** What the console stands on. */
export interface ConsoleParts {
  /** MONITOR's status. */
  readonly status: LabStatus;
  /** What commands work on. */
  readonly work: Workplace;
  /** Who has connected: address and name. */
  connections(): readonly { readonly address: string; readonly name: string }[];
  /** Writes text for the person. */
  write(text: string): void;
}

/** Whoever sits at the machine may do all. */
const ASKER: Asker = {
  person: { name: "console", role: "admin", grants: [], known: "local" },
  source: "console",
  via: "console",
};

/**
 * Carries out one line typed at the console.
 *
 * @param line The line.
 * @param parts What it works on.
 */
export async function obey(line: string, parts: ConsoleParts): Promise<void> {
  const text = line.trim();
  const own = OWN.get(text === "" ? "clients" : text);
  if (own) return parts.write(own.show(parts));
  const { text: answer } = await runTyped(text, ASKER, parts.work);
  if (answer !== "") parts.write(answer);
}

interface Own {
  readonly description: string;
  show(parts: ConsoleParts): string;
}

/** Commands that only look, and only make sense here. */
const OWN: ReadonlyMap<string, Own> = new Map<string, Own>([
  ["clients", {
    description: "Shows every client (an empty line does as well)",
    show: ({ work }) => [...work.lab.clients.values()].map(showClient).join("\n") || "  no clients",
  }],
  ["connections", {
    description: "Shows every connection",
    show: ({ connections }) =>
      connections().map(({ address, name }) => showConnection(address, name, true)).join("\n") ||
      "  no connections",
  }],
  ["get_status", { description: "Shows MONITOR's status line", show: ({ status }) => status.line() }],
  ["help", { description: "Shows this", show: help }],
]);

function showClient({ address, name, connected, state }: LiveClient): string {
  const why = connected || !state.why ? "" : ` (${state.why})`;
  return showConnection(address || "-", name, connected) + why;
}

/** The original's wording. */
function showConnection(address: string, name: string, connected: boolean): string {
  return `  ${address} name:${name} connected:${connected ? "True" : "False"}`;
}

function help(): string {
  const own = [...OWN].map(([usage, { description }]) => [usage, description] as const);
  const all = [...own, ...commandsFor("console")];
  const width = Math.max(...all.map(([usage]) => usage.length));
  return all.map(([usage, description]) => `  ${usage.padEnd(width)}  ${description}`).join("\n");
}
