/** The end that starts a script and asks. @module */
import { join } from "node:path";
import { ConnectionError } from "../errors.ts";
import type { Transport } from "../net/connection.ts";
import { type Duration, withDeadline } from "../time/mod.ts";
import { ScriptChannel } from "./channel.ts";
import { Door } from "./door.ts";
import { type ChannelOptions, type Endpoint, OK, READY, settingsOf, show } from "./endpoint.ts";
import { privateUnix } from "./private_socket.ts";

/** How long a server waits for what. */
export interface ScriptTimeouts {
  /** For a script to connect and say READY (default 30 s). */
  accept?: Duration | undefined;
  /** For the READY of one that has connected (default 5 s). */
  handshake?: Duration | undefined;
  /** For each of its answers (default 60 s). */
  reply?: Duration | undefined;
}

/** Options of {@linkcode serveScript}. */
export interface ServeScriptOptions extends ChannelOptions {
  /** Path of the socket, at most 107 bytes (default: a new one in a temporary folder that only we may enter). */
  path?: string | undefined;
  /** How long to wait. */
  timeouts?: ScriptTimeouts | undefined;
  /** Closes the server. */
  signal?: AbortSignal | undefined;
  /** How to listen (default: a Unix socket that only its owner can reach). */
  transport?: Transport | undefined;
}

/** Options of {@linkcode ScriptServer.accept}. */
export interface AcceptOptions {
  /** Resolves when the script's process has ended, such as `child.status`: nobody is waited for any longer then. */
  exited?: Promise<unknown> | undefined;
  /** Stops waiting. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens a socket for a script to connect to; one at a time is served.
 *
 * The other end may be {@linkcode connectScript} or the Python original. At the end of `await using` the socket
 * is closed and removed.
 *
 * @param options Path, timeouts, limit, signal.
 * @returns The server; give its `path` to the script, then {@linkcode ScriptServer.accept} it.
 * @throws {ConnectionError} If the path is in use, or is a file that is no socket.
 * @throws {ConfigError} If the path is not absolute or longer than 107 bytes.
 *
 * @example A script asked one thing
 * ```ts
 * import { connectScript, serveScript } from "@dewar/sdk/uds";
 * import { assertEquals } from "@std/assert";
 *
 * async function script(path: string) { // in truth a process of its own
 *   await using parent = await connectScript(path);
 *   for await (const message of parent) parent.reply(message.toUpperCase());
 * }
 *
 * await using server = await serveScript();
 * const running = script(server.path);
 * const channel = await server.accept();
 * assertEquals(await channel.request("cold", { timeout: "5 s" }), "COLD");
 * await channel.quit();
 * await running;
 * ```
 */
export async function serveScript(options: ServeScriptOptions = {}): Promise<ScriptServer> {
  const { transport = privateUnix, timeouts = {}, signal } = options;
  signal?.throwIfAborted();
  await using resources = new AsyncDisposableStack();
  let path = options.path;
  if (path === undefined) {
    const folder = await Deno.makeTempDir({ prefix: "dewar-" });
    resources.defer(() => Deno.remove(folder, { recursive: true }));
    path = join(folder, "script.sock");
  }
  const door = new Door(settingsOf(options));
  resources.use(await transport.listen(`unix:${path}`, (connection) => door.admit(connection)));
  resources.defer(() => door.close());
  const server = new ScriptServer(path, door, timeouts, resources.move());
  signal?.addEventListener("abort", () => server.close(), { once: true, signal: server.closing });
  return server;
}

/** A socket that waits for a script. */
export class ScriptServer implements AsyncDisposable {
  /** The socket's path: what the script has to be told. */
  readonly path: string;
  /** Aborted when it is closed. */
  readonly closing: AbortSignal;
  readonly #door: Door;
  readonly #timeouts: ScriptTimeouts;
  readonly #resources: AsyncDisposableStack;
  readonly #end: AbortController = new AbortController();
  #closed: Promise<void> | undefined;

  /** Made by {@linkcode serveScript}. */
  constructor(path: string, door: Door, timeouts: ScriptTimeouts, resources: AsyncDisposableStack) {
    this.path = path;
    this.closing = this.#end.signal;
    this.#door = door;
    this.#timeouts = timeouts;
    this.#resources = resources;
  }

  /**
   * Waits for a script and shakes hands with it. One that leaves before READY is not the one: the next is waited for.
   * When the script has left, call it again for another; while one is connected, others are turned away at once.
   *
   * @param options The script's process, signal.
   * @returns The channel to the script.
   * @throws {TimeoutError} If none comes in time, or one comes and does not say READY in time.
   * @throws {ConnectionError} If the script's process ends before READY, or the server is closed.
   */
  async accept(options: AcceptOptions = {}): Promise<ScriptChannel> {
    const { clock } = this.#door.settings;
    const { accept = "30 s", reply = "60 s" } = this.#timeouts;
    const exit = new AbortController();
    const exited = () =>
      exit.abort(new ConnectionError(`The script for ${this.path} ended before it said ${READY}`));
    options.exited?.then(exited, exited);
    const script = await withDeadline((ended) => this.#meet(ended), {
      clock,
      timeout: accept,
      signal: AbortSignal.any([this.closing, exit.signal, ...(options.signal ? [options.signal] : [])]),
      what: `script on ${this.path}`,
    });
    return new ScriptChannel(script, this.#door.settings, reply);
  }

  /** Closes the channel to the script, stops listening and removes the socket. */
  close(): Promise<void> {
    this.#end.abort(new ConnectionError(`The server on ${this.path} was closed`));
    this.#closed ??= this.#resources.disposeAsync();
    return this.#closed;
  }

  /** The same as {@linkcode ScriptServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #meet(signal: AbortSignal): Promise<Endpoint> {
    const { clock, log } = this.#door.settings;
    const { handshake = "5 s" } = this.#timeouts;
    for (;;) {
      const script = await this.#door.next(signal);
      try {
        await withDeadline(
          (ended) => this.#shakeHands(script, ended),
          { clock, timeout: handshake, signal, what: `${READY} of the ${script.who}` },
        );
        return script;
      } catch (error) {
        const left = script.over && error instanceof ConnectionError && !signal.aborted;
        await script.close();
        // It may have been another server that looked whether the socket is in use.
        if (!left) throw error;
        log(`${error.message}; waiting for another`);
      }
    }
  }

  async #shakeHands(script: Endpoint, signal: AbortSignal): Promise<void> {
    for (let first = await script.receive(signal); first; first = await script.receive(signal)) {
      if (first.type === "message" && first.text === READY) return script.send(OK);
      this.#door.settings.log(`Ignored what the ${script.who} sent before ${READY}: ${show(first)}`);
    }
    throw new ConnectionError(`The ${script.who} closed the channel before ${READY}`);
  }
}
