/** A configuration as `monitor.yaml` says it: how one moves away from the original's `monitor.ini`. @module */
import { stringify } from "@std/yaml";
import { type ClientConfig, type Config, DEFAULTS } from "./config.ts";

/**
 * Writes a configuration; what is as it is by default is left out.
 *
 * @param config The configuration.
 * @returns The text of a `monitor.yaml` that means the same.
 */
export function writeYaml(config: Config): string {
  const said: Record<string, unknown> = {};
  const say = (key: string, value: unknown, preset: unknown) => {
    if (value !== undefined && value !== preset) said[key] = value;
  };
  say("name", config.name, DEFAULTS.name);
  say("host", config.host, DEFAULTS.host);
  say("port", config.port, DEFAULTS.port);
  say("http_port", config.httpPort, DEFAULTS.httpPort);
  say("katcp_port", config.katcpPort, DEFAULTS.katcpPort);
  say("katcp_commands", config.katcpCommands, DEFAULTS.katcpCommands);
  say("db", config.db, DEFAULTS.db);
  say("data", config.data, DEFAULTS.data);
  say("interval", config.interval, DEFAULTS.interval);
  say("auth_file", config.authFile, DEFAULTS.authFile);
  say("anonymous", config.anonymous, DEFAULTS.anonymous);
  say("trust_network", config.trustNetwork, DEFAULTS.trustNetwork);
  if (config.tls) said.tls = { ...config.tls };
  say("behind_https", config.behindHttps, DEFAULTS.behindHttps);
  say("web_origin", config.webOrigin, DEFAULTS.webOrigin);
  say("open_metrics", config.openMetrics, DEFAULTS.openMetrics);
  say("old_web_commands", config.oldWebCommands, DEFAULTS.oldWebCommands);
  said.clients = Object.fromEntries(config.clients.map((client) => [client.name, clientOf(client)]));
  return stringify(said, { lineWidth: 110 });
}

function clientOf(client: ClientConfig): unknown {
  const { name, address, title, enabled, template, plots } = client;
  const said = {
    ...address === undefined ? {} : { address },
    ...title === name ? {} : { title },
    ...enabled ? {} : { enabled },
    ...template === "default.html" ? {} : { template },
    ...plots.length === 0
      ? {}
      : { plots: Object.fromEntries(plots.map(({ id, ...plot }) => [id, plotOf(id, plot)])) },
  };
  const isShort = address !== undefined && Object.keys(said).length === 1;
  return isShort ? address : said;
}

function plotOf(id: string, plot: Omit<ClientConfig["plots"][number], "id">): Record<string, unknown> {
  const { name, values, xlabel, ylabel, width, height, xscale, yscale } = plot;
  return {
    ...name === id ? {} : { name },
    values: [...values],
    ...xlabel === undefined ? {} : { xlabel },
    ...ylabel === undefined ? {} : { ylabel },
    ...width === 800 ? {} : { width },
    ...height === 300 ? {} : { height },
    ...xscale === "linear" ? {} : { xscale },
    ...yscale === "linear" ? {} : { yscale },
  };
}
