/** Instruments that share one bus: everybody gets a turn, and one that hangs holds up nobody else. @module */
import { CommandError, ConnectionError, TimeoutError } from "../errors.ts";
import { type Clock, type Duration, formatDuration, milliseconds, type Timer } from "../time/mod.ts";
import type { Prologix } from "./prologix.ts";

/** Options of {@linkcode GpibBus}. */
export interface GpibBusOptions {
  /** The clock. */
  clock: Clock;
  /** Deadline of an exchange that names none, from the moment it is asked for (default `"2.5 s"`). */
  timeout?: Duration;
  /**
   * After a reply that did not come in time the instrument is asked nothing for so long, from then on: what it says
   * meanwhile is the late reply, and is dropped (default `"10 s"`). With the late reply it is free at once.
   */
  quarantine?: Duration;
  /** Told of late replies that were dropped, and of instruments that hang. */
  log?(type: "debug" | "warning" | "info", message: string): void;
}

/** For whom something is done, and until when. */
export interface GpibRequest {
  /** Whose turn it takes: those of different clients alternate, those of one keep their order, the bus's own go first. */
  readonly client: unknown;
  /** Deadline, from now on, waiting included. */
  readonly timeout?: Duration;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** So many requests of one client may wait. */
const LONGEST_QUEUE = 1000;

interface Job {
  readonly what: string;
  readonly address: number | undefined;
  readonly isQuery: boolean;
  /** One turn on the bus; undefined where the instrument has not said anything yet. */
  begin(adapter: Prologix): Promise<string | undefined>;
  readonly reply: PromiseWithResolvers<string>;
  readonly stop: () => void;
  state: "waiting" | "reading" | "over";
}

/** A late reply that is still awaited. */
interface Debt {
  readonly what: string;
  readonly until: number;
}

/**
 * A bus behind an adapter. Whoever waits for an instrument to talk waits in short turns, between which others are served. A
 * reply is never taken for that of another question: an instrument that owes one is asked nothing until it has said it, or
 * has been silent for the quarantine.
 */
export class GpibBus implements AsyncDisposable {
  /** Resolves, with the reason, when the adapter is gone. */
  readonly lost: Promise<Error | undefined>;
  readonly #adapter: Prologix;
  readonly #options: GpibBusOptions;
  /** Requests by client, in the order in which the clients' turns come. */
  readonly #queues = new Map<unknown, Job[]>();
  readonly #debts = new Map<number, Debt>();
  #isWorking = false;

  /** Takes over an adapter. */
  constructor(adapter: Prologix, options: GpibBusOptions) {
    this.#adapter = adapter;
    this.#options = options;
    this.lost = adapter.lost;
    adapter.lost.then((error) => this.#fail(error));
  }

  /** What the adapter calls itself. */
  get version(): string {
    return this.#adapter.version;
  }

  /** The address that was used last. */
  get address(): number | undefined {
    return this.#adapter.address;
  }

  /** How many messages have gone out so far. */
  get sent(): number {
    return this.#adapter.sent;
  }

  /** How many requests are under way. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Addresses of instruments that owe a reply. */
  get silent(): number[] {
    this.#forgive();
    return [...this.#debts.keys()].sort((a, b) => a - b);
  }

  /**
   * Asks an instrument.
   *
   * @param address Its address, 0 to 30.
   * @param message The question.
   * @param request For whom, and until when.
   * @returns Its reply, see {@linkcode Prologix.read}.
   * @throws {TimeoutError} If none came in time.
   * @throws {CommandError} `device`, if too many wait.
   * @throws {ConnectionError} If the adapter is gone.
   */
  query(address: number, message: string, request: GpibRequest): Promise<string> {
    return this.#add(request, {
      what: `"${message}" to GPIB address ${address}`,
      address,
      isQuery: true,
      begin: (adapter) => adapter.query(address, message),
    });
  }

