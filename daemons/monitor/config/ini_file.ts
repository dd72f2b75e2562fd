/** The original's `monitor.ini`: its keys, their types and their defaults. @module */
import { type ClientConfig, databaseOn, type Said } from "./config.ts";
import { INTERVAL, type Place, PORT, Section } from "./fields.ts";
import { type IniSection, parseIni } from "./ini.ts";
import { readPlots } from "./plot.ts";

/**
 * Reads the original's `monitor.ini`. Keys the original did not know are passed over with a warning, as it did.
 *
 * @param text The text of the file.
 * @param file Its name, for errors.
 * @returns What it says.
 * @throws {ConfigError} With file, line, key and what was expected.
 */
export function readIni(text: string, file: string): Said {
  const ini = parseIni(text, file);
  const place: Place = (path) => `${file} line ${lineIn(ini, path)}`;
  const warnings: string[] = [];
  const finish = (section: Section) => void warnings.push(...section.leftOver());
  // Every section at the root is a client, and none a key.
  const root = new Section(valuesOf(ini), place);
  const name = root.text("name");
  const port = root.numberIn("port", PORT);
  const httpPort = root.numberIn("http_port", PORT);
  const dbHost = root.text("db_host");
  const interval = root.numberIn("db_status_interval", INTERVAL);
  finish(root);
  const clients = [...ini.sections].map(([client, section]) =>
    readClient(client, new Section(contentOf(section), place, [client]), finish)
  );
  const settings = {
    ...name === undefined ? {} : { name },
    ...port === undefined ? {} : { port },
    ...httpPort === undefined ? {} : { httpPort },
    ...dbHost ? { db: databaseOn(dbHost) } : {},
    ...interval === undefined ? {} : { interval },
  };
  return { settings, clients, warnings };
}

function readClient(name: string, section: Section, finish: (section: Section) => void): ClientConfig {
  const port = section.numberIn("port", PORT) ?? 0;
  const host = section.text("host") ?? "localhost";
  const client = {
    name,
    address: port === 0 ? undefined : `${host}:${port}`,
    title: section.text("description") ?? name,
    enabled: section.flag("enabled") ?? true,
    template: section.text("template") ?? "default.html",
    plots: readPlots(section.section("plots"), finish),
  };
  finish(section);
  return client;
}

function valuesOf({ values }: IniSection): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
}

/** A section's values, and the sections in it. */
function contentOf(section: IniSection): Record<string, unknown> {
  const inner = [...section.sections].map(([key, one]) => [key, contentOf(one)]);
  return { ...valuesOf(section), ...Object.fromEntries(inner) };
}

function lineIn(root: IniSection, path: readonly string[]): number {
  const key = path.at(-1)!;
  const section = path.slice(0, -1).reduce((outer, name) => outer.sections.get(name)!, root);
  return (section.values.get(key) ?? section.sections.get(key) ?? section).line;
}
