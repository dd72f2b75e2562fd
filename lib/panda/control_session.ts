/** One connection to the control port. @module */
import { CommandError, ConnectionError } from "../errors.ts";
import { type Connection, type Heartbeat, heartbeat, type Receiver, type Transport } from "../net/mod.ts";
import { type Clock, Deadlines, type Duration, formatDuration, milliseconds } from "../time/mod.ts";
import type { Command } from "./command.ts";
import { type Identification, identify } from "./commands.ts";
import { ControlConnection } from "./control_connection.ts";

/** What a session is given. */
export interface ControlSessionOptions {
  /** The clock. */
  readonly clock: Clock;
  /** How long an answer may take, unless a command says otherwise. */
  readonly timeout: Duration;
  /** How long the server may be silent before it is asked for a sign of life. */
  readonly silence: Duration;
}

/** Options of a command. */
export interface SendOptions {
  /** How long its answer may take (default: what the client was given, 10 s). */
  readonly timeout?: Duration | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Speaks with a server from greeting to end. A command that nobody waits for any more, because its time is over, still
 * takes its replies, so that the order of the others holds.
 */
export class ControlSession implements Receiver, AsyncDisposable {
  /** What the server says of itself; the connection is destroyed if that is not what a PandA says. */
  readonly identity: Promise<Identification>;
  readonly #connection: Connection;
  readonly #who: string;
  readonly #timeout: number;
  readonly #deadlines: Deadlines;
  readonly #control: ControlConnection;
  readonly #heartbeat: Heartbeat;

  /** Asks the server what it is. */
  constructor(connection: Connection, options: ControlSessionOptions) {
    this.#connection = connection;
    this.#timeout = milliseconds(options.timeout);
    this.#deadlines = new Deadlines(options.clock);
    this.#who = `PandA ${connection.peer}`;
    this.#control = new ControlConnection(this.#who);
    this.#heartbeat = heartbeat(connection, {
      ping: () => this.#write(this.#control.send(identify(), () => {}).text),
      silence: options.silence,
      clock: options.clock,
    });
    this.identity = this.send(identify());
    this.identity.then(
      ({ version }) => {
        this.#control.version = version;
      },
      (error) => connection.destroy(asError(error)),
    );
  }

  /**
   * Carries out a command.
   *
   * @param command The command.
   * @param options Timeout, signal.
   * @returns What it results in.
   * @throws {CommandError} `device`, if the server refused, what it said makes no sense, or the connection is over already
   * and nothing was sent; `timeout`; `unknown_outcome`, if the connection was lost before the answer came.
   * @throws {LocalProtocolError} If it cannot be sent.
   */
  send<T>(command: Command<T>, options: SendOptions = {}): Promise<T> {
    const { signal } = options;
    if (signal?.aborted || this.#control.failure !== undefined) {
      return Promise.reject(signal?.aborted ? signal.reason : this.#notSent(command.name));
    }
    const timeout = options.timeout === undefined ? this.#timeout : milliseconds(options.timeout);
    return new Promise((resolve, reject) => {
      const giveUp = (reason: unknown) => {
        sent.abandon();
        over();
        reject(reason);
      };
      const abort = signal && (() => giveUp(signal.reason));
      const deadline = this.#deadlines.after(timeout, () => giveUp(this.#late(command.name, timeout)));
      const over = () => {
        deadline.stop();
        if (abort) signal.removeEventListener("abort", abort);
      };
      if (abort) signal.addEventListener("abort", abort, { once: true });
      const sent = this.#control.send(command, (outcome) => {
        over();
        if ("value" in outcome) resolve(outcome.value);
        else reject(this.#explained(outcome.error, command.name));
      });
      this.#write(sent.text);
    });
  }

  /** Ends the connection at once. */
  async close(): Promise<void> {
    this.#connection.destroy();
    await this.#connection.closed;
  }

  /** As {@linkcode ControlSession.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  data(chunk: Uint8Array): void {
    this.#heartbeat.heard();
    try {
      this.#write(this.#control.feed(chunk));
    } catch (error) {
      this.#connection.destroy(asError(error));
    }
  }

  end(): void {
    this.#lost("it ended the connection");
    this.#connection.end();
  }

  closed(error?: Error): void {
    this.#heartbeat.stop();
    this.#deadlines[Symbol.dispose]();
    this.#lost(error?.message ?? "the connection was closed", error);
  }

  #write(text: string): void {
    if (text !== "") this.#connection.write(text);
  }

  #lost(why: string, cause?: Error): void {
    this.#control.fail(new ConnectionError(`${this.#who} was lost: ${why}`, { cause }));
  }

  #late(name: string, timeout: number): CommandError {
    return new CommandError(
      "timeout",
      `${this.#who} did not answer ${name} within ${formatDuration(timeout)}`,
    );
  }

  #notSent(name: string): CommandError {
    const { failure } = this.#control;
    return new CommandError("device", `${name} was not sent: ${asError(failure).message}`, {
      cause: failure,
    });
  }

  #explained(error: unknown, name: string): unknown {
    if (!(error instanceof ConnectionError)) return error;
    const message = `It is unknown what became of ${name}: ${error.message}`;
    return new CommandError("unknown_outcome", message, { cause: error });
  }
}

/** What {@linkcode openControl} connects with. */
export interface OpenControlOptions extends ControlSessionOptions {
  /** How to connect. */
  readonly transport: Transport;
  /** Ends the attempt. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a connection of its own, which is not made anew when it is lost.
 *
 * @param address Where.
 * @param options How to connect.
 * @returns The session, after the server has said what it is.
 * @throws {ConnectionError} If nothing listens there.
 * @throws {CommandError} If the server does not say what it is.
 */
export async function openControl(address: string, options: OpenControlOptions): Promise<ControlSession> {
  const { transport, signal } = options;
  const connection = await transport.connect(address, { signal });
  const session = new ControlSession(connection, options);
  connection.receive(session);
  await session.identity;
  return session;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
