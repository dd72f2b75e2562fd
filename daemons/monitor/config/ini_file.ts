/** The original's `monitor.ini`: its keys, their types and their defaults. @module */
import { type ClientConfig, databaseOn, type Said } from "./config.ts";
import { Fields, INTERVAL, PORT, type Section } from "./fields.ts";
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
  const root = parseIni(text, file);
  const warnings: string[] = [];
  const finish = (fields: Fields) => void warnings.push(...fields.leftOver());
  const fields = new Fields(valuesOf(root, file, ""));
  const name = fields.text("name");
  const port = fields.number("port", PORT);
  const httpPort = fields.number("http_port", PORT);
  const dbHost = fields.text("db_host");
  const interval = fields.number("db_status_interval", INTERVAL);
  finish(fields);
  const clients = [...root.sections].map(([client, section]) =>
    readClient(client, sectionOf(section, file, client), finish)
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

function readClient(name: string, section: Section, finish: (fields: Fields) => void): ClientConfig {
  const fields = new Fields(section);
  const port = fields.number("port", PORT) ?? 0;
  const host = fields.text("host") ?? "localhost";
  const client = {
    name,
    address: port === 0 ? undefined : `${host}:${port}`,
    title: fields.text("description") ?? name,
    enabled: fields.flag("enabled") ?? true,
    template: fields.text("template") ?? "default.html",
    plots: readPlots(fields.section("plots"), finish),
  };
  finish(fields);
  return client;
}

/** A section with the sections in it as keys. */
function sectionOf(section: IniSection, file: string, path: string): Section {
  const values = valuesOf(section, file, path);
  return {
    ...values,
    keys: [...values.keys, ...section.sections.keys()],
    section(key) {
      const inner = section.sections.get(key);
      return inner && sectionOf(inner, file, path === "" ? key : `${path}.${key}`);
    },
    place: (key) => `${file} line ${(section.values.get(key) ?? section.sections.get(key) ?? section).line}`,
  };
}

/** Only the values of a section: at the root, every section is a client and none a key. */
function valuesOf(section: IniSection, file: string, path: string): Section {
  return {
    path,
    keys: [...section.values.keys()],
    value: (key) => section.values.get(key)?.value,
    section: () => undefined,
    place: (key) => `${file} line ${(section.values.get(key) ?? section).line}`,
  };
}
