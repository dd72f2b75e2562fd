/** Serves a device over KATCP. @module */
import type { Connection, Listener, Transport } from "../net/connection.ts";
import { transportFor } from "../net/transport.ts";
import { type Clock, type Duration, systemClock } from "../time/mod.ts";
import { Arrivals } from "./arrivals.ts";
import { ClientConnection } from "./client_connection.ts";
import type { DeviceContext } from "./device_context.ts";
import { DeviceLog, type LogLevel } from "./device_log.ts";
import { addDeviceRequests } from "./device_requests.ts";
import { InterfaceChanges } from "./interface_changes.ts";
import type { Argument, Message } from "./message.ts";
import { type Handler, RequestEntry, type RequestSpec, type Types } from "./request.ts";
import { addSamplingRequests } from "./sampling_requests.ts";
import { addSensorRequests } from "./sensor_requests.ts";
import { SensorSet } from "./sensor_set.ts";
import { StatusLines } from "./status_lines.ts";
import { TimerWheel } from "./timer_wheel.ts";
import type { Version } from "./types.ts";
import { banner, versionList, type VersionRow, type Versions } from "./versions.ts";
import { MessageWriter } from "./writer.ts";

/** Options of {@linkcode DeviceServer}. */
export interface DeviceServerOptions extends Versions {
  /** The version of the protocol to speak (default 5). */
  protocol?: Version | undefined;
  /** Serves many clients at once (default true). Otherwise a new one takes the place of the one before. */
  multiClient?: boolean | undefined;
  /** From where on `#log` is sent, until a client changes it (default `"warn"`). */
  logLevel?: LogLevel | undefined;
  /** Starts the device again after `?restart` has ended it; without it `?restart` fails. */
  restart?: (() => void) | undefined;
  /** Longest line a client may send, bytes (default 2 MiB). */
  lineLimit?: number | undefined;
  /** How many requests of one client are worked on at once; more wait (default 100). */
  maxPending?: number | undefined;
  /** What a client did not ask for may wait for it up to this many bytes; then it is dropped (default 16 MiB). */
  maxBacklog?: number | undefined;
  /** How long a client may leave a full queue unread before it is dropped (default `"30 s"`). */
  patience?: Duration | undefined;
  /** Is told what went wrong in a handler; clients get the message only (default: nobody, beside `#log`). */
  onError?: ((what: string, error: unknown) => void) | undefined;
  /** Is given every inform that a client sends (default: they are ignored). */
  onInform?: ((client: ClientConnection, message: Message) => void) | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** Options of {@linkcode DeviceServer.listen}. */
export interface ListenOptions {
  /** How to listen (default: by address). */
  transport?: Transport | undefined;
}

/** Why a server has ended. */
export type EndReason = "halt" | "restart" | "close";

/** How long clients get to take what is queued when the server closes. */
const FAREWELL: Duration = "200 ms";

/**
 * A device that KATCP clients can look at and command: sensors, requests of its own, and all standard ones.
 *
 * Requests of one client are worked on side by side; replies without an id keep the order of their requests. A client
 * that does not read holds up nobody but itself.
 *
 * | katcp-python | here |
 * |---|---|
 * | `request_my_req(self, req, msg)` with its docstring | `server.request("my-req", { help, args }, handler)` |
 * | `FailReply`; `AsyncReply` | {@linkcode FailReply}, {@linkcode InvalidReply}; handlers are async |
 * | `reply_inform`, `reply` | `exchange.inform`, what the handler returns or `exchange.reply` |
 * | `inform`, `mass_inform` | `client.inform`, `server.massInform` |
 * | `inform_*`, `handle_inform` | `onInform` |
 * | `on_client_connect`, `on_client_disconnect` | `server.clients`, `client.gone` |
 * | `add_sensor`, `remove_sensor`, `get_sensor(s)`, `has_sensor`, `setup_sensors` | `server.sensors` |
 * | `clear_strategies` | `client.sampling.clear()` |
 * | `VERSION_INFO`, `BUILD_INFO`, `extra_versions` | `version`, `buildState`, `extraVersions` |
 * | `set_restart_queue` | `restart` |
 * | `DeviceLogger` | `server.log` |
 * | `start`, `stop`, `join`, `running`, `wait_running` | `listen`, `close`, `closed`; there are no threads |
 *
 * @example
 * ```ts
 * import { FailReply, integer, Sensor } from "@dewar/sdk/katcp";
 * import { lineClient, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const transport = new MemoryTransport();
 * await using server = new DeviceServer({ version: "wheel-1.0" });
 * const position = server.sensors.add(new Sensor("position", integer));
 * server.request("turn", { help: "Turn to a position from 0 to 7.", args: [integer] }, (_, to) => {
 *   if (to < 0 || to > 7) throw new FailReply(`There is no position ${to}`);
 *   position.set(to);
 *   return [String(to)];
 * });
 * await server.listen("wheel:5000", { transport });
 *
 * const client = lineClient(await transport.connect("wheel:5000"));
 * client.send("?turn[1] 9\n?turn[2] 3");
 * await client.expect("!turn[1] fail There\\_is\\_no\\_position\\_9");
 * await client.expect("!turn[2] ok 3");
 * client.close();
 * ```
 */
export class DeviceServer implements AsyncDisposable {
  /** Its sensors. Clients are told when some come or go. */
  readonly sensors: SensorSet = new SensorSet();
  /** Tells all clients what happens. */
  readonly log: DeviceLog;
  /** The version of the protocol it speaks. */
  readonly protocol: Version;
  /** Whether it serves many clients at once. */
  readonly multiClient: boolean;
  /** Resolves when it has ended, with the reason. */
  readonly closed: Promise<EndReason>;
  readonly #options: DeviceServerOptions;
  readonly #clock: Clock;
  readonly #requests = new Map<string, RequestEntry>();
  readonly #clients = new Set<ClientConnection>();
  readonly #connections = new Set<Connection>();
  readonly #writer = new MessageWriter();
  readonly #changes: InterfaceChanges;
  readonly #arrivals: Arrivals;
  readonly #context: DeviceContext;
  readonly #ended: (why: EndReason) => void;
  #listener: Listener | undefined;
  #closing: Promise<void> | undefined;

