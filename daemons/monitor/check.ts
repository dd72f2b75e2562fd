/** `deno task monitor --check` and `--convert`: what a configuration says, without starting anything. @module */
import { checkClients } from "./alarm/desk.ts";
import { accessWarnings, type Passwords } from "./access/mod.ts";
import type { Config } from "./config/mod.ts";

/**
 * Says what a configuration comes to.
 *
 * @param config The configuration.
 * @param warnings What was passed over.
 * @param passwords The passwords that it names.
 * @returns Lines for people.
 * @throws {ConfigError} If an alarm rule looks at a client that is not there.
 */
export function summaryOf(config: Config, warnings: readonly string[], passwords?: Passwords): string {
  checkClients(config.alarms, new Map(config.clients.map(({ name }) => [name, name])));
  const { clients, alarms } = config;
  const width = Math.max(0, ...clients.map(({ name }) => name.length));
  return [
    ...[...warnings, ...accessWarnings(config, passwords)].map((warning) => `warning: ${warning}`),
    ...clients.map(({ name, address = "waits for its call", enabled }) =>
      `  ${name.padEnd(width)}  ${address}${enabled ? "" : " (disabled)"}`
    ),
    `${counted(clients.length, "client")}, ${
      counted(alarms.length, "alarm rule")
    }: the configuration is sound`,
  ].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
