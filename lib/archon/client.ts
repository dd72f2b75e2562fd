/** A client of an Archon controller. @module */
import { CommandError, PeerProtocolError } from "../errors.ts";
import { bulk, type Connection, type Transport } from "../net/mod.ts";
import { type Clock, systemClock, withDeadline } from "../time/mod.ts";
import type { Acf } from "./acf.ts";
import {
  changeConfiguration,
  type ConfigureOptions,
  readConfiguration,
  writeConfiguration,
} from "./configure.ts";
import { ArchonRefusal, type ArchonSendOptions, Exchange } from "./exchange.ts";
import { fetchFrame, type FetchOptions } from "./fetch.ts";
import { type FrameBuffer, type FrameStatus, readFrame } from "./frame.ts";
import { FrameWatch } from "./frame_watch.ts";
import { PairReader } from "./pairs.ts";
import { hex } from "./request.ts";
import { type ArchonStatus, type Power, readStatus } from "./status.ts";
import { type ArchonSystem, readSystem } from "./system.ts";

/** Options of {@linkcode connectArchon}. */
export interface ConnectArchonOptions {
  /**
   * How many commands may be without a reply at once (default 1: what every controller and simulator takes). More makes
   * loading and reading a configuration faster.
   */
  readonly window?: number | undefined;
  /** Told of each entry of the controller's log that is fetched. */
  readonly onLog?: ((entry: string) => void) | undefined;
  /** Told of what is wrong and stops nothing: a line that nobody asked for, a lock that was not given back. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** How to connect (default: over TCP, by large reads). */
  readonly transport?: Transport | undefined;
  /** Clock (default: the system's). */
  readonly clock?: Clock | undefined;
}

/** Largest value the controller takes for a parameter. */
export const LARGEST_PARAMETER = 1_000_000;
/** A controller keeps no more entries than that; one that claims more is not asked for ever. */
const LONGEST_LOG = 1000;
/** How often the power is looked at, and after how many looks it should not be between on and off any more. */
const LOOK = "100 ms";
const SETTLED = 50;

/**
 * Connects to a controller. Nothing is sent by that; a lost connection is not made anew ({@linkcode ArchonClient.lost}).
 *
 * @param address Where: `"10.0.0.2:4242"`.
 * @param options Window, clock and so on.
 * @returns The client.
 * @throws {ConnectionError} If nothing listens there.
 *
 * @example Configure, power, expose, fetch
 * ```ts ignore
 * await using archon = await connectArchon("10.0.0.2:4242");
 * await archon.configure(readAcf(await Deno.readTextFile("ccd.acf"), "ccd.acf"));
 * await archon.send("APPLYALL");
 * await archon.power(true);
 * const before = lastFrame(await archon.frame());
 * await archon.setParameter("Exposures", 1);
 * const buffer = await archon.waitForFrame(before);
 * const pixels = await archon.fetch(buffer);
 * ```
 */
export async function connectArchon(
  address: string,
  options: ConnectArchonOptions = {},
): Promise<ArchonClient> {
  const { transport = bulk, signal } = options;
  return new ArchonClient(await transport.connect(address, { signal }), options);
}

/** A connected controller. */
export class ArchonClient implements AsyncDisposable {
  /** Resolves, with the reason, when the connection is gone; undefined when it was closed in order. */
  readonly lost: Promise<Error | undefined>;
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #onLog: (entry: string) => void;

  /** Takes over a connection; {@linkcode connectArchon} makes one. */
  constructor(connection: Connection, options: ConnectArchonOptions = {}) {
    const { window = 1, clock = systemClock, onLog = () => {}, onWarning = () => {} } = options;
    this.#clock = clock;
    this.#onLog = onLog;
    this.#exchange = new Exchange(connection, { who: `Archon ${connection.peer}`, window, clock, onWarning });
    this.lost = this.#exchange.lost;
  }

  /** How many commands have been sent so far. */
  get sent(): number {
    return this.#exchange.sent;
  }

