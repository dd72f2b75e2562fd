/** Decides what of the updates is worth storing, and gives it to the spool. @module */
import type { Channel } from "../../../lib/device/channel.ts";
import type { Reading, Update } from "../../../lib/device/reading.ts";
import { type Clock, type Duration, milliseconds } from "../../../lib/time/mod.ts";
import { hasChanged } from "./change.ts";
import { channelRow, encodeEntry, gapRow, sane, type ValueRow, valueRow } from "./entry.ts";
import type { Spool } from "./spool.ts";

/** What is remembered of a channel. */
interface Memory {
  /** What the spool knows of it. */
  described?: Channel;
  /** What was stored last, and its row's time. */
  stored?: { readonly reading: Reading; readonly time: number };
  /** Since when values were dropped. */
  missingSince?: number;
}

/** Options of {@linkcode Recorder}. */
export interface RecorderOptions {
  /** Where it goes. */
  readonly spool: Spool;
  /** Judges the times that peers tell. */
  readonly clock: Clock;
  /** When the recording began, unix seconds; what held already then is stored with this time. */
  readonly since: number;
}

/** Records the updates of all clients. */
export class Recorder {
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #since: number;
  #refresh = 600;
  readonly #clients = new Map<string, Map<string, Memory>>();

  /** Makes one that remembers nothing: the first reading of each channel is stored. */
  constructor(options: RecorderOptions) {
    this.#spool = options.spool;
    this.#clock = options.clock;
    this.#since = options.since;
  }

  /** From now on a value that does not change is stored again after this time (at first 10 min). */
  refreshEvery(period: Duration): void {
    this.#refresh = milliseconds(period) / 1000;
  }

  /**
   * Takes an update. A reading is stored if it is the channel's first, has changed by its deadband, or is old.
   *
   * @param client Whose it is.
   * @param update The values.
   * @param channels The client's channels.
   */
  record(client: string, update: Update, channels: ReadonlyMap<string, Channel>): void {
    const now = this.#clock.time();
    const rows: ValueRow[] = [];
    const taken: { memory: Memory; reading: Reading; time: number }[] = [];
    this.#describe(client, update, channels);
    for (const [key, reading] of update.readings) {
      if (channels.get(key)?.param.archive === false) continue;
      const memory = this.#memory(client, key);
      // A stale reading still has the time at which it was good; the gap begins when it was found to be stale.
      const told = reading.quality === "stale" ? update.time : reading.time;
      // A clock that was set back makes the begin lie ahead of us: then nothing is kept from before now.
      const time = Math.max(sane(told, now), Math.min(this.#since, now));
      if (!this.#isWorthARow(memory, reading, time, channels.get(key))) continue;
      if (memory.missingSince !== undefined) {
        rows.push(gapRow(key, memory.missingSince, "not stored: the disk took nothing"));
      }
      rows.push(valueRow(key, reading, time));
      taken.push({ memory, reading, time });
    }
    if (rows.length === 0) return;
    const stored = this.#spool.append(encodeEntry({ kind: "values", client, rows }), {
      values: taken.length,
    });
    for (const { memory, reading, time } of taken) {
      if (stored) {
        memory.stored = { reading, time };
        delete memory.missingSince;
      } else {
        delete memory.stored;
        memory.missingSince ??= time;
      }
    }
  }

  #isWorthARow({ stored }: Memory, reading: Reading, time: number, channel: Channel | undefined): boolean {
    if (!stored) return reading.value !== undefined || reading.quality !== "good";
    return hasChanged(stored.reading, reading, channel?.param) ||
      Math.abs(time - stored.time) >= this.#refresh;
  }

  /** Tells the spool of channels it does not know, before their first values. */
  #describe(client: string, update: Update, channels: ReadonlyMap<string, Channel>): void {
    const unknown: Channel[] = [];
    for (const key of update.readings.keys()) {
      const channel = channels.get(key);
      if (!channel || channel.param.archive === false) continue;
      if (this.#memory(client, key).described !== channel) unknown.push(channel);
    }
    if (unknown.length === 0) return;
    const rows = unknown.map(channelRow);
    if (!this.#spool.append(encodeEntry({ kind: "channels", client, rows }), { first: true })) return;
    for (const channel of unknown) this.#memory(client, channel.key).described = channel;
  }

  #memory(client: string, key: string): Memory {
    let memories = this.#clients.get(client);
    if (!memories) this.#clients.set(client, memories = new Map());
    let memory = memories.get(key);
    if (!memory) memories.set(key, memory = {});
    return memory;
  }
}
