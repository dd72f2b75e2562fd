/** The connection to the hardware: opened, lost, opened again, and honest about it at any time. @module */
import { CommandError, ConnectionError, TimeoutError } from "../errors.ts";
import { Backoff } from "../net/backoff.ts";
import { type Clock, type Duration, type Timer, withDeadline } from "../time/mod.ts";
import { ReusedTimer } from "../time/reused_timer.ts";
import type { Hardware } from "./binding.ts";
import type { Log } from "./log.ts";
import { type Priority, Queue } from "./queue.ts";

/** Exchanges without an answer, one after another, after which the hardware counts as lost though its socket is open. */
export const SILENT_EXCHANGES = 3;
/** How long a connection must have stood and answered before it counts as back for good. */
const PROVEN_AFTER: Duration = "5 s";
const OPEN_TIMEOUT: Duration = "10 s";
const CLOSE_TIMEOUT: Duration = "2 s";

/** What a session needs. */
export interface SessionOptions {
  /** Where the hardware is, for messages. */
  readonly address: string;
  /** Opens it; absent where there is none. */
  readonly open: ((signal: AbortSignal) => Promise<Hardware>) | undefined;
  /** Whether only an answer proves that it is there; otherwise being open is enough. */
  readonly isAsked: boolean;
  /** The clock. */
  readonly clock: Clock;
  /** Where loss and return are told. */
  readonly log: Log;
  /** Told after each opening, before anything was asked. */
  onOpen(): void;
  /** Told when the hardware is there, and when it is not any more. */
  onChange(isConnected: boolean): void;
}

/** One exchange with the hardware: what it is for, how long it may take, and what is done. */
export interface Exchange {
  /** What is attempted, for the error: `"answer to input? a"`. */
  readonly what: string;
  /** Its deadline. */
  readonly timeout: Duration;
}