  /**
   * Sends any command that is answered in words. When it is refused, the controller's log is fetched for the reason.
   *
   * @param command The command: `"APPLYALL"`.
   * @param options Timeout, signal.
   * @returns The words of the reply.
   * @throws {ArchonRefusal} If it was refused, with what the log says.
   * @throws {TimeoutError} If it was not answered: a controller says nothing to commands it does not know.
   * @throws {ConnectionError} If the connection is gone.
   * @throws {LocalProtocolError} If it cannot be sent.
   */
  async send(command: string, options?: ArchonSendOptions): Promise<string> {
    try {
      return await this.#exchange.send(command, options);
    } catch (error) {
      if (!(error instanceof ArchonRefusal)) throw error;
      throw await this.#explained(error);
    }
  }

  /** Sends a command and gives its words, refused or not as the controller says it; as a daemon's hardware it is asked so. */
  ask(line: string, options?: ArchonSendOptions): Promise<string> {
    return this.#exchange.send(line, options);
  }

  /** Sends a command and waits until it was carried out. */
  async tell(line: string): Promise<void> {
    await this.send(line);
  }

  /** What it consists of. */
  async system(options?: ArchonSendOptions): Promise<ArchonSystem> {
    return readSystem(await this.ask("SYSTEM", options));
  }

  /** How it is. Entries of its log are not fetched by this: see {@linkcode ArchonClient.fetchLog}. */
  async status(options?: ArchonSendOptions): Promise<ArchonStatus> {
    return readStatus(await this.ask("STATUS", options));
  }

  /** What is in its frame buffers. */
  async frame(options?: ArchonSendOptions): Promise<FrameStatus> {
    return readFrame(await this.ask("FRAME", options));
  }

  /** Its clock, ticks of 10 ns. */
  async timer(options?: ArchonSendOptions): Promise<bigint> {
    return new PairReader(await this.ask("TIMER", options)).hex("TIMER");
  }

  /**
   * Takes entries out of its log, oldest first, and gives each to `onLog`.
   *
   * @param count How many wait, as its status says.
   * @returns The entries.
   */
  async fetchLog(count: number): Promise<string[]> {
    const entries: string[] = [];
    for (let left = Math.min(count, LONGEST_LOG); left > 0; left--) {
      const entry = await this.ask("FETCHLOG");
      if (entry === "" || entry === "(null)") break;
      entries.push(entry);
      this.#onLog(entry);
    }
    return entries;
  }

  /**
   * Gives a parameter of the timing script a value, at once; the configuration stays as it is.
   *
   * @param name The parameter; the applied configuration must have it.
   * @param value A whole number from 0 to {@linkcode LARGEST_PARAMETER}.
   * @throws {CommandError} `limit` if the value cannot be; as {@linkcode ArchonClient.send} otherwise.
   */
  async setParameter(name: string, value: number, options?: ArchonSendOptions): Promise<void> {
    if (!(Number.isInteger(value) && value >= 0 && value <= LARGEST_PARAMETER)) {
      const range = `a whole number from 0 to ${LARGEST_PARAMETER}`;
      throw new CommandError("limit", `The Archon's parameter ${name} takes ${range}, got ${value}`);
    }
    await this.send(`FASTLOADPARAM ${name} ${value}`, options);
  }

