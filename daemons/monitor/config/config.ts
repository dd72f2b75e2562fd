/** What MONITOR is told: by its file, by its command line, else these defaults. @module */
import type { AccessSettings, Role, TokenSettings, UserSettings } from "../access/mod.ts";
import type { DeadmanSettings } from "../alarm/deadman.ts";
import type { MailSettings } from "../alarm/mail.ts";
import type { Rule } from "../alarm/rule.ts";
import type { Plot } from "../lab.ts";
import type { TlsFiles } from "../shown_certificate.ts";
import type { Retention } from "../store/retention.ts";

/** One device to watch. */
export interface ClientConfig {
  /** Its name: `[A-Za-z0-9_-]+`. */
  readonly name: string;
  /** Where it is: `localhost:7024`, `katcp://…`; undefined for one that is only known when it calls. */
  readonly address: string | undefined;
  /** Its title for people. */
  readonly title: string;
  /** Whether it is watched. */
  readonly enabled: boolean;
  /** The original's layout name. */
  readonly template: string;
  /** Its plots. */
  readonly plots: readonly Plot[];
}

/** What is said once for all of MONITOR. */
export interface Settings extends AccessSettings {
  /** Its name for people; to its peers it is always `monitor`, which is where old daemons send their log. */
  readonly name: string;
  /** The address it listens on. */
  readonly host: string;
  /** TCP port of the line protocol; 0 takes any free one. */
  readonly port: number;
  /** Port of the page; 0 takes any free one. */
  readonly httpPort: number;
  /** Port on which the lab is shown over KATCP, 0 for any free one; undefined where it is not. */
  readonly katcpPort: number | undefined;
  /** Whether KATCP clients may command as well; KATCP has no login. */
  readonly katcpCommands: boolean;
  /** PostgreSQL by URL; undefined for the embedded store. */
  readonly db: string | undefined;
  /** Folder of the embedded store and of the spool. */
  readonly data: string;
  /** Folders with the images that are shown; no other file is read. */
  readonly images: readonly string[];
  /** Folder of the user's own layouts of devices. */
  readonly layouts: string | undefined;
  /** Every value is stored at least this often, seconds, even when it does not change. */
  readonly interval: number;
  /** A file of passwords for the page, as htpasswd writes it. */
  readonly authFile: string | undefined;
  /** What people with a password may do; undefined where nothing is said. */
  readonly users: readonly UserSettings[] | undefined;
  /** Programs that show a token, and what they may do. */
  readonly tokens: readonly TokenSettings[];
  /** What those may do who have not signed in; undefined for what is safe. */
  readonly anonymous: Role | undefined;
  /** Whether every peer may command, as in the original, and not only local ones and those with the token. */
  readonly trustNetwork: boolean;
  /** What is shown at both ports to be spoken to through TLS; in plain text without it. */
  readonly tls: TlsFiles | undefined;
  /** What a peer shows to be trusted. */
  readonly token: string | undefined;
  /** Whether a proxy that speaks HTTPS stands before the page: cookies are for HTTPS then, and addresses as it says. */
  readonly behindHttps: boolean;
  /** Where browsers find the page where that is not where MONITOR is asked: `https://lab.example`, a proxy. */
  readonly webOrigin: string | undefined;
  /** Whether /metrics may be read without signing in. */
  readonly openMetrics: boolean;
  /** Whether GET `/monitor/command` commands, as in the original, and not only POST. */
  readonly oldWebCommands: boolean;
  /** How long values are kept; without any for ever. */
  readonly retention: readonly Retention[];
  /** The alarm rules. */
  readonly alarms: readonly Rule[];
  /** How mails are sent; undefined where they are not. */
  readonly mail: MailSettings | undefined;
  /** Where MONITOR says that it lives. */
  readonly deadman: DeadmanSettings | undefined;
}

/** Everything MONITOR is told. */
export interface Config extends Settings {
  /** What it watches, in order. */
  readonly clients: readonly ClientConfig[];
}

/** What one source (a file, the command line) says; the rest it leaves to others. */
export interface Said {
  /** What it says of MONITOR itself. */
  readonly settings: Partial<Settings>;
  /** The clients it names. */
  readonly clients: readonly ClientConfig[];
  /** What was passed over, for the log. */
  readonly warnings: readonly string[];
}

/** What holds where nobody says otherwise. */
export const DEFAULTS: Settings = {
  name: "monitor",
  host: "127.0.0.1",
  port: 7100,
  httpPort: 8888,
  katcpPort: undefined,
  katcpCommands: false,
  db: undefined,
  data: "data/monitor",
  images: [],
  layouts: undefined,
  interval: 60,
  authFile: undefined,
  users: undefined,
  tokens: [],
  anonymous: undefined,
  trustNetwork: false,
  tls: undefined,
  token: undefined,
  behindHttps: false,
  webOrigin: undefined,
  openMetrics: false,
  oldWebCommands: false,
  retention: [],
  alarms: [],
  mail: undefined,
  deadman: undefined,
};

/** Form of a client's name. */
export const CLIENT_NAME: RegExp = /^[A-Za-z0-9_-]+$/;

/** Form of an address: `host:port`, `[::1]:port` or `protocol://…`. */
export const ADDRESS: RegExp = /^(?:[a-z]+:\/\/\S+|(?:[^\s:/=]+|\[[0-9A-Fa-f:.]+\]):\d{1,5})$/;

/** A client of which no more is said than its name and address. */
export function plainClient(name: string, address: string | undefined): ClientConfig {
  return { name, address, title: name, enabled: true, template: "default.html", plots: [] };
}

/** The URL of the original's database on a host (`host` or `host:port`). */
export function databaseOn(host: string): string {
  return `postgres://${host}/ccdlab`;
}
