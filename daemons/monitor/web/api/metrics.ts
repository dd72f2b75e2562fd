/** The lab for Prometheus: text exposition format 0.0.4. @module */
import type { LogLine } from "../../../../lib/link/link.ts";
import type { Clock } from "../../../../lib/time/mod.ts";
import type { Lab } from "../../lab.ts";
import { isLive } from "../live.ts";
import { unitOf } from "./ask.ts";

/** The media type of the format. */
export const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

const TYPES: readonly LogLine["type"][] = ["debug", "info", "message", "warning", "error", "success"];
const SEVERITIES = ["warn", "alarm"] as const;

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function family(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const words = Object.entries(labels).map(([label, text]) =>
      `${label}="${escaped(text).replaceAll('"', '\\"')}"`
    );
    return `${name}${words.length === 0 ? "" : `{${words.join(",")}}`} ${formatValue(value)}\n`;
  });
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

/** The lab in numbers. */
export class Metrics {
  readonly #lab: Lab;
  readonly #clock: Clock;
  #lines: Map<string, number> | undefined;

  /** Of a lab. */
  constructor(lab: Lab, clock: Clock) {
    this.#lab = lab;
    this.#clock = clock;
  }

  /** All of it as text. A value that is stale or bad is left out: Prometheus then shows a gap, and not an old value. */
  text(): string {
    const lab = this.#lab;
    const values: Sample[] = [];
    const good: Sample[] = [];
    const ages: Sample[] = [];
    for (const client of lab.clients.values()) {
      for (const { key, param } of client.channels.values()) {
        const received = client.latest.get(key);
        if (!received) continue;
        const { reading } = received;
        const labels = { client: client.name, channel: key };
        good.push([labels, reading.quality === "good" ? 1 : 0]);
        ages.push([labels, Math.max(0, this.#clock.now() - received.received) / 1000]);
        const { value } = reading;
        if (reading.quality !== "good" || (typeof value !== "number" && typeof value !== "boolean")) continue;
        values.push([{ ...labels, unit: unitOf(param) }, Number(value)]);
      }
    }
    const links = [...lab.clients.values()].filter(({ enabled }) => enabled);
    const open = lab.alarms?.open ?? [];
    const { rss, heapUsed } = Deno.memoryUsage();
    const lines = this.#counted();
    return [
      family("dewar_value", "gauge", "Latest good value of a channel; flags are 0 or 1", values),
      family("dewar_value_good", "gauge", "Whether the latest value of a channel may be believed", good),
      family("dewar_value_age_seconds", "gauge", "Time since a channel was last read", ages),
      family(
        "dewar_link_up",
        "gauge",
        "Whether a client is connected",
        links.map((client) => [{ client: client.name }, isLive(client) ? 1 : 0]),
      ),
      family("dewar_values_stored_total", "counter", "Values on disk since MONITOR was started", [
        [{}, lab.stored],
      ]),
      family(
        "dewar_values_dropped_total",
        "counter",
        "Values lost since MONITOR was started: no room, or refused",
        [[{}, lab.dropped]],
      ),
      family("dewar_store_problem", "gauge", "Whether the store is in trouble", [
        [{}, lab.storeProblem === undefined ? 0 : 1],
      ]),
      family(
        "dewar_alarms_open",
        "gauge",
        "Alarms that want somebody",
        SEVERITIES.map((severity) => [
          { severity },
          open.filter(({ rule }) => rule.severity === severity).length,
        ]),
      ),
      family(
        "dewar_log_lines_total",
        "counter",
        "Log lines by type, since these numbers were first asked for",
        TYPES.map((type) => [{ type }, lines.get(type) ?? 0]),
      ),
      family("process_resident_memory_bytes", "gauge", "Memory that MONITOR takes", [[{}, rss]]),
      family("dewar_heap_bytes", "gauge", "Memory on MONITOR's heap", [[{}, heapUsed]]),
    ].join("");
  }

  /** Nobody counts before somebody asks; to Prometheus a counter begins whenever it does. */
  #counted(): ReadonlyMap<string, number> {
    if (!this.#lines) {
      const lines = this.#lines = new Map<string, number>();
      this.#lab.watch((event) => {
        if (event.kind === "log") lines.set(event.line.type, (lines.get(event.line.type) ?? 0) + 1);
      });
    }
    return this.#lines;
  }
}