  /**
   * Switches the detector's power on or off and waits until it is.
   *
   * @param on Whether it shall be on; the controller takes that only after `APPLYALL`.
   * @param options How long it may take (default 30 s), signal.
   * @throws {CommandError} `device` if the power stays between on and off: a bias failed its check, the log says which.
   * @throws {TimeoutError} If it does not come in time.
   */
  async power(on: boolean, options: ArchonSendOptions = {}): Promise<void> {
    const { timeout = "30 s", signal } = options;
    await this.send(on ? "POWERON" : "POWEROFF", options);
    const wanted: readonly Power[] = on ? ["on"] : ["off", "notConfigured"];
    const what = `sign of the Archon that its power is ${on ? "on" : "off"}`;
    await withDeadline(async (ended) => {
      for (let looks = 0;; looks++) {
        const status = await this.status({ signal: ended });
        if (wanted.includes(status.power)) return;
        // It passes through this; it does not stay there.
        if (status.power === "intermediate" && looks >= SETTLED) {
          const entries = await this.fetchLog(status.log);
          const why = entries.length === 0
            ? "its log does not say why"
            : `its log says: ${entries.join("; ")}`;
          throw new CommandError("device", `The Archon's power stays intermediate: ${why}`);
        }
        await this.#clock.sleep(LOOK, { signal: ended });
      }
    }, { clock: this.#clock, timeout, signal, what });
  }

  /**
   * Loads a configuration into the controller's memory; nothing is applied by that.
   *
   * @param acf The configuration.
   * @param options Progress, signal.
   * @throws {CommandError} `device` if it failed in between: the old configuration is gone then and the new one is not whole.
   * Never apply it.
   */
  configure(acf: Acf, options: ConfigureOptions = {}): Promise<void> {
    return writeConfiguration(this, acf, options);
  }

  /** Reads the configuration that is in the controller's memory; it is empty where there is none. */
  readConfiguration(options: ConfigureOptions = {}): Promise<Acf> {
    return readConfiguration(this, options);
  }

  /**
   * Changes the configuration that is loaded, and applies the least that is needed for it.
   *
   * @param before What is loaded.
   * @param now What shall be; it has every key of `before`.
   * @returns The commands that applied it.
   * @throws {CommandError} `invalid` if a key is missing; as {@linkcode ArchonClient.send} otherwise.
   */
  change(before: Acf, now: Acf, options: ConfigureOptions = {}): Promise<string[]> {
    return changeConfiguration(this, before, now, options);
  }

  /** Writes one line of the configuration memory; nothing is applied by that. */
  async writeLine(line: number, text: string, options?: ArchonSendOptions): Promise<void> {
    await this.send(`WCONFIG${hex(line, 4)}${text}`, options);
  }

  /** Reads one line of the configuration memory; empty where there is none. */
  async readLine(line: number, options?: ArchonSendOptions): Promise<string> {
    return await this.ask(`RCONFIG${hex(line, 4)}`, options);
  }

  /**
   * Waits for a whole frame with a number above another's.
   *
   * @param after The number of the last frame that was seen.
   * @param options How often to look (default 50 ms); who is told how far it is; signal.
   * @returns The buffer of the oldest such frame.
   */
  async waitForFrame(
    after: number,
    options: { every?: number; onProgress?: (status: FrameStatus) => void; signal?: AbortSignal } = {},
  ): Promise<FrameBuffer> {
    const { every = 50, onProgress, signal } = options;
    const watch = new FrameWatch(this.#clock);
    for (;;) {
      const status = await this.frame({ signal });
      onProgress?.(status);
      const found = watch.next(status, after);
      if (found) return found;
      await this.#clock.sleep(every, { signal });
    }
  }

  /**
   * Fetches a whole frame. Its buffer is locked meanwhile, and unlocked in any case.
   *
   * @param buffer The buffer, as {@linkcode ArchonClient.frame} gave it.
   * @param options Where to, progress, signal.
   * @returns The pixels as they lie in the controller: little-endian, row by row from the top.
   * @throws {CommandError} `device` if the frame is not in that buffer any more.
   * @throws {ConnectionError} If the connection is lost meanwhile.
   */
  fetch(buffer: FrameBuffer, options: FetchOptions = {}): Promise<Uint8Array> {
    return fetchFrame(this.#exchange, buffer, options);
  }

  /** Closes the connection. */
  close(): Promise<void> {
    return this.#exchange.close();
  }

  /** As {@linkcode ArchonClient.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A refusal says nothing of its reason; what has come into the log by then is the best there is. */
  async #explained(refusal: ArchonRefusal): Promise<Error> {
    try {
      const { log } = await this.status();
      const entries = await this.fetchLog(log);
      if (entries.length === 0) return refusal;
      return new ArchonRefusal(refusal.command, "The Archon", `its log says: ${entries.join("; ")}`);
    } catch (error) {
      if (error instanceof PeerProtocolError || error instanceof CommandError) return refusal;
      throw error;
    }
  }
}
