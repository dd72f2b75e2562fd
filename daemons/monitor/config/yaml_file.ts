/** `monitor.yaml`: MONITOR's own configuration file, every key of it checked. @module */
import { lineOf, parseYaml } from "../../../lib/device/source.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { ADDRESS, CLIENT_NAME, type ClientConfig, plainClient, type Said, type Settings } from "./config.ts";
import { Fields, INTERVAL, PORT, type Section, show } from "./fields.ts";
import { readPlots } from "./plot.ts";

const finish = (fields: Fields) => fields.done();

/**
 * Reads a `monitor.yaml`.
 *
 * @param text The text of the file.
 * @param file Its name, for errors.
 * @returns What it says.
 * @throws {ConfigError} With file, line, key, what was expected and the nearest known key.
 */
export function readYaml(text: string, file: string): Said {
  const document = parseYaml(text, file) ?? {};
  if (!isMap(document)) {
    throw new ConfigError(`${file} line 1: expected keys and values, got ${show(document)}`);
  }
  const fields = new Fields(sectionOf(document, text, file, []));
  const settings: { -readonly [K in keyof Settings]?: Settings[K] | undefined } = {
    name: fields.text("name"),
    host: fields.text("host"),
    port: fields.number("port", PORT),
    httpPort: fields.number("http_port", PORT),
    db: fields.text("db"),
    data: fields.text("data"),
    interval: fields.number("interval", INTERVAL),
    authFile: fields.text("auth_file"),
    trustNetwork: fields.flag("trust_network"),
    token: fields.text("token"),
  };
  const clients = readClients(fields.section("clients"));
  finish(fields);
  const said = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { settings: Object.fromEntries(said), clients, warnings: [] };
}

function readClients(section: Section | undefined): ClientConfig[] {
  if (!section) return [];
  const fields = new Fields(section);
  return section.keys.map((name) => {
    if (!CLIENT_NAME.test(name)) fields.fail(name, "a name of letters, digits, - and _", name);
    const inner = section.section(name);
    if (inner) return readClient(name, new Fields(inner));
    return plainClient(name, addressIn(fields, name));
  });
}

function readClient(name: string, fields: Fields): ClientConfig {
  const client = {
    name,
    address: addressIn(fields, "address"),
    title: fields.text("title") ?? name,
    enabled: fields.flag("enabled") ?? true,
    template: fields.text("template") ?? "default.html",
    plots: readPlots(fields.section("plots"), finish),
  };
  finish(fields);
  return client;
}

function addressIn(fields: Fields, key: string): string | undefined {
  const address = fields.text(key);
  if (address === undefined || ADDRESS.test(address)) return address;
  return fields.fail(key, "host:port or protocol://…", address);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sectionOf(
  map: Record<string, unknown>,
  text: string,
  file: string,
  path: readonly string[],
): Section {
  const value = (key: string) => Object.hasOwn(map, key) ? map[key] : undefined;
  return {
    path: path.join("."),
    keys: Object.keys(map),
    value,
    section(key) {
      const inner = value(key);
      return isMap(inner) ? sectionOf(inner, text, file, [...path, key]) : undefined;
    },
    place: (key) => `${file} line ${lineOf(text, [...path, key])}`,
  };
}
