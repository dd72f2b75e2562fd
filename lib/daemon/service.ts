/** A device as the line server serves it. @module */
import type { Description } from "../device/description.ts";
import { suggestion } from "../device/nearest.ts";
import { CommandError } from "../errors.ts";
import { formatClaimNotice } from "../line/claim_notice.ts";
import { formatImageNotice } from "../line/image_notice.ts";
import { parseLine } from "../line/parse.ts";
import { quote, toAscii } from "../line/quote.ts";
import type { Caller, LineService, Outcome, ParsedLine, Peer, ValueSource } from "../line/service.ts";
import type { LogLine } from "../link/link.ts";
import type { Claims } from "./claims.ts";
import type { Commands } from "./commands.ts";
import type { Device } from "./device.ts";
import type { AnyBinding } from "./erased.ts";
import type { Settings } from "./settings.ts";

/** Peers of this name are told what the daemon logs. */
const MONITOR = "monitor";

/** Words of the daemon that come here; the others are the server's. */
const OWN: ReadonlySet<string> = new Set(["claim", "release", "set", "exit"]);

/** What every daemon understands, for suggestions. */
const WORDS = ["get_status", "set", "describe", "subscribe", "claim", "release", "exit"];

/** What a service passes lines on to. */
export interface ServiceParts {
  /** The device. */
  readonly device: Device;
  /** Who may command. */
  readonly claims: Claims;
  /** `set`. */
  readonly settings: Settings;
  /** Commands. */
  readonly commands: Commands;
  /** Stops the daemon; resolves once the device is safe. */
  exit(): Promise<void>;
}

type Result = Outcome | undefined | Promise<Outcome | undefined>;

/** A {@linkcode LineService} for one device. */
export class DeviceService implements LineService {
  readonly name: string;
  readonly role: string;
  readonly model: string;
  readonly values: ValueSource;
  readonly #parts: ServiceParts;
  readonly #peers = new Set<Peer>();

  /** Makes the service of a device. */
  constructor(parts: ServiceParts) {
    const { name, model, state, log } = parts.device;
    this.name = name;
    this.role = model.role ?? "";
    this.model = `${model.model}@${model.version ?? 1}`;
    this.values = state;
    this.#parts = parts;
    log.to((line) => this.#tellMonitor(line));
    parts.device.onImage((image) => this.#tellModern(formatImageNotice(image)));
    parts.claims.watch(() => this.#tellModern(this.#claimNotice));
  }

  status(): string {
    return this.#parts.device.state.statusText();
  }

  describe(): Description {
    return this.#parts.device.state.description;
  }

  onDescribed(listener: () => void): Disposable {
    return this.#parts.device.onDescribed(listener);
  }

  joined(peer: Peer): void {
    this.#peers.add(peer);
    if (peer.modern && this.#parts.claims.held) peer.send(this.#claimNotice);
  }

  left(peer: Peer): void {
    this.#peers.delete(peer);
  }

  command(said: ParsedLine, caller: Caller): Result {
    const { log, binding } = this.#parts.device;
    const today = binding.translate?.(said.text);
    const line = today === undefined ? said : parseLine(today);
    try {
      if (binding.through && !this.#isOwn(line)) return this.#passThrough(line, caller, binding.through);
      const result = this.#obey(line, caller);
      if (result instanceof Promise) return this.#logged(line, caller, result);
      if (log.isDetailed) log.write("debug", `${told(line, caller)}: done`);
      return result;
    } catch (error) {
      const isNoise = error instanceof CommandError && error.code === "invalid";
      log.write(isNoise ? "debug" : "warning", `${told(line, caller)}: ${(error as Error).message}`);
      throw error;
    }
  }

  #obey(line: ParsedLine, caller: Caller): Result {
    const { claims, settings, commands, device } = this.#parts;
    const { peer } = caller;
    switch (line.name) {
      case "claim":
        return this.#claim(line, peer);
      case "release":
        claims.release(peer);
        return { seq: device.state.finish() };
      case "set":
        claims.check(peer);
        if (line.args.length === 0) return settings.set(line.options);
        throw new CommandError("invalid", `set takes name=value only, got ${JSON.stringify(line.args[0])}`);
      case "exit":
        claims.check(peer);
        return this.#parts.exit().then(() => ({}));
    }
    const told = device.binding.told?.[line.name!];
    if (told) {
      told(device.context({ caller: peer.name }), line.options);
      return {};
    }
    const command = commands.find(line);
    if (command === undefined) return this.#pass(line, peer);
    claims.check(peer);
    return commands.run(command, line, caller);
  }

  /** Whether it is a line of the daemon itself, or a command of the model. */
  #isOwn(line: ParsedLine): boolean {
    const { commands, device } = this.#parts;
    return OWN.has(line.name!) || device.binding.told?.[line.name!] !== undefined ||
      commands.find(line) !== undefined;
  }

  #passThrough(line: ParsedLine, caller: Caller, through: NonNullable<AnyBinding["through"]>): Result {
    const { claims, device } = this.#parts;
    const { peer, signal } = caller;
    claims.check(peer);
    return through(line, caller, device.context({ caller: peer.name, signal }));
  }

  #claim({ options }: ParsedLine, peer: Peer): Outcome {
    const { claims, device } = this.#parts;
    const isNew = claims.held === undefined;
    const { holder, note } = claims.claim(peer, options["@for"], options["@note"]);
    if (isNew) device.log.write("info", `${holder} has claimed it${note === undefined ? "" : ` (${note})`}`);
    return { seq: device.state.finish() };
  }

  #pass(line: ParsedLine, peer: Peer): Result {
    const { claims, commands, device } = this.#parts;
    const way = commands.wayOf(line);
    if (way !== undefined) {
      claims.check(peer);
      return commands.pass(line, way);
    }
    const words = [...WORDS, ...commands.names];
    throw new CommandError(
      "invalid",
      `${device.name} has no command "${line.name}"${suggestion(line.name!, words)}`,
    );
  }

  async #logged(
    line: ParsedLine,
    caller: Caller,
    result: Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined> {
    const { log } = this.#parts.device;
    try {
      const outcome = await result;
      log.write("info", `${told(line, caller)}: done`);
      return outcome;
    } catch (error) {
      log.write("warning", `${told(line, caller)}: ${error instanceof Error ? error.message : error}`);
      throw error;
    }
  }

  #tellMonitor({ type, message }: LogLine): void {
    for (const peer of this.#peers) {
      if (peer.name === MONITOR) peer.send(`${type} ${asWords(message)}`);
    }
  }

  get #claimNotice(): string {
    const { held } = this.#parts.claims;
    if (!held) return formatClaimNotice(undefined);
    const { holder: by, note } = held;
    return formatClaimNotice(note === undefined ? { by } : { by, note });
  }

  #tellModern(line: string): void {
    for (const peer of this.#peers) if (peer.modern) peer.send(line);
  }
}

/** Text whose words and blanks an old MONITOR reads back: it splits a line as a shell does. */
function asWords(message: string): string {
  const text = toAscii(message).replace(/[\n\0]/g, " ");
  return /['"\\]|\s\s/.test(text) ? quote(text) : text;
}

function told({ text }: ParsedLine, { peer }: Caller): string {
  return `${JSON.stringify(text.slice(0, 200))} of ${peer.name} (${peer.address})`;
}
