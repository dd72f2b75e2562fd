/** MONITOR put together: lab, links, port, console; everything it stands on can be given. @module */
import { type LineServer, serveLine } from "../../lib/line/server.ts";
import type { Link, LinkOptions, LogLine } from "../../lib/link/link.ts";
import { formatAddress, type Transport } from "../../lib/net/mod.ts";
import { type Clock, systemClock } from "../../lib/time/mod.ts";
import { openDesk } from "./alarm/desk.ts";
import { runTyped, type Workplace } from "./commands.ts";
import type { Config } from "./config/mod.ts";
import { obey } from "./console.ts";
import { followLink, linkFeed } from "./feed.ts";
import { LabImages } from "./images/lab_images.ts";
import { Incoming } from "./incoming.ts";
import { Keywords } from "./keywords.ts";
import { LabValues } from "./lab_values.ts";
import type { Lab } from "./lab.ts";
import { LiveLab, MONITOR_NAME } from "./live_lab.ts";
import type { Recorder } from "./recorder.ts";
import { monitorService } from "./service.ts";
import { LabStatus } from "./status.ts";

/** Options of {@linkcode startMonitor}. */
export interface MonitorOptions {
  /** What it is told. */
  config: Config;
  /** Where it keeps what it sees. */
  recorder: Recorder;
  /** Opens the link to a client. */
  openLink: (address: string, options: LinkOptions) => Link | Promise<Link>;
  /** Called when somebody wants it to end. */
  exit: () => void;
  /** Whether to listen (default true). */
  listen?: boolean;
  /** Whether commands are taken from the page, which does not know who sits before it (default true). */
  pageMayCommand?: boolean;
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
  /** Carries out a line typed at the console and gives what is shown. */
  obey(line: string): Promise<string>;
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
  const { config, recorder, exit, listen = true, pageMayCommand = true, transport, clock = systemClock } =
    options;
  await using parts = new AsyncDisposableStack();
  const links = new Set<Link>();
  const lab = parts.use(new LiveLab({ ...config, recorder, clock }));
  const incoming = parts.use(new Incoming(lab));
  const values = parts.use(new LabValues(lab));
  let server: LineServer | undefined;
  const connected = () => [...links].filter(({ state }) => state.status === "connected");
  const status = parts.use(
    new LabStatus(lab, { outgoing: () => connected().length, incoming: () => incoming.count }),
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
    broadcast(line) {
      incoming.broadcast(line);
      for (const link of connected()) {
        link.command({ kind: "line", line }).catch((error: Error) =>
          lab.say("warning", `${link.address} did not take a broadcast: ${error.message}`)
        );
      }
      return connected().length + incoming.count;
    },
  };
  parts.use(
    await openDesk({
      lab,
      config,
      file: listen ? options.alarmFile : undefined,
      monitor: () => server?.address,
    }),
  );
  if (pageMayCommand) lab.run = (line, source) => runTyped(line, { source, place: "page" }, work);

  let katcpAddress: string | undefined;
  if (listen) {
    const service = monitorService({ status, values, incoming, work });
    server = parts.use(
      await serveLine(service, {
        address: `${config.host}:${config.port}`,
        clock,
        token: config.token,
        trustNetwork: config.trustNetwork,
        log: (type, message) => lab.say(type, message),
        ...transport ? { transport } : {},
      }),
    );
    if (config.katcpPort !== undefined) {
      const { serveKatcp } = await import("../../lib/daemon/katcp.ts");
      const katcp = await serveKatcp(service, {
        address: formatAddress(config.host, config.katcpPort),
        commands: config.katcpCommands ? "everybody" : "nobody",
        clock,
        log: (type, message) => lab.say(type, message),
        ...transport ? { transport } : {},
      });
      katcpAddress = parts.use(katcp).address;
    }
  }
  let isClosing = false;
  const following = [...lab.clients.values()].filter(({ enabled, address }) => enabled && address !== "")
    .map(async (client) => {
      try {
        const link = await options.openLink(client.address, { name: MONITOR_NAME, clock });
        if (isClosing) return await link.close();
        links.add(link);
        await Promise.all([
          followLink(link, lab.attach(client, linkFeed(link))),
          images.follow(client.name, link),
        ]);
      } catch (error) {
        lab.say("error", `${client.name} (${client.address}) cannot be watched: ${(error as Error).message}`);
      }
    });
  parts.defer(async () => {
    isClosing = true;
    lab[Symbol.dispose](); // first of all: that links end now is no news
    await Promise.all([...links].map((link) => link.close()));
    await Promise.all(following);
  });
  const connections = () => [
    ...connected().map(({ address, state }) => ({ address, name: state.peerName ?? "" })),
    ...server?.peers ?? [],
  ];
  const all = parts.move();
  return {
    lab,
    images,
    address: server?.address,
    katcpAddress,
    say: (type, message) => lab.say(type, message),
    async obey(line) {
      const shown: string[] = [];
      await obey(line, { status, work, connections, write: (text) => void shown.push(text) });
      return shown.join("\n");
    },
    close: () => all.disposeAsync(),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
