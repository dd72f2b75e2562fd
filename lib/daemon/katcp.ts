/** A device, or a whole lab, for clients that speak KATCP: beside the line protocol, with the same words behind it. @module */
import { channelsOfDescription, type Description } from "../device/description.ts";
import type { Command } from "../device/model.ts";
import { CommandError } from "../errors.ts";
import { ChannelSensors } from "../katcp/channel_sensors.ts";
import type { ClientConnection } from "../katcp/client_connection.ts";
import type { Exchange } from "../katcp/exchange.ts";
import { FailReply, InvalidReply } from "../katcp/failures.ts";
import { DeviceServer } from "../katcp/server.ts";
import { text } from "../katcp/types.ts";
import type { Caller, LineService, Outcome, ParsedLine, Peer, ValueSource } from "../line/service.ts";
import { parseLine } from "../line/parse.ts";
import type { Transport } from "../net/mod.ts";
import type { LogLine } from "../link/link.ts";
import { type Clock, systemClock } from "../time/mod.ts";

/** How long clients are told to wait for what a device does, seconds. */
const PATIENCE = 600;

/** Options of {@linkcode serveKatcp}. */
export interface ServeKatcpOptions {
  /** Where to listen: `"127.0.0.1:7147"`. */
  address: string;
  /**
   * Who may do more than look: nobody, clients on this machine, or everybody; KATCP has no login (default `"nobody"`).
   */
  commands?: "nobody" | "local" | "everybody";
  /** Is told what goes wrong. */
  log?: (type: LogLine["type"], message: string) => void;
  /** Transport (default: by address). */
  transport?: Transport;
  /** Clock (default: the system's). */
  clock?: Clock;
}

/** What can be shown over KATCP: what describes itself and pushes its values. */
export type ShownService = LineService & { readonly values: ValueSource; describe(): Description };

/**
 * Shows a line service over KATCP: every channel is a sensor, with its unit and its ranges. A reading that is good is
 * `nominal`, `warn` or `error` by its severity, one that is stale `unreachable`, one that is bad `failure`. Where commands
 * are taken there are `?set name value`, a request for each command of the model, and `?line`, which takes a line of the
 * lab's own protocol.
 *
 * @param service What to show.
 * @param options Where to listen, and who may command.
 * @returns The server.
 * @throws {ConnectionError} If it cannot listen there.
 * @throws {ConfigError} If two channels would have one name as sensors.
 */
export async function serveKatcp(service: ShownService, options: ServeKatcpOptions): Promise<DeviceServer> {
  const { address, clock = systemClock, transport, log } = options;
  const { model } = service.describe();
  const server = new DeviceServer({
    version: `${model.model}-${model.version ?? 1}.0`,
    clock,
    onError: (what, error) =>
      log?.("warning", `KATCP: ${what}${error instanceof Error ? ` (${error.message})` : ""}`),
  });
  const sensors = new ChannelSensors(server.sensors, clock);
  sensors.describe(channelsOfDescription(service.describe()));
  sensors.update(service.values.snapshot().readings);
  const watching = [
    service.values.watch(({ readings }) => sensors.update(readings)),
    service.onDescribed?.(() => {
      try {
        sensors.describe(channelsOfDescription(service.describe()));
        sensors.update(service.values.snapshot().readings);
      } catch (error) { // what was shown stays shown
        log?.("error", (error as Error).message);
      }
    }),
  ];
  if ((options.commands ?? "nobody") !== "nobody") takeCommands(server, service, options);
  void server.closed.then(() => watching.forEach((watch) => watch?.[Symbol.dispose]()));
  await server.listen(address, transport ? { transport } : {});
  return server;
}

function takeCommands(server: DeviceServer, service: ShownService, options: ServeKatcpOptions): void {
  const callers = new WeakMap<ClientConnection, Peer>();
  const ask = async (exchange: Exchange, line: ParsedLine): Promise<string[]> => {
    const { client } = exchange;
    if (options.commands === "local" && !client.isLocal) {
      throw new FailReply("Only clients on the device's own machine may command it over KATCP");
    }
    let peer = callers.get(client);
    if (!peer) callers.set(client, peer = peerOf(client, client.isLocal || options.commands === "everybody"));
    try {
      return answer(await service.command(line, callerOf(exchange, peer)));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw error.code === "invalid" ? new InvalidReply(error.message) : new FailReply(error.message);
    }
  };

  server.request("set", {
    help: "Sets parameters, and replies with what was read back: ?set name value [name value ...]",
    args: [text, text],
    rest: text,
    timeoutHint: PATIENCE,
  }, (exchange, ...words) => {
    const given = words as string[];
    if (given.length % 2 !== 0) {
      throw new InvalidReply(`${given.at(-1)} has no value: expected name value ...`);
    }
    const options: Record<string, string> = {};
    for (let at = 0; at < given.length; at += 2) options[given[at]!] = given[at + 1]!;
    return ask(exchange, lineOf("set", options));
  });
  server.request("line", {
    help: "Carries out a line of the lab's own protocol, given as one argument: ?line set\\_temperature=-100",
    args: [text],
    timeoutHint: PATIENCE,
  }, (exchange, line) => ask(exchange, parsed(line)));
  for (const [name, command] of Object.entries(service.describe().model.commands ?? {})) {
    addCommand(server, name, command, ask);
  }
}

function addCommand(
  server: DeviceServer,
  name: string,
  { description, args = {} }: Command,
  ask: (exchange: Exchange, line: ParsedLine) => Promise<string[]>,
): void {
  const request = name.replaceAll("_", "-");
  if (server.requests.has(request)) return; // a standard request of that name means the same: ?help, ?halt, ...
  const names = Object.keys(args);
  const usage = names.length === 0 ? "" : `: ?${request} ${names.join(" ")}`;
  const spec = { help: `${description}${usage}`, args: names.map(() => text), timeoutHint: PATIENCE };
  server.request(request, spec, (exchange, ...words) => {
    const options = Object.fromEntries(names.map((arg, index) => [arg, words[index] as string]));
    return ask(exchange, lineOf(name, options));
  });
}

function lineOf(name: string, options: Record<string, string>): ParsedLine {
  return { name, args: [], options, text: name, mid: "katcp" };
}

function parsed(line: string): ParsedLine {
  try {
    return { ...parseLine(line), mid: "katcp" };
  } catch (error) {
    throw new InvalidReply((error as Error).message);
  }
}

/** The client as those see it who carry out its commands. */
function peerOf(client: ClientConnection, trusted: boolean): Peer {
  return {
    name: `katcp-${client.address}`,
    type: "",
    address: client.address,
    modern: true,
    token: undefined,
    trusted,
    gone: client.gone,
    send() {}, // what lines tell without being asked has its own informs here
  };
}

function callerOf(exchange: Exchange, peer: Peer): Caller {
  return {
    peer,
    signal: exchange.signal,
    progress: ({ fraction, note = "" }) => {
      if (!exchange.isReplied) exchange.inform(fraction === undefined ? "" : fraction.toFixed(3), note);
    },
  };
}

/** What goes behind `ok`: a result, or the values as read back, by name. */
function answer(outcome: Outcome | undefined): string[] {
  const { result, text, values = {} } = outcome ?? {};
  const said = result ?? text;
  return said === undefined ? Object.entries(values).flat() : [said];
}
