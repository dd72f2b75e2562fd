/** MONITOR's page. @module */
import { ConnectionError } from "../../../lib/errors.ts";
import { type Clock, systemClock } from "../../../lib/time/mod.ts";
import type { Access } from "../access/mod.ts";
import type { LabImages } from "../images/lab_images.ts";
import type { Lab } from "../lab.ts";
import type { Layouts } from "../layout/layout.ts";
import { createApp } from "./app.tsx";

/** Options of {@linkcode startWeb}. */
export interface WebOptions {
  /** Host to listen on (default `"127.0.0.1"`). */
  host?: string;
  /** Port; 0 for any free one (default 8888). */
  port?: number;
  /** Who may do what (default: everybody who reaches it may do all). */
  access?: Access | undefined;
  /** The images, where there are any. */
  images?: LabImages | undefined;
  /** How devices are shown. */
  layouts?: Layouts | undefined;
  /** Folder of saved settings; none are kept without it. */
  settings?: string | undefined;
  /** Whether GET `/monitor/command` commands, as in the original (default false). */
  oldWebCommands?: boolean;
  /** Clock. */
  clock?: Clock;
}

/** A page that is being served. */
export interface Web extends AsyncDisposable {
  /** Its address: `http://127.0.0.1:8888/`. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
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
export function startWeb(lab: Lab, options: WebOptions = {}): Web {
  const { host = "127.0.0.1", port = 8888, access, images, layouts, settings, clock = systemClock } = options;
  const { oldWebCommands = false } = options;
  const controller = new AbortController();
  const app = createApp(lab, clock, access, images, { layouts, settings, oldWebCommands });
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname: host, port, signal: controller.signal, onListen() {} }, app.fetch);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ConnectionError(`Cannot serve the page: port ${port} on ${host} is already in use`, {
      cause: error,
    });
  }
  const close = async () => {
    controller.abort();
    await server.finished;
  };
  return {
    url: `http://${host}:${server.addr.port}/`,
    port: server.addr.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
