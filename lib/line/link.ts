/** The line protocol as a link: what MONITOR and the SDK see of a daemon, old or new. @module */
import type { Description, Update } from "../device/mod.ts";
import type {
  Answer,
  ClaimHeld,
  CommandOptions,
  ImageNotice,
  Link,
  LinkCommand,
  LinkOptions,
  LinkState,
  LogLine,
  Picture,
} from "../link/link.ts";
import { PublishedLink } from "../link/published.ts";
import { tls } from "../net/mod.ts";
import { type Clock, systemClock } from "../time/mod.ts";
import { LineClient } from "./client.ts";
import { readClaimNotice } from "./claim_notice.ts";
import { CommandText } from "./command_text.ts";
import type { Introduction } from "./greeting.ts";
import { readImageNotice } from "./image_notice.ts";
import type { ParsedLine } from "./parse.ts";
import { Pictures } from "./pictures.ts";
import { StatusReader } from "./status_reader.ts";
import { PolledSource, PushedSource, type Source, type SourceListener } from "./value_sources.ts";

const LOG_TYPES: ReadonlySet<string | undefined> = new Set<LogLine["type"]>([
  "debug",
  "info",
  "message",
  "warning",
  "error",
  "success",
]);

/**
 * Opens a link to a daemon or a MONITOR that speaks the line protocol. Peers that know the extended protocol describe
 * themselves, push what they read and answer commands; of others the status is asked for every second, and what they
 * are is made up from `options.model` and the status. To those nothing is sent that the base protocol does not have.
 *
 * @param address `"host:port"`, `"tls://host:port"` or `"unix:/path"`.
 * @param options Model, our name, token, certificates to believe, clock, transport.
 * @returns The link, which connects by itself, again and again.
 * @throws {ConfigError} If the address is none.
 *
 * @example Usage
 * ```ts
 * import { openLineLink, serveLine } from "@dewar/sdk/line";
 * import { MemoryTransport } from "@dewar/sdk/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const transport = new MemoryTransport();
 * const gauge = { name: "gauge", role: "", status: () => "pressure=1e-06", command: () => undefined };
 * await using server = await serveLine(gauge, { address: "gauge:7023", transport });
 *
 * await using link = openLineLink(server.address, { transport });
 * for await (const { readings } of link.updates()) {
 *   assertEquals(readings.get("pressure")?.value, 1e-6);
 *   break;
 * }
 * ```
 */
export function openLineLink(address: string, options: LinkOptions = {}): Link {
  return new LineLink(address, options);
}

class LineLink extends PublishedLink {
  readonly address: string;
  readonly #options: LinkOptions;
  readonly #clock: Clock;
  readonly #client: LineClient;
  readonly #pictures: Pictures;
  #source: Source | undefined;
  #reader: StatusReader | undefined;
  #commands: CommandText | undefined;
  #highest = 0;
  #hasGap = false;
  #isFlooded = false;
  #claim: ClaimHeld | undefined;