  /** Makes one that does not listen yet. */
  constructor(options: DeviceServerOptions) {
    const { protocol = 5, clock = systemClock, logLevel = "warn" } = options;
    this.#options = options;
    this.#clock = clock;
    this.protocol = protocol;
    this.multiClient = options.multiClient ?? true;
    this.log = new DeviceLog(logLevel, clock, protocol, (args) => this.massInform("log", ...args));
    this.#changes = new InterfaceChanges(clock, (args) => this.massInform("interface-changed", ...args));
    this.#arrivals = new Arrivals(clock, this.#clients);
    ({ promise: this.closed, resolve: this.#ended } = Promise.withResolvers<EndReason>());
    this.#context = {
      version: protocol,
      clock,
      wheel: new TimerWheel(clock),
      limits: {
        line: options.lineLimit,
        pending: options.maxPending ?? 100,
        backlog: options.maxBacklog ?? 16 * 1024 * 1024,
        patience: options.patience ?? "30 s",
      },
      log: this.log,
      requests: this.#requests,
      statusLines: new StatusLines(protocol),
      unhandledInform: options.onInform,
      failed: (what, error) => {
        options.onError?.(what, error);
        this.log.error(what);
      },
    };
    this.sensors.subscribe(({ kind, sensor, previous }) => {
      const gone = kind === "removed" ? sensor : previous;
      if (gone) { for (const client of this.#clients) client.sampling.forget(gone); }
      this.#changed("sensor", sensor.name, kind);
    });
    addDeviceRequests(this);
    addSensorRequests(this);
    addSamplingRequests(this);
  }

  /** Where it listens: `"127.0.0.1:5000"` with the true port; `""` before it does. */
  get address(): string {
    return this.#listener?.address ?? "";
  }

  /** The true TCP port; 0 where there is none. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** Who is connected now. */
  get clients(): ReadonlySet<ClientConnection> {
    return this.#clients;
  }

  /** What it answers, by name. */
  get requests(): ReadonlyMap<string, RequestEntry> {
    return this.#requests;
  }

  /** Its versions, as `?version-list` gives them. */
  get versions(): readonly VersionRow[] {
    return versionList(this.#options, this.multiClient);
  }

  /** Whether it can be started again. */
  get canRestart(): boolean {
    return this.#options.restart !== undefined;
  }

  /**
   * Answers a request from now on; one of the same name is replaced. Clients are told.
   *
   * @param name Its name: letters, digits and hyphens.
   * @param spec Help, types of its arguments, and how long it may take.
   * @param handler Is given the exchange and the arguments; returns the arguments of the reply, or throws
   * {@linkcode FailReply} or {@linkcode InvalidReply}.
   * @throws {LocalProtocolError} If the name is none or there is no help.
   */
  request<const A extends Types = [], const O extends Types = [], R = never>(
    name: string,
    spec: RequestSpec<A, O, R>,
    handler: Handler<A, O, R>,
  ): void {
    const change = this.#requests.has(name) ? "modified" : "added";
    const entry = new RequestEntry(
      name,
      spec as RequestSpec,
      handler as ConstructorParameters<typeof RequestEntry>[2],
    );
    this.#requests.set(name, entry);
    this.#changed("request", name, change);
  }

  /**
   * Answers a request no more. Clients are told.
   *
   * @returns Whether it was answered before.
   */
  removeRequest(name: string): boolean {
    const existed = this.#requests.delete(name);
    if (existed) this.#changed("request", name, "removed");
    return existed;
  }

  /**
   * Tells all clients something.
   *
   * @throws {LocalProtocolError} If that is not allowed by the protocol.
   */
  massInform(name: string, ...args: Argument[]): void {
    if (this.#clients.size === 0) return;
    this.#writer.write("inform", name, undefined, args);
    const lines = this.#writer.take();
    for (const client of this.#clients) client.send(lines);
  }

  /**
   * Begins to listen.
   *
   * @param address Where: `"127.0.0.1:5000"` (port 0: any free one).
   * @param options Transport.
   * @throws {ConnectionError} If it cannot listen there.
   */
  async listen(address: string, options: ListenOptions = {}): Promise<void> {
    const { transport = transportFor(address) } = options;
    this.#listener = await transport.listen(address, (connection) => this.#accept(connection));
  }

  /** Fails what clients wait for, says why, ends every connection and stops listening. */
  close(why: EndReason = "close"): Promise<void> {
    this.#closing ??= this.#close(why);
    return this.#closing;
  }

  /** The same as {@linkcode DeviceServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(connection: Connection): void {
    if (this.#closing) return connection.destroy();
    const client = new ClientConnection(this.#context, connection);
    if (!this.multiClient) {
      for (const old of this.#clients) old.disconnect(`New client connected from ${client.address}`);
      this.#clients.clear();
    } else if (this.protocol === 5 && this.#clients.size > 0) {
      this.#arrivals.note(client);
    }
    this.#clients.add(client);
    this.#connections.add(connection);
    connection.closed.then(() => {
      this.#clients.delete(client);
      this.#connections.delete(connection);
    });
    for (const [name, ...args] of banner(this.#options, this.protocol, this.multiClient)) {
      client.inform(name, ...args);
    }
    connection.receive(client);
  }

  #changed(...change: Parameters<InterfaceChanges["note"]>): void {
    if (this.protocol === 5 && this.#clients.size > 0) this.#changes.note(...change);
  }

  async #close(why: EndReason): Promise<void> {
    this.#changes[Symbol.dispose]();
    this.#arrivals[Symbol.dispose]();
    for (const client of this.#clients) client.disconnect("Device server shutting down");
    const unsent = [...this.#connections].filter((connection) => connection.pending > 0);
    if (unsent.length > 0) {
      const enough = new AbortController();
      const farewell = this.#clock.sleep(FAREWELL, enough).catch(() => {}); // ended early: all were sent
      await Promise.race([Promise.all(unsent.map((connection) => connection.closed)), farewell]);
      enough.abort();
    }
    await this.#listener?.close();
    this.#ended(why);
    if (why === "restart") this.#options.restart?.();
  }
}
