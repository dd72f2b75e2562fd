/** A new configuration, taken over without a restart: only what differs is touched. @module */
import { checkClients } from "./alarm/desk.ts";
import type { Config, Settings } from "./config/mod.ts";
import type { Links } from "./links.ts";
import type { LiveLab } from "./live_lab.ts";

/** What cannot change while MONITOR runs. */
const FIXED = [
  "name",
  "host",
  "port",
  "httpPort",
  "katcpPort",
  "katcpCommands",
  "db",
  "data",
  "tls",
  "trustNetwork",
  "behindHttps",
  "webOrigin",
  "openMetrics",
  "oldWebCommands",
  "retention",
  "images",
  "layouts",
] as const satisfies readonly (keyof Settings)[];

/** What a reload works on. */
export interface Reloadable {
  /** The lab. */
  readonly lab: LiveLab;
  /** The links to its clients. */
  readonly links: Links;
  /** Puts other alarm rules to work. */
  readonly setAlarms: (config: Config) => Promise<void>;
  /** Lets the new configuration say who may do what; whether it says anything else than before. */
  readonly setAccess: () => boolean;
}

/**
 * Takes a configuration over.
 *
 * @param was What holds now.
 * @param config What shall hold.
 * @param parts What it works on.
 * @returns What was done, for people; empty if nothing differs.
 * @throws {ConfigError} If an alarm rule looks at a client that is not there; nothing else is changed then.
 */
export async function reload(
  was: Config,
  config: Config,
  { lab, links, setAlarms, setAccess }: Reloadable,
): Promise<string[]> {
  checkClients(config.alarms, new Map(config.clients.map(({ name }) => [name, name])));
  const did: string[] = [];
  if (setAccess()) did.push("who may do what");
  const { removed, added, changed } = lab.adopt(config.clients);
  for (const client of removed) {
    await links.drop(client);
    did.push(`${client.name} is not watched any more`);
  }
  for (const client of added) {
    links.follow(client);
    did.push(`${client.name} is watched`);
  }
  for (const name of changed) did.push(`${name} is shown otherwise`);
  if (differs(rulesOf(was), rulesOf(config))) {
    await setAlarms(config);
    did.push(`${config.alarms.length} alarm rules`);
  }
  if (config.interval !== was.interval) {
    lab.interval = config.interval;
    did.push(`interval ${config.interval} s`);
  }
  const later = FIXED.filter((key) => differs(was[key], config[key]));
  if (later.length > 0) did.push(`${later.join(", ")}: only after a restart`);
  return did;
}

function rulesOf({ alarms, mail, deadman }: Config): unknown {
  const words = alarms.map(({ when, precondition, ...rest }) => ({
    ...rest,
    when: when.text,
    if: precondition?.text,
  }));
  return { words, mail, deadman };
}

function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