/** The one way to the hardware: everything goes through its queue, every exchange has a deadline. */
export class Session {
  readonly #options: SessionOptions;
  readonly #queue = new Queue();
  readonly #ended = new AbortController();
  readonly #backoff = new Backoff();
  readonly #deadline: ReusedTimer;
  #hardware: Hardware | undefined;
  #isConnected = false;
  #wasTold = false;
  #silent = 0;
  #trial: Timer | undefined;
  #giveUp: (reason: Error) => void = () => {};
  #lost = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** Makes one; nothing happens before {@linkcode Session.start}. */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#deadline = new ReusedTimer(options.clock);
  }

  /** The open hardware; undefined while it is lost, and where there is none. */
  get hardware(): Hardware | undefined {
    return this.#hardware;
  }

  /** Whether something may be asked of it now. Without hardware there is nothing that could be missing. */
  get isOpen(): boolean {
    return this.#options.open === undefined || this.#hardware !== undefined;
  }

  /** Whether it has answered since it was opened. Without hardware there is nothing that could be missing. */
  get isConnected(): boolean {
    return this.#options.open === undefined || (this.#hardware !== undefined && this.#isConnected);
  }

  /** Opens the hardware, now and after each loss. */
  start(): void {
    const { open } = this.#options;
    if (open) this.#running = this.#keepOpen(open);
    else this.#options.onOpen();
  }

  /**
   * Runs a job on the hardware when its turn comes.
   *
   * @param priority Its place in the queue.
   * @param job What to do; each exchange in it by {@linkcode Session.exchange}.
   * @param signal Gives up waiting.
   * @returns What the job returns.
   * @throws {CommandError} `device` if the hardware is not connected, or was lost before anything was sent; whatever the
   * job throws.
   */
  run<T>(priority: Priority, job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!this.isOpen) return Promise.reject(this.notConnected());
    return this.#queue.run(priority, () => this.#begin(job), signal);
  }

  /**
   * One exchange, within a job.
   *
   * @param exchange What it is and how long it may take.
   * @param action Does it; should end when the signal aborts. What it returns is the answer; undefined where there is none.
   * @returns What the action returns.
   * @throws {CommandError} `timeout` when nothing came in time, `unknown_outcome` if the hardware was lost meanwhile.
   */
  async exchange<T>(exchange: Exchange, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = this.#lost.signal;
    const what = `${exchange.what} from ${this.#options.address}`;
    const { timeout } = exchange;
    try {
      const answer = await withDeadline(action, { clock: this.#deadline, timeout, signal, what });
      if (answer !== undefined) this.#heard();
      return answer;
    } catch (error) {
      if (signal.aborted || error instanceof ConnectionError) {
        throw new CommandError("unknown_outcome", `The hardware was lost before the ${what}`, {
          cause: error,
        });
      }
      if (!(error instanceof TimeoutError)) throw error;
      this.#missed();
      throw new CommandError("timeout", error.message, { cause: error });
    }
  }

  /** The error for what cannot be asked because it is not there. */
  notConnected(cause?: Error): CommandError {
    return new CommandError("device", `The hardware at ${this.#options.address} is not connected`, { cause });
  }

  /** Ends it: closes the hardware and fails what waits. */
  async close(): Promise<void> {
    this.#ended.abort();
    this.#giveUp(new ConnectionError("The daemon ends"));
    this.#queue.refuse(this.notConnected());
    await this.#running;
    this.#deadline[Symbol.dispose]();
  }

  async #begin<T>(job: () => Promise<T>): Promise<T> {
    if (!this.isOpen) throw this.notConnected();
    const hardware = this.#hardware;
    const before = hardware?.sent;
    try {
      return await job();
    } catch (error) {
      const isUnknown = error instanceof CommandError && error.code === "unknown_outcome";
      if (!isUnknown || before === undefined || hardware?.sent !== before) throw error;
      throw this.notConnected(error);
    }
  }

  async #keepOpen(open: (signal: AbortSignal) => Promise<Hardware>): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      let reason: Error | undefined;
      try {
        reason = await this.#use(await this.#open(open));
      } catch (error) {
        reason = error as Error;
      }
      if (signal.aborted) return;
      this.#down(reason);
      await this.#options.clock.sleep(this.#backoff.next(), { signal }).catch(() => {});
    }
  }

  /** Hardware that is there only after nobody waits for it any more is closed again. */
  async #open(open: (signal: AbortSignal) => Promise<Hardware>): Promise<Hardware> {
    const { clock, address } = this.#options;
    const what = `connection to the hardware at ${address}`;
    const { signal } = this.#ended;
    return await withDeadline(async (signal) => {
      const hardware = await open(signal);
      if (signal.aborted) await this.#dispose(hardware);
      return hardware;
    }, { clock, timeout: OPEN_TIMEOUT, signal, what });
  }

  async #dispose(hardware: Hardware): Promise<void> {
    const { clock, address, log } = this.#options;
    const what = `end of the connection to the hardware at ${address}`;
    try {
      const close = async () => await hardware[Symbol.asyncDispose]();
      await withDeadline(close, { clock, timeout: CLOSE_TIMEOUT, what });
    } catch (error) {
      log.write("debug", error instanceof Error ? error.message : String(error));
    }
  }

  /** Works with open hardware until it is lost; returns why. */
  async #use(hardware: Hardware): Promise<Error | undefined> {
    const { promise: givenUp, resolve } = Promise.withResolvers<Error>();
    this.#giveUp = resolve;
    this.#lost = new AbortController();
    this.#silent = 0;
    this.#hardware = hardware;
    if (!this.#options.isAsked) this.#heard();
    this.#options.onOpen();
    const reason = await Promise.race([hardware.lost, givenUp]);
    this.#hardware = undefined;
    this.#trial?.stop();
    this.#lost.abort(reason);
    this.#queue.refuse(this.notConnected());
    await this.#dispose(hardware);
    return reason;
  }

  #heard(): void {
    this.#silent = 0;
    if (this.#isConnected || !this.#hardware) return;
    const { log, address, onChange } = this.#options;
    this.#isConnected = true;
    if (!this.#wasTold) log.write("info", `The hardware at ${address} is there`);
    this.#tryOut();
    onChange(true);
  }

  /** One answer proves little: hardware that is lost again and again must neither be hammered nor fill the log. */
  #tryOut(): void {
    const { clock } = this.#options;
    this.#trial = clock.after(PROVEN_AFTER, () => this.#silent === 0 ? this.#proven() : this.#tryOut());
  }

  #proven(): void {
    const { log, address } = this.#options;
    this.#backoff.reset();
    if (this.#wasTold) log.write("success", `The hardware at ${address} is back`);
    this.#wasTold = false;
  }

  #missed(): void {
    if (++this.#silent < SILENT_EXCHANGES) return;
    this.#giveUp(new TimeoutError(`${SILENT_EXCHANGES} exchanges in a row without an answer`));
  }

  #down(reason: Error | undefined): void {
    const { log, address, onChange } = this.#options;
    const why = reason?.message ?? "it closed the connection";
    const message = `The hardware at ${address} is not there: ${why}`;
    log.write(this.#wasTold ? "debug" : "warning", message);
    this.#wasTold = true;
    if (!this.#isConnected) return;
    this.#isConnected = false;
    onChange(false);
  }
}
