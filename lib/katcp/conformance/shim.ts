/**
 * The client, driven by lines of JSON, so that tests written in any language can be put to it.
 *
 * Each line in is a command, an object with `do` and an `id` of any kind; for each there is one line out with the same
 * `id`, as soon as it is known: `{"id": 1, "ok": true, ...}` or `{"id": 1, "ok": false, "code": "timeout", "error": "..."}`.
 * Commands do not wait for each other, and times are seconds.
 *
 * | `do` | keys | what comes |
 * |---|---|---|
 * | `connect` | `address`, `protocol` for a peer that does not say it, `timeout` (10) | `protocol`, `versions` by role |
 * | `request` | `name`, `args`, `timeout` (5, or what the peer asks for) | `reply`, `informs`; also for a refusal |
 * | `send` | `line`: any message, as it is | |
 * | `inform` | `name`, `count` (1), `timeout` (5) | `informs`: the next that belong to no request, the earlier ones first |
 * | `strategy` | `sensors`, `strategy`: `"event-rate 0.1 10"` | set again at each connection; `inform` with `sensor-status` gives the readings |
 * | `close` | | |
 *
 * A message is `{"type": "reply", "name": "echo", "mid": 3, "args": ["ok", {"hex": "ff"}]}`: an argument that is no UTF-8
 * is given in hex, and may be given so to `request`.
 *
 * Unasked come `{"event": "connected", "protocol": "5.1-MIB"}`, `{"event": "lost"}`, `{"event": "unhandled", "message":
 * {...}}` for replies that nobody waits for and requests of the peer, and `{"event": "problem", "problem": "..."}`.
 * @module
 */
import { Fields } from "../../device/fields.ts";
import { CommandError, ConfigError } from "../../errors.ts";
import type { Transport } from "../../net/mod.ts";
import { type Clock, systemClock } from "../../time/mod.ts";
import { KatcpClient } from "../client.ts";
import { parseMessage } from "../codec.ts";
import { KeptStrategies } from "../kept_strategies.ts";
import { type Argument, bytesOf, type Message } from "../message.ts";
import { formatProtocol } from "../protocol.ts";
import { parseStrategy } from "../strategy.ts";
import { float } from "../types.ts";
import { Inbox } from "./inbox.ts";

/** Options of {@linkcode ClientShim}. */
export interface ClientShimOptions {
  /** Is given each line out. */
  write(line: string): void;
  /** Transport (default: by address). */
  transport?: Transport | undefined;
  /** Clock (default: the system's). */
  clock?: Clock | undefined;
}

/** What there is while it is connected, or connects again. */
interface Connected {
  readonly client: KatcpClient;
  readonly strategies: KeptStrategies;
  readonly inbox: Inbox;
}

/** Carries out a command; what it returns goes into the answer. */
type Command = (command: Fields) => Promise<object | void>;

/** Drives one client. */
export class ClientShim implements AsyncDisposable {
  readonly #options: ClientShimOptions;
  readonly #clock: Clock;
  readonly #commands: Readonly<Record<string, Command>> = {
    connect: (command) => this.#connect(command),
    request: (command) => this.#request(command),
    send: (command) => Promise.resolve(this.#client().send(parseMessage(command.needText("line")))),
    inform: (command) => this.#inform(command),
    strategy: (command) => this.#strategy(command),
    close: () => this[Symbol.asyncDispose](),
  };
  #connected: Connected | undefined;

