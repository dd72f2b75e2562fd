/** MONITOR's page. @module */
import { type Certificate, formatAddress } from "../../../lib/net/mod.ts";
import { type Clock, systemClock } from "../../../lib/time/mod.ts";
import type { LabImages } from "../images/lab_images.ts";
import type { Lab } from "../lab.ts";
import type { Layouts } from "../layout/layout.ts";
import { createApp } from "./app.tsx";
import type { Doors } from "./doorman.ts";
import { LogSockets } from "./log_socket.ts";
import { type HttpLimits, serveHttp } from "./http_server.ts";

export type { Doors } from "./doorman.ts";
export { openDoors } from "./doors.ts";

/** Options of {@linkcode startWeb}. */
export interface WebOptions {
  /** Host to listen on (default `"127.0.0.1"`). */
  host?: string;
  /** Port; 0 for any free one (default 8888). */
  port?: number;
  /** Who may do what (default: everybody who reaches it may do all). */
  doors?: Doors | undefined;
  /** The images, where there are any. */
  images?: LabImages | undefined;
  /** How devices are shown. */
  layouts?: Layouts | undefined;
  /** Folder of saved settings; none are kept without it. */
  settings?: string | undefined;
  /** Whether GET `/monitor/command` commands, as in the original (default false). */
  oldWebCommands?: boolean;
  /** What it shows to browsers: HTTPS alone is spoken then. */
  certificate?: Certificate | undefined;
  /** What may be asked of it. */
  limits?: HttpLimits;
  /** Clock. */
  clock?: Clock;
}

/** A page that is being served. */
export interface Web extends AsyncDisposable {
  /** Its address: `http://127.0.0.1:8888/`, `https://…` with a certificate. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** Shows another certificate from now on; what is connected stays so. */
  renew(certificate: Certificate): void;
  /** Stops serving; open live streams are ended. */
  close(): Promise<void>;
}

/**
 * Serves a lab's page.
 *
 * @param lab The lab.
 * @param options Where.
 * @returns The running page.
 * @throws {ConnectionError} If the port is in use.
 */
export async function startWeb(lab: Lab, options: WebOptions = {}): Promise<Web> {
  const { host = "127.0.0.1", port = 8888, doors, images, layouts, settings, clock = systemClock } = options;
  const { oldWebCommands = false, certificate, limits } = options;
  const app = createApp(lab, clock, doors, images, { layouts, settings, oldWebCommands });
  const sockets = new LogSockets(lab, clock, app.fetch);
  const server = await serveHttp(app.fetch, {
    host,
    port,
    certificate,
    clock,
    report: (message) => lab.say("warning", message),
    upgrade: (request, socket, head) => void sockets.upgrade(request, socket, head),
    ...limits && { limits },
  }).catch((error) => {
    sockets[Symbol.dispose]();
    throw error;
  });
  const watching = doors?.watch(() => sockets.review());
  const close = async () => {
    watching?.[Symbol.dispose]();
    sockets[Symbol.dispose]();
    await server.close();
  };
  const address = formatAddress(host, server.port);
  return {
    url: `${certificate ? "https" : "http"}://${address}/`,
    port: server.port,
    renew: (certificate) => server.renew(certificate),
    close,
    [Symbol.asyncDispose]: close,
  };
}
