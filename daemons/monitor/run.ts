/** MONITOR put together: lab, links, port, console; everything it stands on can be given. @module */
import { type LineServer, serveLine } from "../../lib/line/server.ts";
import { CommandError } from "../../lib/errors.ts";
import type { LogLine } from "../../lib/link/link.ts";
import { formatAddress, listenTls, tls, type Transport } from "../../lib/net/mod.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { Access, may, type Passwords } from "./access/mod.ts";
import { openDesk } from "./alarm/desk.ts";
import type { Workplace } from "./command.ts";
import { runTyped } from "./run_command.ts";
import { completions } from "./completions.ts";
import type { Config } from "./config/mod.ts";
import { obey } from "./console.ts";
import { LabImages } from "./images/lab_images.ts";
import { Incoming } from "./incoming.ts";
import { Keywords } from "./keywords.ts";
import { LabValues } from "./lab_values.ts";
import type { Lab } from "./lab.ts";
import { Links, type OpenLink } from "./links.ts";
import { LiveLab } from "./live_lab.ts";
import type { Recorder } from "./recorder.ts";
import { reload } from "./reload.ts";
import { claimOf, monitorService } from "./service.ts";
import type { ShownCertificate } from "./shown_certificate.ts";
import { LabStatus } from "./status.ts";

/** Options of {@linkcode startMonitor}. */
export interface MonitorOptions {
  /** What it is told. */
  config: Config;
  /** Where it keeps what it sees. */
  recorder: Recorder;
  /** Opens the link to a client. */
  openLink: OpenLink;
  /** Called when somebody wants it to end. */
  exit: () => void;
  /** Reads the configuration anew and takes it over; says what was done (default: there is none). */
  reload?: () => Promise<string>;
  /** Whether to listen (default true). */
  listen?: boolean;
  /** What the port of the line protocol shows: TLS alone is spoken there then. */
  certificate?: ShownCertificate | undefined;
  /** Who may do what (default: as the configuration says, without passwords). */
  access?: Access;
  /** Where it is kept how alarms stand (default: it is forgotten). */
  alarmFile?: string;
  /** How to listen (default: by address). */
  transport?: Transport;
  /** The clock (default: the system's). */
  clock?: Clock;
}

/** A running MONITOR. */
export interface Monitor extends AsyncDisposable {
  /** The lab. */
  readonly lab: Lab;
  /** Its images. */
  readonly images: LabImages;
  /** Where it listens: `"127.0.0.1:7100"`; undefined where it does not. */
  readonly address: string | undefined;
  /** Where it listens for KATCP clients; undefined where it does not. */
  readonly katcpAddress: string | undefined;
  /** Writes a line to the log. */
  say(type: LogLine["type"], message: string): void;
  /**
   * Takes another configuration over; only what differs is touched.
   *
   * @param config The configuration.
   * @param passwords The passwords that it names.
   * @returns What was done, for people.
   * @throws {ConfigError} If an alarm rule looks at a client that is not there.
   */
  reload(config: Config, passwords?: Passwords): Promise<string[]>;
  /** Carries out a line typed at the console and gives what is shown. */
  obey(line: string): Promise<string>;
  /** What a line typed at the console may go on with. */
  complete(line: string): string[];
  /** Ends it. */
  close(): Promise<void>;
}

