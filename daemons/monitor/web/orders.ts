/** What was last asked of each device: by whom, when, and what came of it, by whatever way it came through MONITOR. @module */
import { settablesByName } from "../../../lib/device/channel.ts";
import type { Description } from "../../../lib/device/description.ts";
import { type ParsedLine, parseLine } from "../../../lib/line/mod.ts";
import type { Client, Lab, LabLine } from "../lab.ts";
import type { Done } from "./commander.ts";

/** One thing that was asked. */
export interface Order extends Done {
  /** What was sent to the device. */
  readonly line: string;
}

/** Entries remembered for each device's console. */
const REMEMBERED = 100;
/** Lines of the log that are looked through for what was asked before the start. */
const LOOKED_THROUGH = 1000;

/** Remembers for as long as MONITOR runs; the log remembers longer. */
export class Orders {
  readonly #lab: Lab;
  readonly #latest = new Map<string, Order>();
  readonly #typed = new Map<string, Order[]>();
  readonly #recalled = new WeakSet<Description>();

  /** Follows what the log says of commands. */
  constructor(lab: Lab) {
    this.#lab = lab;
    lab.watch((event) => {
      if (event.kind === "log") this.#take(event.line);
    });
  }

  /** Looks for what was asked of a client before it was known what it is, or before MONITOR was started. */
  async recall({ description }: Client): Promise<void> {
    if (!description || this.#recalled.has(description)) return;
    this.#recalled.add(description);
    for (const line of (await this.#lab.recentLog(LOOKED_THROUGH)).toReversed()) this.#take(line);
  }

  /** Notes what came of a setting or a command; `what` is the key of the parameter or the command's name. */
  note(client: string, what: string, order: Order): void {
    this.#latest.set(`${client}\n${what}`, order);
  }

  /** The last that was asked of a parameter or command. */
  latest(client: string, what: string): Order | undefined {
    return this.#latest.get(`${client}\n${what}`);
  }

  /** Notes a line that was typed at a device's console. */
  type(client: string, order: Order): void {
    this.#typed.set(client, [...this.#typed.get(client) ?? [], order].slice(-REMEMBERED));
  }

  /** Lines that were typed at a device's console, oldest first. */
  typed(client: string): readonly Order[] {
    return this.#typed.get(client) ?? [];
  }

  #take({ command, time }: LabLine): void {
    if (!command || command.outcome === "denied") return;
    const { by, text, outcome } = command;
    const ok = outcome === "failed" ? false : outcome === "done" ? true : undefined;
    for (const { client, what, line } of this.#askedIn(command.line)) {
      const known = this.latest(client, what);
      if (known && known.time > time) continue;
      this.note(client, what, { ok, text, by, time, line, status: ok === false ? 422 : 200 });
    }
  }

  /** What a command asked of whom: `send cryocon set temperature=-100`, `set cryocon.temperature=-100`. */
  *#askedIn(text: string): Generator<{ client: string; what: string; line: string }> {
    const parsed = parsedOf(text);
    if (parsed?.name === "set") {
      for (const [name, value] of Object.entries(parsed.options)) {
        const dot = name.indexOf(".");
        const client = this.#lab.clients.get(name.slice(0, Math.max(0, dot)));
        if (client) yield* settingIn(client, name.slice(dot + 1), value);
      }
    } else if (parsed?.name === "send") {
      const client = this.#lab.clients.get(parsed.args[0] ?? "");
      const word = parsed.args[1];
      if (!client) return;
      if (word === "set") {
        for (const [name, value] of Object.entries(parsed.options)) yield* settingIn(client, name, value);
      } else if (word !== undefined && Object.hasOwn(client.description?.model.commands ?? {}, word)) {
        yield { client: client.name, what: `command ${word}`, line: word };
      }
    }
  }
}

/** A setting under the key that its device knows it by. */
function* settingIn(client: Client, name: string, value: string) {
  const key = settablesByName(client.channels.values()).get(name)?.settable;
  if (key !== undefined) yield { client: client.name, what: key, line: `set ${name}=${value}` };
}

function parsedOf(text: string): ParsedLine | undefined {
  try {
    return parseLine(text);
  } catch {
    return undefined; // a line that could not be read was not carried out either
  }
}
