/** A device on the network: its model, tied to its hardware, over the line protocol. @module */
import type { Model } from "../device/model.ts";
import type { ReadingSource } from "../device/state_view.ts";
import { ConfigError } from "../errors.ts";
import { serveLine } from "../line/server.ts";
import type { LogLine } from "../link/link.ts";
import { bulk, formatAddress, type Transport, transportFor } from "../net/mod.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import type { Binding, Hardware, OpenContext } from "./binding.ts";
import { Claims } from "./claims.ts";
import { Commands } from "./commands.ts";
import { Device, type InstanceOptions } from "./device.ts";
import type { AnyBinding } from "./erased.ts";
import { Log } from "./log.ts";
import { Memory } from "./memory.ts";
import { Poller } from "./poller.ts";
import { Ramps } from "./ramps.ts";
import { SafeKeeper } from "./safe.ts";
import { DeviceService } from "./service.ts";
import { Session } from "./session.ts";
import { type Interlock, Settings } from "./settings.ts";
import { withDefaults } from "./instance.ts";
import { StateFile } from "./state_file.ts";
import { verify } from "./verify.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  /** Name of the instance (default: the model's). */
  name?: string | undefined;
  /** Address to listen on (default `"127.0.0.1"`: this machine only). */
  host?: string | undefined;
  /** Port to listen on, 0 for any free one (default: the binding's). */
  port?: number | undefined;
  /** Where the hardware is (default: the binding's). */
  hardware?: string | undefined;
  /** Options of the binding; those not given have its defaults. */
  options?: InstanceOptions | undefined;
  /** How people call channels, by key. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** What peers from other machines show to be obeyed. */
  token?: string | undefined;
  /** Whether every peer is obeyed. */
  trustNetwork?: boolean | undefined;
  /** Port on which it is shown over KATCP as well, 0 for any free one (default: it is not). */
  katcpPort?: number | undefined;
  /** Folder of the state file; without it nothing outlives the process. */
  state?: string | undefined;
  /** Whether details are logged. */
  debug?: boolean | undefined;
  /** Says why a setting or a command is forbidden now. */
  interlock?: Interlock | undefined;
  /** Gets every log line (default: nobody; peers named `monitor` always do). */
  log?: ((line: LogLine) => void) | undefined;
  /** Transport to listen and to reach the hardware (default: by address). */
  transport?: Transport | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** A daemon that listens; disposing of it stops it. */
export interface Daemon extends AsyncDisposable {
  /** Where it listens: `"127.0.0.1:7024"` with the true port. */
  readonly address: string;
  /** The true port. */
  readonly port: number;
  /** Where it listens for KATCP, with the true port; undefined where it does not. */
  readonly katcpAddress: string | undefined;
  /** The latest readings by channel key. */
  readonly readings: ReadingSource;
  /** Resolves when it has stopped, by whatever way. */
  readonly ended: Promise<void>;
  /** Makes the device safe as its model says for `stop`, then ends everything. */
  stop(): Promise<void>;
}

const byAddress: Transport = {
  connect: (address, options) => transportFor(address).connect(address, options),
  listen: (address, accept) => transportFor(address).listen(address, accept),
};

/**
 * Serves a device: polls its hardware for ever, refuses what its model does not allow, reads back what it sets, and tells
 * every change. It listens at once; the hardware may come and go, and nothing is sent to it because of that.
 *
 * @param model What the device is.
 * @param binding How it is tied to its hardware.
 * @param options Where to listen, where the hardware is, and so on.
 * @returns The daemon, listening.
 * @throws {ConnectionError} If it cannot listen there.
 * @throws {ConfigError} If the binding does not fit the model, or nobody said where the hardware is.
 *
 * @example Usage
 * ```ts
 * import { serve } from "@dewar/sdk/daemon";
 * import { lineClient, MemoryTransport } from "@dewar/sdk/testing";
 *
 * const Lamp = {
 *   model: "lamp",
 *   description: "A lamp that exists only in its daemon",
 *   params: { flux: { type: "number", min: 0, max: 10, set: true } },
 *   safe: { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" },
 * } as const;
 *
 * const transport = new MemoryTransport();
 * await using daemon = await serve(Lamp, { port: 7000, initial: { flux: 0 } }, { transport });
 *
 * const client = lineClient(await transport.connect(daemon.address));
 * client.send("set flux=3\nget_status");
 * await client.expect("status hw_connected=1 flux=3");
 * client.close();
 * ```
 */
export async function serve<const M extends Model, H extends Hardware = Hardware>(
  model: M,
  binding: Binding<M, H>,
  options: ServeOptions = {},
): Promise<Daemon> {
  return await start(model, binding as unknown as AnyBinding, options);
}

