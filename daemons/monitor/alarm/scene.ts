/** The lab as conditions look at it. @module */
import type { Channels } from "../../../lib/condition/mod.ts";
import type { Channel } from "../../../lib/device/channel.ts";
import type { FlagParam } from "../../../lib/device/model.ts";
import { displayUnit } from "../../../lib/device/units.ts";
import { formatValue } from "../../../lib/device/text.ts";
import type { Clock } from "../../../lib/time/mod.ts";
import type { Client, Received } from "../lab.ts";
import type { AlarmScene } from "./alarms.ts";

/** What a client's own name stands for: whether it is connected. */
const CONNECTED: FlagParam = { type: "flag" };

/** A lab as an {@linkcode AlarmScene}. Channels go by their keys and by their names in status lines. */
export function labScene(lab: { readonly clients: ReadonlyMap<string, Client> }, clock: Clock): AlarmScene {
  const find = (name: string): { client: Client; channel: Channel } | undefined => {
    const dot = name.indexOf(".");
    const client = lab.clients.get(name.slice(0, dot));
    const key = name.slice(dot + 1);
    const channel = dot < 0
      ? undefined
      : client?.channels.get(key) ?? client?.channels.values().find(({ wire }) => wire === key);
    return channel && { client: client!, channel };
  };
  const received = (name: string): Received | undefined => {
    const found = find(name);
    return found?.client.latest.get(found.channel.key);
  };
  const channels: Channels = {
    get: (name) => lab.clients.has(name) ? CONNECTED : find(name)?.channel.param,
    *keys() {
      for (const [name, client] of lab.clients) {
        yield name;
        for (const key of client.channels.keys()) yield `${name}.${key}`;
      }
    },
  };
  return {
    channels,
    reading(name) {
      const client = lab.clients.get(name);
      if (!client) return received(name)?.reading;
      const { status, since } = client.state;
      return { value: status === "connected", time: since, quality: "good", severity: "ok" };
    },
    age(name) {
      const client = lab.clients.get(name);
      if (client) return (clock.now() - client.turned) / 1000;
      const last = received(name);
      return last === undefined ? Infinity : Math.max(0, clock.now() - last.received) / 1000;
    },
    show(name) {
      const reading = received(name)?.reading;
      const param = find(name)?.channel.param;
      if (!param) return `{${name}}`;
      if (reading?.value === undefined) return `unknown`;
      const unit = "unit" in param && param.unit ? ` ${displayUnit(param.unit)}` : "";
      return `${formatValue(param, reading.value)}${unit}${
        reading.quality === "good" ? "" : ` (${reading.quality})`
      }`;
    },
  };
}
