/** Where a link has its values from: pushed by a peer that can, asked for every second of one that cannot. @module */
import {
  bad,
  type Channel,
  channelsByName,
  channelsOfDescription,
  type Description,
  parseValue,
  readDescription,
  type Reading,
  readingOf,
  type Update,
} from "../device/mod.ts";
import { CommandError, TimeoutError } from "../errors.ts";
import { joinBytes } from "../net/mod.ts";
import type { Answer } from "../link/link.ts";
import type { Clock, Timer } from "../time/mod.ts";
import type { LineClient } from "./client.ts";
import type { ParsedLine } from "./parse.ts";
import type { StatusReader } from "./status_reader.ts";
import { UpdateReader, type WireReading } from "./update.ts";

/** What a source tells the link. */
export interface SourceListener {
  /** The device is described, for the first time or anew. */
  described(description: Description): void;
  /** Values came. */
  update(update: Update): void;
  /** It does not work with this peer, and why. */
  failed(error: Error): void;
}

/** The values of one connection. */
export interface Source {
  /** Takes a line of the peer. */
  line(line: ParsedLine): void;
  /** Takes a piece of the payload that follows a line. */
  payload(line: ParsedLine, data: Uint8Array, isLast: boolean): void;
  /** Gives an answer that has just come a number that goes with those of the updates. */
  numbered(answer: Answer): Answer;
  /** Ends it. */
  end(): void;
}

const POLL = "1 s";
/** Statuses that may stay away, one after another, before the peer counts as frozen. */
const PATIENCE = 10;

/**
 * Asks a peer of the base protocol for its status. Its updates are numbered by the questions they answer: what answers a
 * question that was sent after a command was read after it.
 */
export class PolledSource implements Source {
  readonly #client: LineClient;
  readonly #clock: Clock;
  readonly #reader: StatusReader;
  readonly #listener: SourceListener;
  readonly #timer: Timer;
  #description: Description | undefined;
  #asked: number;
  #answered: number;
  #unheard = 0;

  /** Begins to ask; `since` is the number of the last question before. */
  constructor(
    client: LineClient,
    clock: Clock,
    reader: StatusReader,
    listener: SourceListener,
    since: number,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#reader = reader;
    this.#listener = listener;
    this.#asked = this.#answered = since;
    this.#timer = clock.every(POLL, () => this.#ask());
    this.#ask();
  }

  line({ name, options }: ParsedLine): void {
    if (name !== "status") return;
    this.#unheard = 0;
    this.#answered = Math.min(this.#answered + 1, this.#asked);
    const { description, update } = this.#reader.read(options, this.#clock.time());
    if (description !== this.#description) this.#listener.described(this.#description = description);
    this.#listener.update({ ...update, seq: this.#answered });
  }

  payload(): void {}

  numbered(answer: Answer): Answer {
    return { ...answer, seq: this.#asked };
  }

  end(): void {
    this.#timer.stop();
  }

  #ask(): void {
    if (!this.#client.peer) return;
    if (this.#unheard++ < PATIENCE) {
      this.#asked++;
      return this.#client.send("get_status");
    }
    this.#client.drop(new TimeoutError(`no answer to get_status for ${PATIENCE} s`));
  }
}

/** Subscribes to what a peer of the extended protocol reads. */
export class PushedSource implements Source {
  readonly #client: LineClient;
  readonly #listener: SourceListener;
  readonly #reader = new UpdateReader((readings, name, reading) => {
    const channel = this.#channels.get(name);
    if (channel) readings.set(channel.key, understood(channel, reading));
  });
  #pieces: Uint8Array[] = [];
  #channels: ReadonlyMap<string, Channel> = new Map();
  #hasEnded = false;

  /** Asks for the description, then subscribes; `since` is the last update that was seen before a loss. */
  constructor(client: LineClient, listener: SourceListener, since?: number) {
    this.#client = client;
    this.#listener = listener;
    this.#begin(since);
  }

  line(line: ParsedLine): void {
    if (line.name === "described") return void this.#begin();
    if (line.name !== "update") return;
    try {
      const update = this.#reader.take(line);
      if (update) this.#listener.update(update);
    } catch (error) {
      this.#listener.failed(error as Error);
    }
  }

  payload({ name }: ParsedLine, data: Uint8Array, isLast: boolean): void {
    if (name !== "description") return;
    this.#pieces.push(data);
    if (!isLast) return;
    const bytes = joinBytes(this.#pieces);
    this.#pieces = [];
    this.#describe(bytes);
  }

  numbered(answer: Answer): Answer {
    return answer;
  }

  end(): void {
    this.#hasEnded = true;
  }

  async #begin(since?: number): Promise<void> {
    try {
      await this.#client.request("describe");
      if (this.#hasEnded) return;
      const options: Record<string, string> = since === undefined ? {} : { "@since": String(since) };
      await this.#client.request({ name: "subscribe", options });
    } catch (error) {
      const isLost = error instanceof CommandError && error.code === "unknown_outcome";
      if (!this.#hasEnded && !isLost) this.#listener.failed(error as Error);
    }
  }

  #describe(bytes: Uint8Array): void {
    try {
      const description = readDescription(bytes);
      this.#channels = channelsByName(channelsOfDescription(description));
      this.#listener.described(description);
    } catch (error) {
      this.#listener.failed(error as Error);
    }
  }
}

function understood(channel: Channel, { text, time, quality, reason = "", raw }: WireReading): Reading {
  const found = text === undefined ? bad(reason, raw) : parseValue(channel.param, text);
  const reading = readingOf(channel, found, time);
  return quality === "stale" && reading.quality === "good" ? { ...reading, quality, reason } : reading;
}