  /**
   * Sends an instrument something that it does not answer.
   *
   * @param address Its address.
   * @param message The message.
   * @param request For whom, and until when.
   */
  async write(address: number, message: string, request: GpibRequest): Promise<void> {
    await this.#add(request, {
      what: `"${message}" to GPIB address ${address}`,
      address,
      isQuery: false,
      begin: async (adapter) => {
        await adapter.write(address, message);
        return "";
      },
    });
  }

  /**
   * Gives the adapter a command of its own.
   *
   * @param command The command: `"++srq"`.
   * @param request For whom; with an `address`, for that instrument.
   * @returns Its reply; empty if it has none.
   */
  command(
    command: string,
    request: GpibRequest & { readonly address?: number | undefined },
  ): Promise<string> {
    const { address } = request;
    return this.#add(request, {
      what: command,
      address: undefined,
      isQuery: false,
      begin: (adapter) => adapter.command(command, address),
    });
  }

  /** Gives up the adapter; everything that waits fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#adapter[Symbol.asyncDispose]();
  }

  #add(request: GpibRequest, parts: Pick<Job, "what" | "address" | "isQuery" | "begin">): Promise<string> {
    const { client, signal, timeout = this.#options.timeout ?? "2.5 s" } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const queue = this.#queues.get(client) ?? [];
    if (queue.length >= LONGEST_QUEUE) {
      const why = `${LONGEST_QUEUE} requests of this client wait already`;
      return Promise.reject(new CommandError("device", `${parts.what} was not sent: ${why}`));
    }
    const reply = Promise.withResolvers<string>();
    const abort = () => this.#giveUp(job, signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const timer: Timer = this.#options.clock.after(timeout, () => this.#late(job, timeout));
    const job: Job = {
      ...parts,
      reply,
      state: "waiting",
      stop: () => {
        timer.stop();
        signal?.removeEventListener("abort", abort);
      },
    };
    queue.push(job);
    this.#queues.set(client, queue);
    if (!this.#isWorking) void this.#work();
    return reply.promise;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#next(); next; next = this.#next()) {
      const [client, job] = next;
      try {
        await this.#turn(job);
      } catch (error) {
        this.#settle(job, () => job.reply.reject(error));
      }
      this.#toTheEnd(client);
    }
    this.#isWorking = false;
  }

  /** The next job whose turn it is, and its client. */
  #next(): [client: unknown, job: Job] | undefined {
    for (const client of [this, ...this.#queues.keys()]) {
      const queue = this.#queues.get(client) ?? [];
      while (queue[0]?.state === "over") queue.shift();
      const job = queue[0];
      if (job === undefined) this.#queues.delete(client);
      else if (job.state === "reading" || !this.#isBusy(job.address)) return [client, job];
    }
    return undefined;
  }

  /** Those that came meanwhile are before a client that has had its turn. */
  #toTheEnd(client: unknown): void {
    const queue = this.#queues.get(client);
    if (queue === undefined) return;
    this.#queues.delete(client);
    this.#queues.set(client, queue);
  }

  /** Whether somebody else waits for the instrument to talk. */
  #isBusy(address: number | undefined): boolean {
    if (address === undefined) return false;
    return [...this.#queues.values()].some(([job]) => job?.state === "reading" && job.address === address);
  }

  async #turn(job: Job): Promise<void> {
    if (job.state === "reading") return this.#take(job, await this.#adapter.read(job.address!));
    if (job.address !== undefined && this.#owes(job.address)) return await this.#collect(job.address);
    job.state = "reading";
    this.#take(job, await job.begin(this.#adapter));
  }

  /** What came in a turn; a reply that comes when its asker has given up is the late one. */
  #take(job: Job, reply: string | undefined): void {
    if (reply === undefined) return;
    if (job.state === "over") {
      if (job.isQuery && job.address !== undefined) this.#paid(job.address, reply);
      return;
    }
    this.#settle(job, () => job.reply.resolve(reply));
  }

  /** Lets an instrument say the reply it owes. */
  async #collect(address: number): Promise<void> {
    const reply = await this.#adapter.read(address);
    if (reply !== undefined) this.#paid(address, reply);
  }

  #paid(address: number, reply: string): void {
    const debt = this.#debts.get(address);
    this.#debts.delete(address);
    const what = debt === undefined ? "" : `, the late reply to ${debt.what}`;
    this.#options.log?.(
      "debug",
      `Dropped ${JSON.stringify(reply.slice(0, 80))} of GPIB address ${address}${what}`,
    );
  }

  #owes(address: number): boolean {
    this.#forgive();
    return this.#debts.has(address);
  }

  #forgive(): void {
    const now = this.#options.clock.now();
    for (const [address, { until }] of this.#debts) if (until <= now) this.#debts.delete(address);
  }

  #late(job: Job, timeout: Duration): void {
    const within = formatDuration(milliseconds(timeout));
    const debt = job.state === "waiting" && job.address !== undefined
      ? this.#debts.get(job.address)
      : undefined;
    const why = debt !== undefined
      ? `it was not sent: the instrument still owes the reply to ${debt.what}`
      : job.state === "waiting"
      ? "it was not sent: its turn did not come"
      : "the instrument said nothing";
    this.#giveUp(job, new TimeoutError(`No answer to ${job.what} within ${within}: ${why}`));
  }

  #giveUp(job: Job, reason: unknown): void {
    if (job.state === "over") return;
    if (job.state === "reading" && job.isQuery) {
      const quarantine = milliseconds(this.#options.quarantine ?? "10 s");
      const until = this.#options.clock.now() + quarantine;
      if (!this.#debts.has(job.address!)) {
        this.#options.log?.("debug", `GPIB address ${job.address} owes the reply to ${job.what}`);
      }
      this.#debts.set(job.address!, { what: job.what, until });
    }
    this.#settle(job, () => job.reply.reject(reason));
    if (!this.#isWorking) void this.#work();
  }

  #settle(job: Job, finish: () => void): void {
    if (job.state === "over") return;
    job.state = "over";
    job.stop();
    finish();
  }

  #fail(error: Error | undefined): void {
    const why = error?.message ?? "it closed the connection";
    for (const queue of this.#queues.values()) {
      for (const job of queue) {
        const how = job.state === "waiting" ? "was not sent" : "has no answer";
        const lost = new ConnectionError(`${job.what} ${how}: the GPIB adapter is gone: ${why}`);
        this.#settle(job, () => job.reply.reject(lost));
      }
    }
    this.#queues.clear();
  }
}