/**
 * Starts MONITOR.
 *
 * @param options What it stands on.
 * @returns It, listening.
 * @throws {ConnectionError} If its port is in use.
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { config, recorder, exit, listen = true, transport, clock = systemClock } = options;
  const access = options.access ?? new Access(config);
  await using parts = new AsyncDisposableStack();
  const lab = parts.use(new LiveLab({ ...config, recorder, clock }));
  const incoming = parts.use(
    new Incoming(lab, (peer, client) => may(access.peer(claimOf(peer)), "command", client)),
  );
  const values = parts.use(new LabValues(lab));
  let server: LineServer | undefined;
  const links = new Links(lab, options.openLink, (client, link) => images.follow(client.name, link));
  const status = parts.use(
    new LabStatus(lab, { outgoing: () => links.connected.length, incoming: () => incoming.count }),
  );
  parts.use(new Keywords(lab, incoming));
  const images = parts.use(
    new LabImages({
      folders: config.images,
      store: recorder.images,
      clock,
      report: (type, message) => lab.say(type, message),
      onImage: () => lab.tellOfImage(),
    }),
  );
  const work: Workplace = {
    lab,
    finish: () => values.finish(),
    exit,
    reload: options.reload ??
      (() => Promise.reject(new CommandError("invalid", "There is no configuration to reload"))),
    broadcast(line) {
      incoming.broadcast(line);
      for (const link of links.connected) {
        link.command({ kind: "line", line }).catch((error: Error) =>
          lab.say("warning", `${link.address} did not take a broadcast: ${error.message}`)
        );
      }
      return links.connected.length + incoming.count;
    },
  };
  const openAlarms = (config: Config) =>
    openDesk({ lab, config, file: listen ? options.alarmFile : undefined, monitor: () => server?.address });
  let desk = await openAlarms(config);
  parts.defer(() => desk[Symbol.asyncDispose]());
  const setAlarms = async (config: Config) => {
    await desk[Symbol.asyncDispose]();
    desk = await openAlarms(config);
  };
  if (options.certificate) showDates(lab, options.certificate, parts);
  lab.run = (line, asker) => runTyped(line, asker, work);

  let katcpAddress: string | undefined;
  if (listen) {
    const served = { status, values, incoming, work, access };
    server = parts.use(
      await serveLine(monitorService({ ...served, via: "tcp" }), {
        address: `${config.host}:${config.port}`,
        clock,
        token: (shown) => access.byToken(shown) !== undefined,
        trustNetwork: config.trustNetwork,
        log: (type, message) => lab.say(type, message),
        ...options.certificate
          ? { transport: securedBy(options.certificate, lab) }
          : transport
          ? { transport }
          : {},
      }),
    );
    parts.use(access.watch(() => server?.review()));
    if (config.katcpPort !== undefined) {
      const { serveKatcp } = await import("../../lib/daemon/katcp.ts");
      const katcp = await serveKatcp(monitorService({ ...served, via: "katcp" }), {
        address: formatAddress(config.host, config.katcpPort),
        commands: !config.katcpCommands ? "nobody" : config.trustNetwork ? "everybody" : "local",
        clock,
        log: (type, message) => lab.say(type, message),
        ...transport ? { transport } : {},
      });
      katcpAddress = parts.use(katcp).address;
    }
  }
  for (const client of lab.clients.values()) links.follow(client);
  parts.defer(async () => {
    lab[Symbol.dispose](); // first of all: that links end now is no news
    await links[Symbol.asyncDispose]();
  });
  const connections = () => [
    ...links.connected.map(({ address, state }) => ({ address, name: state.peerName ?? "" })),
    ...server?.peers ?? [],
  ];
  const all = parts.move();
  let current = config;
  return {
    lab,
    images,
    address: server?.address,
    katcpAddress,
    say: (type, message) => lab.say(type, message),
    async reload(config, passwords) {
      const parts = { lab, links, setAlarms, setAccess: () => access.adopt(config, passwords) };
      const did = await reload(current, config, parts);
      current = config;
      return did;
    },
    async obey(line) {
      const shown: string[] = [];
      await obey(line, { status, work, connections, write: (text) => void shown.push(text) });
      return shown.join("\n");
    },
    complete: (line) => completions(line, "console", lab),
    close: () => all.disposeAsync(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Listens through TLS, with the certificate as it is renewed. */
function securedBy(certificate: ShownCertificate, lab: LiveLab): Transport {
  const { connect } = tls();
  const report = (message: string) => lab.say("warning", message);
  return {
    connect,
    async listen(address, accept) {
      const options = { certificate: certificate.current, clock: lab.clock, report };
      const listener = await listenTls(address, options, accept);
      certificate.onRenewed((renewed) => listener.renew(renewed));
      return listener;
    },
  };
}

/** Lets the page say when the certificate ends. */
function showDates(lab: LiveLab, certificate: ShownCertificate, parts: AsyncDisposableStack): void {
  const look = () => {
    lab.certificateProblem = certificate.problem;
  };
  look();
  const timer = lab.clock.every("1 min", look);
  parts.defer(() => timer.stop());
}