  constructor(address: string, options: LinkOptions) {
    const { clock = systemClock, name, token, ca, linesPerSecond } = options;
    const isTls = address.startsWith("tls://");
    const transport = options.transport ?? (isTls ? tls({ ca }) : undefined);
    super(address, clock);
    this.address = address;
    this.#options = options;
    this.#clock = clock;
    this.#pictures = new Pictures(clock, () => this.#askForPicture());
    this.#client = new LineClient(address, {
      state: (state) => this.#enter(state),
      connected: (peer) => this.#begin(peer),
      line: (line) => this.#take(line),
      payload: (line, data, isLast) => {
        if (!this.#pictures.payload(line, data, isLast)) this.#source?.payload(line, data, isLast);
      },
      bad: (problem) => this.#say("warning", `sent a line that cannot be read: ${problem}`),
      flood: (isFlooding) => this.#tellOfFlood(isFlooding),
    }, { clock, token, transport, linesPerSecond, ...(name === undefined ? {} : { name }) });
  }

  get state(): LinkState {
    return this.#claim ? { ...this.#client.state, claim: this.#claim } : this.#client.state;
  }

  /** Only a camera of the base protocol has pictures to ask for; to no other peer its words are sent. */
  get showsPictures(): boolean {
    const { peer } = this.#client;
    return peer !== undefined && !peer.isModern && peer.type === "ccd";
  }

  images(options: { signal?: AbortSignal } = {}): AsyncIterable<ImageNotice> {
    return this.published.images(options.signal);
  }

  pictures(options: { signal?: AbortSignal } = {}): AsyncIterable<Picture> {
    return this.#pictures.read(options.signal);
  }

  async command(command: LinkCommand, options: CommandOptions = {}): Promise<Answer> {
    this.#client.mustBeConnected(command.kind === "line" ? command.line : command.kind);
    if (!this.#commands && command.kind !== "line") await this.describe(options);
    const words = this.#commands ?? new CommandText(nameless(this.address));
    const isModern = this.#client.isModern;
    const line = words.write(command, isModern);
    if (isModern) return this.#numbered(words.read(command, await this.#client.request(line, options)));
    this.#client.send(line);
    return this.#numbered({ values: new Map(), confirmed: false });
  }

  async close(): Promise<void> {
    this.#source?.end();
    await this.#client.close();
    this.#pictures.close();
    this.published.close();
  }

  #numbered(found: Answer): Answer {
    const answer = this.#source?.numbered(found) ?? found;
    this.#highest = Math.max(this.#highest, answer.seq ?? 0);
    return answer;
  }

  #enter(state: LinkState): void {
    if (state.status !== "connected") {
      this.#source?.end();
      this.#pictures.lost();
      this.#claim = undefined; // it is told anew where there is one
    }
    this.published.enter(this.#claim ? this.state : state);
  }

  #begin(peer: Introduction): void {
    this.#source?.end();
    this.#source = peer.isModern
      ? new PushedSource(this.#client, this.#listener(), this.published.last?.seq)
      : this.#poll(peer.name);
  }

  #poll(name: string): Source {
    this.#hasGap = this.published.last !== undefined;
    this.#reader ??= new StatusReader(name || this.address, this.#options.model);
    return new PolledSource(this.#client, this.#clock, this.#reader, this.#listener(), this.#highest);
  }

  #listener(): SourceListener {
    return {
      described: (description) => {
        this.#commands = new CommandText(description);
        this.published.described(description);
      },
      update: (update) => this.#publish(update),
      failed: (error) => {
        this.#say("warning", `cannot be subscribed to, its status is polled instead: ${error.message}`);
        this.#source?.end();
        this.#source = this.#poll(this.#client.peer?.name ?? "");
      },
    };
  }

  #publish(newest: Update): void {
    const update = this.#hasGap ? { ...newest, gap: true } : newest;
    this.#hasGap = false;
    this.#highest = Math.max(this.#highest, update.seq ?? 0);
    this.published.update(update);
  }

  #take(line: ParsedLine): void {
    if (LOG_TYPES.has(line.name)) this.#say(line.name as LogLine["type"], saidIn(line));
    else if (line.name === "@image") this.#tellOfImage(line);
    else if (line.name === "@claim") this.#enterClaim(line);
    else if (!this.#pictures.line(line)) this.#source?.line(line);
  }

  #tellOfImage(line: ParsedLine): void {
    const image = readImageNotice(line);
    if (image) this.published.wrote(image);
    else this.#say("warning", `told of an image without a path: ${line.text}`);
  }

  #enterClaim(line: ParsedLine): void {
    this.#claim = readClaimNotice(line);
    this.published.enter(this.state);
  }

  #tellOfFlood(isFlooding: boolean): void {
    if (isFlooding === this.#isFlooded) return; // it may have come anew in between
    this.#isFlooded = isFlooding;
    if (!isFlooding) return this.#say("info", "sends no more lines than are read of it");
    const most = `${this.#options.linesPerSecond} lines a second`;
    this.#say(
      "warning",
      `sends more than the ${most} that are read of it in the long run: what it says comes late`,
    );
  }

  #askForPicture(): void {
    if (this.showsPictures) this.#client.send("get_current_frame");
  }

  #say(type: LogLine["type"], message: string): void {
    const source = this.#client.peer?.name || this.address;
    this.published.say({ time: this.#clock.time(), source, type, message });
  }
}

/** What a log line says: its words as they are, or one quoted text. */
function saidIn({ name, text }: ParsedLine): string {
  const words = text.trim().slice(name!.length).trim();
  return /^".*"$/.test(words) ? words.slice(1, -1).replace(/\\(["\\])/g, "$1") : words;
}

/** What is known of a device that has not said anything yet: typed lines can be sent to it. */
function nameless(name: string): Description {
  const safe = { stop: "hold", claimLost: "hold", abort: "hold", interlock: "hold" } as const;
  const model = { model: "unknown", description: "Not described yet", params: {}, safe };
  return { model, revision: "0.0", name, inferred: true };
}
