/** Commands and their replies over one connection to a controller. @module */
import { CommandError, ConnectionError, DewarError, PeerProtocolError, TimeoutError } from "../errors.ts";
import type { Connection } from "../net/mod.ts";
import { type Clock, type Duration, formatDuration, milliseconds, type Timer } from "../time/mod.ts";
import { ArchonCodec, type ArchonEvent } from "./codec.ts";
import { deadlineOf } from "./deadlines.ts";
import type { Request } from "./request.ts";

/** A controller refused a command. The protocol does not say why; its log may. */
export class ArchonRefusal extends CommandError {
  /** What it refused. */
  readonly command: string;

  /** Makes one; `why` is what the log says. */
  constructor(command: string, who: string, why?: string) {
    const shown = command.length > 80 ? `${command.slice(0, 80)}…` : command;
    super("device", `${who} refused ${shown}${why === undefined ? "" : `: ${why}`}`);
    this.command = command;
  }
}

/** Options of one command. */
export interface ArchonSendOptions {
  /** How long the controller may be silent (default: by the command, 5 s for most). */
  readonly timeout?: Duration | undefined;
  /** Gives it up. What was sent stays sent. */
  readonly signal?: AbortSignal | undefined;
}

/** What an {@linkcode Exchange} is made of. */
export interface ExchangeOptions {
  /** What the controller is called in messages. */
  readonly who: string;
  /** How many commands may be without a reply at once. */
  readonly window: number;
  /** The clock. */
  readonly clock: Clock;
  /** Told of what is wrong and stops nothing. */
  onWarning(message: string): void;
}

interface Job {
  readonly command: string;
  readonly blocks: number;
  readonly timeout: number;
  /** Where a binary reply goes. */
  readonly into: Uint8Array | undefined;
  readonly onData: ((bytes: number) => void) | undefined;
  readonly done: PromiseWithResolvers<string>;
  request: Request | undefined;
}

/**
 * Sends commands in order, at most `window` of them without a reply. The deadline is one of silence: it runs for the
 * command whose reply is next, and anew with everything that comes.
 */
export class Exchange {
  /** Resolves, with the reason, when the connection is gone; undefined when it was closed in order. */
  readonly lost: Promise<Error | undefined>;
  readonly #connection: Connection;
  readonly #options: ExchangeOptions;
  readonly #codec = new ArchonCodec();
  readonly #waiting: Job[] = [];
  readonly #sentJobs = new Map<Request, Job>();
  #sent = 0;
  #end: Error | undefined;
  #isClosedByUs = false;
  #timer: Timer | undefined;
  #heardAt = 0;

