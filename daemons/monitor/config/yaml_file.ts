/** `monitor.yaml`: MONITOR's own configuration file, every key of it checked. @module */
import { isRecord } from "../../../lib/device/fields.ts";
import { lineOf, parseYaml } from "../../../lib/device/source.ts";
import { ConfigError } from "../../../lib/errors.ts";
import { readTokens, readUsers, ROLES } from "../access/mod.ts";
import { readDeadman } from "../alarm/deadman.ts";
import { readMail } from "../alarm/mail.ts";
import { readRules } from "../alarm/rule.ts";
import { ADDRESS, CLIENT_NAME, type ClientConfig, plainClient, type Said, type Settings } from "./config.ts";
import type { TlsFiles } from "../shown_certificate.ts";
import { brief, INTERVAL, PORT, Section } from "./fields.ts";
import { readPlots } from "./plot.ts";
import { readRetention } from "./retention.ts";

const finish = (section: Section) => section.done();

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
  if (!isRecord(document)) {
    throw new ConfigError(`${file} line 1: expected keys and values, got ${brief(document)}`);
  }
  const root = new Section(document, (path) => `${file} line ${lineOf(text, path)}`);
  const settings: { -readonly [K in keyof Settings]?: Settings[K] | undefined } = {
    name: root.text("name"),
    host: root.text("host"),
    port: root.numberIn("port", PORT),
    httpPort: root.numberIn("http_port", PORT),
    katcpPort: root.numberIn("katcp_port", PORT),
    katcpCommands: root.flag("katcp_commands"),
    db: root.text("db"),
    data: root.text("data"),
    images: root.list("images"),
    layouts: root.text("layouts"),
    interval: root.numberIn("interval", INTERVAL),
    authFile: root.text("auth_file"),
    users: inSection(root, "users", readUsers),
    tokens: inSection(root, "tokens", readTokens),
    anonymous: root.choice("anonymous", ROLES),
    trustNetwork: root.flag("trust_network"),
    tls: inSection(root, "tls", readTls),
    token: root.text("token"),
    behindHttps: root.flag("behind_https"),
    webOrigin: originIn(root, "web_origin"),
    openMetrics: root.flag("open_metrics"),
    oldWebCommands: root.flag("old_web_commands"),
    alarms: inSection(root, "alarms", readRules),
    retention: inSection(root, "keep", readRetention),
    mail: inSection(root, "mail", readMail),
    deadman: inSection(root, "deadman", readDeadman),
  };
  const clients = readClients(root.section("clients"));
  finish(root);
  const said = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { settings: Object.fromEntries(said), clients, warnings: [] };
}

function readTls(section: Section): TlsFiles {
  const [cert, key] = [section.text("cert"), section.text("key")];
  if (cert === undefined) return section.expected("cert", "a file with a certificate");
  if (key === undefined) return section.expected("key", "the file with the certificate's private key");
  finish(section);
  return { cert, key };
}

function inSection<T>(root: Section, key: string, read: (section: Section) => T): T | undefined {
  const section = root.section(key);
  return section && read(section);
}

function readClients(clients: Section | undefined): ClientConfig[] {
  if (!clients) return [];
  return clients.keys.map((name) => {
    if (!CLIENT_NAME.test(name)) {
      clients.fail(name, `expected a name of letters, digits, - and _, got ${JSON.stringify(name)}`);
    }
    if (!isRecord(clients.get(name))) return plainClient(name, addressIn(clients, name));
    return readClient(name, clients.section(name)!);
  });
}

function readClient(name: string, section: Section): ClientConfig {
  const client = {
    name,
    address: addressIn(section, "address"),
    title: section.text("title") ?? name,
    enabled: section.flag("enabled") ?? true,
    template: section.text("template") ?? "default.html",
    plots: readPlots(section.section("plots"), finish),
  };
  finish(section);
  return client;
}

function originIn(section: Section, key: string): string | undefined {
  const words = section.text(key);
  const url = words === undefined ? undefined : URL.parse(words);
  if (url === undefined) return undefined;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url.origin : section.fail(
    key,
    `expected an address without a path, https://lab.example, got ${JSON.stringify(words)}`,
  );
}

function addressIn(section: Section, key: string): string | undefined {
  const address = section.text(key);
  if (address === undefined || ADDRESS.test(address)) return address;
  return section.fail(key, `expected host:port or protocol://…, got ${JSON.stringify(address)}`);
}
