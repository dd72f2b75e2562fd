/** MONITOR's own status, as the original words it: one line, or JSON. @module */
import type { Reading } from "../../lib/device/reading.ts";
import { formatValue } from "../../lib/device/text.ts";
import type { Channel } from "../../lib/device/channel.ts";
import { formatOption } from "../../lib/line/mod.ts";
import type { LiveClient } from "./live_client.ts";
import type { LiveLab } from "./live_lab.ts";

/** What one client adds to the status. */
interface Fragment {
  line: string | undefined;
  json: string | undefined;
}

/** How many connections there are. */
export interface Connections {
  /** To clients; it changes only with the state of one. */
  outgoing(): number;
  /** From peers, scripts among them; asked at every status. */
  incoming(): number;
}

/** The status of the lab. Only the part of a client that changed is written anew, and only when somebody asks. */
export class LabStatus implements Disposable {
  readonly #lab: LiveLab;
  readonly #connections: Connections;
  readonly #fragments = new Map<string, Fragment>();
  readonly #watching: Disposable;
  #line = "";
  #incoming = 0;
  #interval = 0;
  #changed = true;

  /**
   * Makes the status of a lab.
   *
   * @param lab The lab.
   * @param connections How many connections there are.
   */
  constructor(lab: LiveLab, connections: Connections) {
    this.#lab = lab;
    this.#connections = connections;
    this.#watching = lab.watch((event) => {
      if (event.kind === "clients") this.#fragments.clear();
      else if ("client" in event) this.#fragments.delete(event.client.name);
      else return;
      this.#changed = true;
    });
  }

  /** What follows the word `status `. The same string as long as nothing changed. */
  line(): string {
    const incoming = this.#connections.incoming();
    const { interval } = this.#lab;
    if (!this.#changed && incoming === this.#incoming && interval === this.#interval) return this.#line;
    const parts = [
      `nconnected=${this.#connections.outgoing() + incoming} db_status_interval=${interval}`,
    ];
    for (const client of this.#lab.clients.values()) {
      parts.push(this.#fragment(client.name).line ??= lineOf(client));
    }
    this.#incoming = incoming;
    this.#interval = interval;
    this.#changed = false;
    return this.#line = parts.join(" ");
  }

  /** What follows the words `status_json `. */
  json(): string {
    const { interval } = this.#lab;
    const seconds = Number.isInteger(interval) ? interval.toFixed(1) : String(interval);
    const parts = [
      `"nconnected": ${this.#connections.outgoing() + this.#connections.incoming()}`,
      `"db_status_interval": ${seconds}`,
    ];
    for (const client of this.#lab.clients.values()) {
      parts.push(this.#fragment(client.name).json ??= jsonOf(client));
    }
    return `{${parts.join(", ")}}`;
  }

  #fragment(name: string): Fragment {
    let fragment = this.#fragments.get(name);
    if (!fragment) this.#fragments.set(name, fragment = { line: undefined, json: undefined });
    return fragment;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#watching[Symbol.dispose]();
  }
}

/** The variables of a client that is connected, as an old daemon would say them. */
export function variablesOf(client: LiveClient): [name: string, words: string][] {
  return [...client.channels.values()].flatMap((channel) => {
    const received = client.latest.get(channel.key);
    return received ? [[channel.wire, wordsOf(channel, received.reading)]] : [];
  });
}

const NUMERIC: ReadonlySet<string> = new Set(["number", "integer", "time", "drivable"]);

/** What cannot be believed is `nan` or `-`, as daemons have always said it: nobody then takes it for a measurement. */
function wordsOf({ param }: Channel, { value, quality }: Reading): string {
  if (value !== undefined && quality === "good") return formatValue(param, value);
  return NUMERIC.has(param.type) ? "nan" : "-";
}

function lineOf(client: LiveClient): string {
  if (!client.connected) return `${client.name}=0`;
  const variables = variablesOf(client).map(([name, words]) =>
    ` ${formatOption(`${client.name}.${name}`, words)}`
  );
  return `${client.name}=1${variables.join("")}`;
}

function jsonOf(client: LiveClient): string {
  const variables = client.connected ? variablesOf(client) : [];
  const members = variables.map(([name, words]) => `${JSON.stringify(name)}: ${JSON.stringify(words)}`);
  return `${JSON.stringify(client.name)}: {${members.join(", ")}}`;
}