  /** Makes one that is not connected. */
  constructor(options: ClientShimOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Carries out one line; what comes of it is written. */
  async take(line: string): Promise<void> {
    let id: unknown = null;
    try {
      const command = new Fields(parseJson(line), ["command"]);
      id = command.get("id") ?? null;
      const name = command.word("do", Object.keys(this.#commands)) ??
        command.expected("do", Object.keys(this.#commands).join(", "));
      this.#write({ id, ok: true, ...await this.#commands[name]!(command) });
    } catch (error) {
      const { name, message } = error as Error;
      this.#write({ id, ok: false, code: error instanceof CommandError ? error.code : name, error: message });
    }
  }

  /** Closes the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    connected?.strategies[Symbol.dispose]();
    await connected?.client.close();
  }

  async #connect(command: Fields): Promise<object> {
    await this[Symbol.asyncDispose]();
    const { transport } = this.#options;
    const inbox = new Inbox(this.#clock);
    const client = new KatcpClient(command.needText("address"), {
      clock: this.#clock,
      transport,
      protocol: command.text("protocol"),
      onUnhandled: (message) => {
        if (message.type === "inform") inbox.push(message);
        else this.#write({ event: "unhandled", message: shownMessage(message) });
      },
      onProblem: (problem) => this.#write({ event: "problem", problem }),
    });
    const strategies = new KeptStrategies(client, {
      sample() {}, // the informs are told as they are
      problem: (problem) => this.#write({ event: "problem", problem }),
    });
    for (const name of ["sensor-status", "interface-changed"]) {
      client.onInform(name, (inform) => inbox.push(inform));
    }
    client.onConnected(() => this.#write({ event: "connected", protocol: formatProtocol(client.protocol!) }));
    client.onLost(() => this.#write({ event: "lost" }));
    this.#connected = { client, strategies, inbox };
    await client.connected({ timeout: 1000 * (command.number("timeout") ?? 10) });
    return { protocol: formatProtocol(client.protocol!), versions: Object.fromEntries(client.versions) };
  }

  async #request(command: Fields): Promise<object> {
    const seconds = command.number("timeout");
    const timeout = seconds === undefined ? undefined : 1000 * seconds;
    const { reply, informs } = await this.#client().ask(command.needText("name"), ...argumentsOf(command), {
      timeout,
    });
    return { reply: shownMessage(reply), informs: informs.map(shownMessage) };
  }

  async #inform(command: Fields): Promise<object> {
    const inbox = this.#needs().inbox;
    const timeout = 1000 * (command.number("timeout") ?? 5);
    const informs = await inbox.take(command.needText("name"), command.number("count") ?? 1, timeout);
    return { informs: informs.map(shownMessage) };
  }

  async #strategy(command: Fields): Promise<void> {
    const { strategies } = this.#needs();
    const sensors = command.get("sensors");
    if (!Array.isArray(sensors) || !sensors.every((name) => typeof name === "string")) {
      command.expected("sensors", "a list of names");
    }
    const words = command.needText("strategy").trim().split(/\s+/).map(bytesOf);
    await strategies.set(sensors as string[], parseStrategy(words, float, 5));
  }

  #client(): KatcpClient {
    return this.#needs().client;
  }

  #needs(): Connected {
    if (this.#connected) return this.#connected;
    throw new ConfigError("command: connect first");
  }

  #write(object: object): void {
    this.#options.write(JSON.stringify(object));
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ConfigError(`command: ${(cause as Error).message}`, { cause });
  }
}

function argumentsOf(command: Fields): Argument[] {
  const args = command.get("args") ?? [];
  if (!Array.isArray(args)) return command.expected("args", "a list");
  return args.map((argument) => {
    if (typeof argument === "string") return argument;
    const hex = (argument as { hex?: unknown } | null)?.hex;
    if (typeof hex !== "string" || !/^(?:[0-9a-f]{2})*$/i.test(hex)) {
      return command.expected("args", 'texts, and {"hex": "..."} for other bytes');
    }
    return Uint8Array.fromHex(hex);
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function shownMessage({ type, name, mid, args }: Message): object {
  return { type, name, ...(mid !== undefined && { mid }), args: args.map(shownArgument) };
}

function shownArgument(bytes: Uint8Array): string | { hex: string } {
  try {
    return utf8.decode(bytes);
  } catch { // no UTF-8
    return { hex: bytes.toHex() };
  }
}
