/** The original's `/monitor/status`. @module */
import { formatValue } from "../../../lib/device/text.ts";
import type { Client, Lab } from "../lab.ts";
import { isLive } from "./live.ts";

function status(client: Client): Record<string, string> {
  if (!isLive(client)) return {};
  return Object.fromEntries([...client.channels.values()].flatMap(({ key, wire, param }) => {
    const value = client.latest.get(key)?.reading.value;
    return value === undefined ? [] : [[wire, formatValue(param, value)]];
  }));
}

/** `{"clients": {name: {…}}, "status": {name: {variable: "text"}}}` as the original's page reads it. */
export function statusJson(lab: Lab): unknown {
  const clients = Object.fromEntries([...lab.clients.values()].map((client) => {
    const { host, port } = split(client.address);
    const { name, enabled, title: description, template, plots } = client;
    return [name, {
      name,
      enabled,
      host,
      port,
      description,
      template,
      plots: Object.fromEntries(plots.map((plot) => [plot.id, plot])),
    }];
  }));
  const connected = [...lab.clients.values()].filter(isLive).length;
  return {
    clients,
    status: {
      nconnected: connected,
      db_status_interval: lab.interval,
      ...Object.fromEntries([...lab.clients.values()].map((client) => [client.name, status(client)])),
    },
  };
}

function split(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  return {
    host: address.slice(0, colon).replace(/^.*\/\//, ""),
    port: Number(address.slice(colon + 1)) || 0,
  };
}
