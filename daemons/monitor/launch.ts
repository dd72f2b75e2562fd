/** Starts MONITOR with the permissions that its configuration calls for and no others. @module */
import { fileURLToPath } from "node:url";
import { launch, type Needs, type Parsed, runProgram, UsageError } from "../../lib/cli/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { reachedAt } from "../../lib/link/mod.ts";
import { formatAddress } from "../../lib/net/mod.ts";
import { hashToken, newToken, PERSON_NAME, readPasswords } from "./access/mod.ts";
import { mailHost } from "./alarm/mail.ts";
import type { Action } from "./alarm/rule.ts";
import { summaryOf } from "./check.ts";
import { type Config, CONFIG_FILES, loadConfig, MONITOR, readIfThere, writeYaml } from "./config/mod.ts";

const HERE = import.meta.dirname!;
/** Where the libraries are: the embedded database and the page read files of theirs. */
const LIBRARIES = fileURLToPath(import.meta.resolve("@electric-sql/pglite")).replace(
  /(\/node_modules)\/.*$/,
  "$1",
);

/**
 * The client of PostgreSQL takes from the environment what the database's address leaves out; the library for WebSocket
 * asks whether it shall do without helpers, which are not installed here anyway.
 */
const ENVIRONMENT = ["PG*", "USERNAME", "USER", "LOGNAME", "WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/**
 * What MONITOR needs for a configuration.
 *
 * @param config The configuration.
 * @param parsed The command line it came from.
 * @returns The ports it listens on, the addresses it watches, and its files; not those that come with the program.
 */
export function needsOf(config: Config, { options }: Parsed<typeof MONITOR>): Required<Needs> {
  const own = options.console
    ? []
    : [config.port, config.httpPort, config.katcpPort].flatMap((port) =>
      port === undefined ? [] : [formatAddress(config.host, port)]
    );
  const watched = config.clients.flatMap(({ address, enabled }) =>
    enabled && address ? [reachedAt(address)] : []
  );
  const database = config.db === undefined || options.console ? [] : [databaseHost(config.db)];
  const told = [
    ...config.mail === undefined ? [] : [mailHost(config.mail)],
    ...config.deadman === undefined ? [] : [hostOf(config.deadman.url)],
    ...actionsOf(config).flatMap((action) => action.kind === "webhook" ? [hostOf(action.url)] : []),
  ];
  const scripts = actionsOf(config).flatMap((action) => action.kind === "script" ? [action.file] : []);
  const files = options.config === undefined ? CONFIG_FILES : [options.config];
  const further = [options.lab, config.authFile, config.layouts, config.tls?.cert, config.tls?.key]
    .filter((file) => file !== undefined);
  return {
    net: [...own, ...watched, ...database, ...told],
    read: [...files, ...further, config.data, ...config.images],
    write: [config.data],
    env: ENVIRONMENT,
    run: scripts.length > 0 ? [Deno.execPath()] : [],
  };
}

function actionsOf({ alarms }: Config): Action[] {
  return alarms.flatMap(({ actions, okActions }) => [...actions, ...okActions]);
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

function databaseHost(db: string): string {
  try {
    const { hostname, port } = new URL(db);
    return `${hostname}:${port || 5432}`;
  } catch (cause) {
    throw new ConfigError(
      "Cannot read the database's address: expected postgres://user:password@host:5432/name",
      {
        cause,
      },
    );
  }
}

/** What is shown of a token when it is made: the only time. */
function tellToken(name: string, token: string): string {
  return [
    `The token of ${name}, which is shown only now:`,
    "",
    `  ${token}`,
    "",
    "Lines for monitor.yaml (role: viewer, operator or admin); they count from the next reload on:",
    "",
    "tokens:",
    `  ${name}: { role: operator, hash: "${hashToken(token)}" }`,
    "",
    "A program shows it by  id name=NAME proto=dewar/1 token=…  on the TCP port,",
    "and as the header  Authorization: Bearer …  over HTTP.",
  ].join("\n");
}

if (import.meta.main) {
  await runProgram(MONITOR, async (parsed) => {
    const name = parsed.options["new-token"];
    if (name !== undefined) {
      if (PERSON_NAME.test(name)) return console.log(tellToken(name, newToken()));
      throw new UsageError(`--new-token: expected a name without blanks, quotes, = and ":", got ${name}`);
    }
    const { config, warnings } = await loadConfig(parsed, readIfThere);
    if (parsed.options.check) {
      return console.log(summaryOf(config, warnings, await readPasswords(config, readIfThere)));
    }
    if (parsed.options.convert) return console.log(writeYaml(config).trimEnd());
    const { read, ...needs } = needsOf(config, parsed);
    return await launch(`${HERE}/monitor.ts`, { ...needs, read: [...read, HERE, LIBRARIES] }, Deno.args);
  });
}
