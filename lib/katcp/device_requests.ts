/** The standard requests about the device itself. @module */
import { LOG_LEVELS } from "./device_log.ts";
import { FailReply } from "./failures.ts";
import type { RequestEntry } from "./request.ts";
import type { DeviceServer } from "./server.ts";
import { formatTime } from "./numbers.ts";
import { discrete, text } from "./types.ts";

const level = discrete(LOG_LEVELS);

/** Adds `help`, `watchdog`, `log-level`, `halt`, `restart`, and what version 5 and many clients add to these. */
export function addDeviceRequests(server: DeviceServer): void {
  server.request(
    "help",
    { help: "List the requests and what they do, or say what one does.", optional: [text] },
    (exchange, name) => {
      const entries = name === undefined ? sorted(server) : [named(server, name)];
      for (const entry of entries) exchange.inform(entry.name, entry.help);
      return [String(entries.length)];
    },
  );
  server.request("watchdog", { help: "Check that the device is alive." }, () => {});
  server.request(
    "log-level",
    { help: `Say or set from where on #log is sent: ${LOG_LEVELS.join(", ")}.`, optional: [level] },
    (_, wanted) => {
      server.log.level = wanted ?? server.log.level;
      return [server.log.level];
    },
  );
  server.request("halt", { help: "End the device." }, (exchange) => {
    exchange.reply();
    void server.close("halt");
  });
  server.request("restart", { help: "End the device and start it again." }, (exchange) => {
    if (!server.canRestart) throw new FailReply("This device cannot be restarted");
    exchange.reply();
    void server.close("restart");
  });
  if (server.multiClient) addClientList(server);
  if (server.protocol === 5) addVersion5(server);
}

function addClientList(server: DeviceServer): void {
  server.request("client-list", { help: "List the addresses of the clients." }, (exchange) => {
    for (const client of server.clients) exchange.inform(client.address);
    return [String(server.clients.size)];
  });
}

function addVersion5(server: DeviceServer): void {
  server.request("version-list", { help: "List the versions of the device and its parts." }, (exchange) => {
    const { versions } = server;
    for (const row of versions) exchange.inform(...row);
    return [String(versions.length)];
  });
  server.request(
    "request-timeout-hint",
    {
      help:
        "List the requests that may take long and how long to wait for each, in seconds, or say it of one (0: no hint).",
      optional: [text],
    },
    (exchange, name) => {
      const entries = name === undefined
        ? sorted(server).filter((entry) => entry.timeoutHint > 0)
        : [named(server, name)];
      for (const entry of entries) exchange.inform(entry.name, formatTime(entry.timeoutHint));
      return [String(entries.length)];
    },
  );
}

function sorted(server: DeviceServer): RequestEntry[] {
  return [...server.requests.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

function named(server: DeviceServer, name: string): RequestEntry {
  const entry = server.requests.get(name);
  if (!entry) throw new FailReply(`Unknown request ${name}`); // clients look for these words
  return entry;
}
