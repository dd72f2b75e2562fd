/** MONITOR's command line: the original's options with their old meaning, and ours. @module */
import { type CommandLine, type Parsed, UsageError } from "../../../lib/cli/mod.ts";
import {
  ADDRESS,
  CLIENT_NAME,
  type ClientConfig,
  databaseOn,
  DEFAULTS,
  plainClient,
  type Settings,
} from "./config.ts";

/** What may be said on MONITOR's command line. */
export const MONITOR = {
  program: "deno task monitor",
  description: "Watches every daemon of the lab, stores what they say and shows it on a web page. " +
    "It reads monitor.yaml, or the original's monitor.ini, in the folder it is started in; " +
    "what is said here goes before the file.",
  operands: {
    placeholder: "name=host:port",
    description:
      "Daemons to watch; katcp://, panda:// and fitspipe:// in front of the address for other protocols",
  },
  options: {
    "port": {
      type: "integer",
      short: "p",
      min: 0,
      max: 65535,
      description: `Port of the line protocol, 0 for any free one (default ${DEFAULTS.port})`,
    },
    "http-port": {
      type: "integer",
      short: "H",
      placeholder: "PORT",
      min: 0,
      max: 65535,
      description: `Port of the page, 0 for any free one (default ${DEFAULTS.httpPort})`,
    },
    "katcp-port": {
      type: "integer",
      placeholder: "PORT",
      min: 0,
      max: 65535,
      description: "Show every value of the lab as a KATCP sensor on this port, 0 for any free one",
    },
    "katcp-commands": {
      type: "switch",
      description:
        "Take commands over KATCP as well, from this machine, with --trust-network from everywhere: KATCP has no login",
    },
    "host": {
      type: "text",
      placeholder: "ADDRESS",
      description: `Address to listen on (default ${DEFAULTS.host})`,
    },
    "db-host": {
      type: "text",
      short: "d",
      placeholder: "HOST",
      description: "Store in the PostgreSQL database ccdlab on this host",
    },
    "db": {
      type: "text",
      placeholder: "URL",
      description: "Store in this PostgreSQL database; without one in an embedded store",
    },
    "data": {
      type: "text",
      placeholder: "FOLDER",
      description: `Folder of the embedded store (default ${DEFAULTS.data})`,
    },
    "images": {
      type: "text",
      placeholder: "FOLDER",
      description: "Folder with FITS images to show, and those in it; several in the file",
    },
    "layouts": {
      type: "text",
      placeholder: "FOLDER",
      description: "Folder with layouts of devices (NAME.yaml), beside those that come with Dewar",
    },
    "interval": {
      type: "number",
      short: "i",
      placeholder: "SECONDS",
      min: 0,
      max: 3600,
      description: `Store every value at least this often (default ${DEFAULTS.interval})`,
    },
    "auth-file": {
      type: "text",
      short: "a",
      placeholder: "FILE",
      description: "Who may sign in at the page: a file of passwords, made by htpasswd -B -c FILE NAME",
    },
    "config": { type: "text", placeholder: "FILE", description: "Configuration to read, .yaml or .ini" },
    "lab": {
      type: "text",
      placeholder: "FILE",
      description: "The lab's list of instances; all of them are watched",
    },
    "tls-cert": {
      type: "text",
      placeholder: "FILE",
      description: "Certificate (PEM) to speak TLS with at both ports; it is read anew when it is renewed",
    },
    "tls-key": { type: "text", placeholder: "FILE", description: "Private key (PEM) of the certificate" },
    "token": {
      type: "text",
      description: "Programs on other machines that show it may command; better are tokens of monitor.yaml",
    },
    "new-token": {
      type: "text",
      placeholder: "NAME",
      description: "Only make a token for a program: it is shown once, with the lines for monitor.yaml",
    },
    "trust-network": { type: "switch", description: "Every peer may command, as in the original" },
    "behind-https": {
      type: "switch",
      description:
        "A proxy with HTTPS stands before the page: cookies are for HTTPS only, addresses as it says",
    },
    "old-web-commands": {
      type: "switch",
      description:
        "Take commands by GET /monitor/command as well, as the original did: any link may then command; " +
        "POST is always taken",
    },
    "check": {
      type: "switch",
      description: "Only read the configuration and say what it comes to, or what is wrong with it and where",
    },
    "convert": {
      type: "switch",
      description: "Only write the configuration to stdout as a monitor.yaml: the way from a monitor.ini",
    },
    "console": {
      type: "switch",
      description: "Watch from this terminal only: no ports, no page, nothing stored",
    },
    "name": { type: "text", short: "n", description: `Title for people (default ${DEFAULTS.name})` },
    "server": {
      type: "switch",
      short: "s",
      description: "Listen and store, which is what happens anyway: for old start scripts",
    },
    "debug": { type: "switch", short: "D", description: "Tell every detail" },
  },
  examples: [
    ["cryocon=localhost:7024", "watches one daemon; the page is at http://127.0.0.1:8888/"],
    [
      "-p 7100 -H 8888 archon=localhost:7001 gauge=192.168.1.11:7023",
      "watches two, ports as in the original",
    ],
    [
      "--config lab/monitor.yaml --db postgres://lab@db/ccdlab",
      "watches what the file names, stores in PostgreSQL",
    ],
    ["--config lab/monitor.ini --convert > monitor.yaml", "takes the original's configuration over"],
    ["--config monitor.yaml --check", "checks it, before a reload (SIGHUP, or the command reload)"],
    ["--katcp-port 7147 cryocon=localhost:7024", "shows the lab to KATCP clients: katcp://localhost:7147"],
    ["--host 0.0.0.0 --auth-file people", "listens to other machines; who has a password may sign in"],
    ["--host 0.0.0.0 -a people --tls-cert lab.crt --tls-key lab.key", "listens to other machines, encrypted"],
    ["--new-token nightscript", "makes a token, with which a program on another machine may command"],
  ],
} as const satisfies CommandLine;