  /** Takes over a connection. */
  constructor(connection: Connection, options: ExchangeOptions) {
    this.#connection = connection;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<Error | undefined>();
    this.lost = promise;
    connection.receive({
      borrows: true,
      data: (chunk) => this.#read(chunk),
      closed: (error) => {
        this.#over(error ?? new ConnectionError(`${options.who} closed the connection`));
        resolve(this.#isClosedByUs ? undefined : this.#end);
      },
    });
  }

  /** How many commands have been sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends a command when its turn comes, and waits for its reply.
   *
   * @param command The command.
   * @param options Timeout, signal; for a binary reply how many blocks it has, where they go, and who is told how many bytes
   * have come so far.
   * @returns The words of the reply.
   * @throws {ArchonRefusal} If it was refused.
   * @throws {TimeoutError} If the controller was silent, or answered a later command instead: it ignores what it does not know.
   * @throws {ConnectionError} If the connection is gone.
   * @throws {LocalProtocolError} If it cannot be sent.
   */
  send(
    command: string,
    options: ArchonSendOptions & { blocks?: number; into?: Uint8Array; onData?: (bytes: number) => void } =
      {},
  ): Promise<string> {
    const { signal, blocks = 0, into, onData } = options;
    const timeout = milliseconds(options.timeout ?? deadlineOf(command));
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#end) return Promise.reject(this.#gone(command));
    const done = Promise.withResolvers<string>();
    const job: Job = { command, blocks, timeout, into, onData, done, request: undefined };
    this.#waiting.push(job);
    this.#pump();
    if (!signal) return done.promise;
    const abort = () => this.#giveUp(job, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return done.promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Says what is wrong with the controller and stops nothing. */
  warn(what: string): void {
    this.#options.onWarning(`${this.#options.who} ${what}`);
  }

  /** Closes the connection; commands without a reply fail. */
  async close(): Promise<void> {
    if (!this.#end) this.#isClosedByUs = true;
    this.#over(new ConnectionError(`The connection to ${this.#options.who} was closed`));
    this.#connection.destroy();
    await this.#connection.closed;
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#sentJobs.size < this.#options.window) {
      const job = this.#waiting.shift()!;
      try {
        const { request, bytes } = this.#codec.request(job.command, job.blocks, job.into);
        job.request = request;
        this.#sentJobs.set(request, job);
        this.#sent++;
        this.#connection.write(bytes);
      } catch (error) {
        job.done.reject(error);
        continue;
      }
      if (this.#sentJobs.size === 1) this.#watch();
    }
  }

  #read(chunk: Uint8Array): void {
    this.#heardAt = this.#options.clock.now();
    try {
      this.#codec.feed(chunk, this.#take);
    } catch (error) {
      if (!(error instanceof PeerProtocolError)) throw error;
      this.#over(error);
      this.#connection.destroy(error);
      return;
    }
    this.#pump();
  }

  readonly #take = (event: ArchonEvent): void => {
    switch (event.kind) {
      case "data":
        this.#sentJobs.get(event.request)?.onData?.(event.bytes);
        if (event.last) this.#finish(event.request)?.done.resolve("");
        break;
      case "reply":
        this.#answered(event.request, event.text);
        break;
      case "refused": {
        const refusal = new ArchonRefusal(event.request.command, this.#options.who);
        this.#finish(event.request)?.done.reject(refusal);
        break;
      }
      case "ignored":
        this.#finish(event.request)?.done.reject(
          this.#silence(event.request.command, "a later one was answered"),
        );
        break;
      case "stray":
        this.warn(`sent ${JSON.stringify(event.text.slice(0, 200))}, which nobody asked for`);
        break;
        // Frames that come by themselves are never asked for by this client; their bytes are passed over.
    }
  };

  #answered(request: Request, text: string): void {
    const job = this.#finish(request);
    if (request.blocks === 0) return job?.done.resolve(text);
    const shown = JSON.stringify(text.slice(0, 80));
    const message = `${this.#options.who} answered ${request.command} with ${shown}, expected blocks`;
    job?.done.reject(new PeerProtocolError(message));
  }

  #finish(request: Request): Job | undefined {
    const job = this.#sentJobs.get(request);
    this.#sentJobs.delete(request);
    this.#watch();
    return job;
  }

  #giveUp(job: Job, reason: unknown): void {
    const { request } = job;
    job.done.reject(reason);
    if (request === undefined) {
      const index = this.#waiting.indexOf(job);
      if (index >= 0) this.#waiting.splice(index, 1);
    } else if (this.#sentJobs.has(request)) {
      this.#codec.abandon(request);
      this.#finish(request);
      this.#pump();
    }
  }

  /** Watches over the command whose reply is next. */
  #watch(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    const [job] = this.#sentJobs.values();
    if (!job) return;
    this.#heardAt = this.#options.clock.now();
    this.#arm(job, job.timeout);
  }

  /** What came in between puts the end off: the timer looks at that only when it fires. */
  #arm(job: Job, delay: number): void {
    const { clock } = this.#options;
    this.#timer = clock.after(delay, () => {
      const silent = clock.now() - this.#heardAt;
      if (silent < job.timeout) return this.#arm(job, job.timeout - silent);
      const within = `nothing came for ${formatDuration(job.timeout)}`;
      this.#giveUp(job, this.#silence(job.command, within));
    });
  }

  #silence(command: string, why: string): TimeoutError {
    const shown = command.length > 80 ? `${command.slice(0, 80)}…` : command;
    return new TimeoutError(`${this.#options.who} did not answer ${shown}: ${why}`);
  }

  #gone(command: string): ConnectionError {
    const why = this.#end instanceof DewarError ? this.#end.message : String(this.#end);
    return new ConnectionError(`${command} was not sent: ${why}`, { cause: this.#end });
  }

  #over(error: Error): void {
    if (this.#end) return;
    this.#end = error;
    this.#timer?.stop();
    for (const { command, done } of this.#sentJobs.values()) {
      const message = `${this.#options.who} was lost before its reply to ${command}: ${error.message}`;
      done.reject(new ConnectionError(message, { cause: error }));
    }
    this.#sentJobs.clear();
    for (const { command, done } of this.#waiting.splice(0)) done.reject(this.#gone(command));
  }
}