async function start(model: Model, binding: AnyBinding, options: ServeOptions): Promise<Daemon> {
  verify(model, binding);
  const { name = model.model, clock = systemClock, transport = byAddress, host = "127.0.0.1" } = options;
  const log = new Log(name, { clock, debug: options.debug ?? false });
  if (options.log) log.to(options.log);
  const tell: OpenContext["log"] = (type, message) => log.write(type, message);
  const ending = new AbortController();

  const instance = withDefaults(binding, options.options);
  const hardware = hardwareOf(model, binding, options.hardware);
  const pollers: Poller[] = [];
  let attendance = new AbortController();
  const session = new Session({
    address: hardware,
    open: binding.open &&
      ((signal) =>
        binding.open!({
          address: hardware,
          options: instance,
          transport,
          bulk: options.transport ?? bulk,
          clock,
          signal,
          log: tell,
        })),
    isAsked: (binding.poll ?? []).length > 0,
    clock,
    log,
    onOpen: () => pollers.forEach((poller) => poller.read()),
    onChange: (isConnected) => {
      attendance.abort();
      if (isConnected) {
        device.state.connected();
        attendance = new AbortController();
        if (binding.connected) void attend(device, binding.connected, attendance.signal);
        return;
      }
      ramps.stop("the hardware is lost");
      device.state.disconnected();
    },
  });
  const device = new Device(
    { model, binding, name, labels: options.labels, options: instance, clock, log, ended: ending.signal },
    session,
  );
  const ramps = new Ramps(device);
  const safe = new SafeKeeper(device, ramps);
  const claims = new Claims(clock, ({ holder }) => {
    log.write("warning", `The claim of ${holder} has lapsed`);
    void safe.make("claimLost");
  });
  const settings = new Settings(device, ramps, options.interlock);
  const commands = new Commands(device, ending.signal, options.interlock);

  if (binding.open) device.state.disconnected();
  else device.state.connected();
  if (binding.initial) device.publish(binding.initial);
  const file = options.state === undefined
    ? undefined
    : await StateFile.open({ folder: options.state, name, model: model.model, clock, log });
  const memory = file && new Memory(device, file);

  let stopping: Promise<void> | undefined;
  const ended = Promise.withResolvers<void>();
  const makeSafe = once(() => safe.make("stop"));
  const stop = () => stopping ??= end();
  const service = new DeviceService({
    device,
    claims,
    settings,
    commands,
    async exit() {
      await makeSafe();
      clock.after(0, () => void stop()); // after the answer has gone out
    },
  });
  const server = await serveLine(service, {
    address: formatAddress(host, options.port ?? binding.port),
    ...options.transport ? { transport } : {},
    clock,
    token: options.token,
    trustNetwork: options.trustNetwork ?? false,
    log: tell,
  });
  // Loaded only when asked for: a daemon without it starts without a second protocol.
  const { serveKatcp } = options.katcpPort === undefined ? {} : await import("./katcp.ts");
  const katcp = await serveKatcp?.(service, {
    address: formatAddress(host, options.katcpPort!),
    commands: options.trustNetwork ? "everybody" : "local",
    ...options.transport ? { transport } : {},
    clock,
    log: tell,
  });
  if (options.trustNetwork) log.write("warning", "Everybody who reaches this port is obeyed");
  const expiry = clock.every("1 s", () => device.state.expire());
  pollers.push(...(binding.poll ?? []).map((poll) => new Poller(device, poll)));
  session.start();

  async function end(): Promise<void> {
    await makeSafe();
    ending.abort();
    attendance.abort();
    expiry.stop();
    for (const poller of pollers) poller.stop();
    claims.close();
    await session.close();
    await memory?.close();
    await katcp?.close();
    await server.close();
    ended.resolve();
  }

  return {
    address: server.address,
    port: server.port,
    katcpAddress: katcp?.address,
    readings: device.state,
    ended: ended.promise,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= work();
}

function hardwareOf(model: Model, { open, hardware }: AnyBinding, given: string | undefined): string {
  const address = given ?? hardware;
  if (address !== undefined || !open) return address ?? "";
  throw new ConfigError(`Where is the hardware of ${model.model}? Say --hardware host:port`);
}

async function attend(
  device: Device,
  connected: NonNullable<AnyBinding["connected"]>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await connected(device.context({ hardware: device.queued("user"), signal }));
  } catch (error) {
    if (signal.aborted) return;
    device.log.write("error", error instanceof Error ? error.message : String(error));
  }
}