/** What the command line says of MONITOR itself. */
export function settingsOf({ options }: Parsed<typeof MONITOR>): Partial<Settings> {
  const settings = {
    name: options.name,
    host: options.host,
    port: options.port,
    httpPort: options["http-port"],
    katcpPort: options["katcp-port"],
    katcpCommands: options["katcp-commands"] ? true : undefined,
    db: options.db ?? (options["db-host"] === undefined ? undefined : databaseOn(options["db-host"])),
    data: options.data,
    images: options.images === undefined ? undefined : [options.images],
    layouts: options.layouts,
    interval: options.interval,
    authFile: options["auth-file"],
    trustNetwork: options["trust-network"] ? true : undefined,
    tls: tlsOf(options["tls-cert"], options["tls-key"]),
    token: options.token,
    behindHttps: options["behind-https"] ? true : undefined,
    oldWebCommands: options["old-web-commands"] ? true : undefined,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function tlsOf(cert: string | undefined, key: string | undefined): Settings["tls"] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new UsageError("Expected --tls-cert and --tls-key together, got only one of them");
}

/**
 * Reads `name=address`, or an address alone, which is then named after itself.
 *
 * @param source The word on the command line.
 * @returns The client.
 * @throws {UsageError} That shows the word and what was expected.
 */
export function readSource(source: string): ClientConfig {
  const [, given, address = ""] = /^(?:([^=:/]*)=)?(.*)$/s.exec(source)!;
  if (!ADDRESS.test(address)) {
    throw new UsageError(`Expected name=host:port or name=protocol://…, got ${JSON.stringify(source)}`);
  }
  const name = given ?? address.replaceAll(/[^A-Za-z0-9_-]+/g, "-");
  if (!CLIENT_NAME.test(name)) {
    throw new UsageError(
      `Expected a name of letters, digits, - and _ before the =, got ${JSON.stringify(source)}`,
    );
  }
  return plainClient(name, address);
}
